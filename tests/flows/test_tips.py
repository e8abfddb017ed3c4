"""Tips: chosen on the phone or named at the till, within the amount, given back last."""

import json
from dataclasses import replace

import pytest
from django.db import ProgrammingError, transaction

from ledger.queries import read_balance
from merchants.models import Store
from merchants.reports.json_file import write_settlement_json
from pos.charges import cancel_charge, create_charge, release_charge
from pos.errors import RefundExceedsCaptured, TipsNotTaken, TipTooLarge
from pos.makers import find_makers
from pos.models import Charge
from pos.refunds import NewRefund, refund_charge
from pos.statement_lines import write_lines
from pos.subtotals import read_subtotals
from pos.tips import list_offers, tip_charge
from qr.links import encode_token
from relay.models import Event
from tests import factories
from tests.flows.steps import euros, open_dashboard, open_wallet
from tests.merchants.test_report_forms import recompute
from tests.snapshots import nothing_changes
from wallet.errors import AmountChanged, PinRequired
from wallet.payments import confirm_charge

pytestmark = pytest.mark.django_db


@pytest.fixture
def tipped_shop(shop):
    """A shop that asks for tips, of half the goods at most."""
    Store.objects.filter(pk=shop.store.pk).update(asks_tips=True)
    shop.store.refresh_from_db()
    shop.terminal.store = shop.store
    return shop


@pytest.fixture
def charge(tipped_shop):
    return factories.make_charge(tipped_shop, amount_minor=2000)


def charge_path(charge):
    return f"/p/{encode_token(charge.token).lower()}"


def choose(customer, charge, tip_minor):
    return tip_charge(charge, payer_account_id=customer.wallet.account_id, tip_minor=tip_minor)


def confirm(customer, claim, *, seen_minor=None, key="1", pin=factories.PIN):
    return confirm_charge(
        customer.wallet,
        claim.id,
        pin=pin,
        seen_minor=seen_minor,
        idempotency_key=key,
        request_hash=b"test",
    )


def sell_with_tip(shop, customer, *, goods_minor=2000, tip_minor=200):
    charge = factories.make_charge(shop, amount_minor=goods_minor)
    claim = factories.claim(customer, charge)
    choose(customer, charge, tip_minor)
    return confirm(customer, claim, seen_minor=goods_minor + tip_minor).charge


def give_back(shop, charge, amount_minor=None, *, tip_minor=None, key="r"):
    new = NewRefund(
        amount_minor, "", idempotency_key=key, request_hash=b"", tip_minor=tip_minor
    )
    return refund_charge(charge.id, principal=shop.till, new=new)


@pytest.mark.parametrize(
    ("currency", "goods_minor", "most_bps", "tips"),
    [
        ("EUR", 480, 5000, [20, 50, 70]),
        ("EUR", 100, 5000, [10, 20]),
        ("EUR", 10, 5000, []),
        ("EUR", 2000, 1500, [100, 200, 300]),
        ("CHF", 1995, 10_000, [100, 200, 300]),
        ("JPY", 1080, 5000, [50, 110, 160]),
        ("KWD", 5500, 5000, [300, 550, 850]),
        ("HUF", 129_000, 5000, [6000, 13_000, 19_000]),
    ],
)
def test_offers_are_round_and_within_the_cap(currency, goods_minor, most_bps, tips):
    store = Store(currency=currency, tip_max_bps=most_bps)

    assert [offer.tip_minor for offer in list_offers(store, goods_minor)] == tips


def test_a_tip_chosen_on_the_phone_is_part_of_the_amount(tipped_shop, customer, charge):
    browser = open_wallet(customer)
    link = charge_path(charge)

    asked = browser.get(link).content.decode()
    answer = browser.post(f"{link}/tip", {"tip": "200"})
    shown = browser.get(link).content.decode()

    assert "Add a tip?" in asked
    assert 'value="200" aria-pressed="false"' in asked
    assert (answer.status_code, answer["Location"]) == (302, link)
    assert 'value="200" aria-pressed="true"' in shown
    assert "€22.00" in shown
    charge.refresh_from_db()
    assert (charge.amount_minor, charge.tip_minor, charge.tip_is_payers) == (2200, 200, True)
    event = Event.objects.get(kind="charge.tipped")
    assert event.facts["tip_minor"] == 200

    paid = browser.post(
        f"{link}/pay", {"amount_minor": "2200", "idempotency_key": "1", "pin": factories.PIN}
    )

    assert paid.status_code == 302
    charge.refresh_from_db()
    # 0.6 % of the whole amount.
    assert (charge.status, charge.amount_minor, charge.fee_minor) == ("captured", 2200, 13)
    assert read_balance(customer.wallet.account_id) == 10_000 - 2200


def test_what_is_typed_is_read_and_judged(customer, charge):
    browser, link = open_wallet(customer), charge_path(charge)
    browser.get(link)

    unread = browser.post(f"{link}/tip", {"typed": "much"})
    large = browser.post(f"{link}/tip", {"typed": "10.01"})
    browser.post(f"{link}/tip", {"typed": "10"})

    assert unread.status_code == large.status_code == 422
    assert "A tip can be €10.00 at most here." in large.content.decode()
    charge.refresh_from_db()
    assert charge.tip_minor == 1000


def test_a_tip_over_a_limit_or_the_balance_may_be_taken_back(tipped_shop, customer):
    charge = factories.make_charge(tipped_shop, amount_minor=9000)
    browser, link = open_wallet(customer), charge_path(charge)
    browser.get(link)

    browser.post(f"{link}/tip", {"tip": "1800"})
    short = browser.get(link).content.decode()
    browser.post(f"{link}/tip", {"tip": "0"})

    assert 'data-state="insufficient"' in short
    assert "Add a tip?" in short
    assert 'data-state="pin"' in browser.get(link).content.decode()
    assert browser.get(f"{link}/tip")["Location"] == link


def test_nobody_asks_for_a_tip_at_a_counter_code(tipped_shop, customer):
    code = factories.print_code(tipped_shop)
    charge = factories.claim_at(customer, code, amount_minor=500).charge

    page = open_wallet(customer).get(charge_path(charge)).content.decode()

    assert "Add a tip?" not in page
    assert choose(customer, charge, 50) is None


def test_another_amount_than_the_one_that_was_seen_is_not_paid(customer, charge):
    claim = factories.claim(customer, charge)
    choose(customer, charge, 100)

    # Another phone of the same person chose 1.00; this one shows none, or says nothing.
    for seen_minor in (2000, None, 2200):
        with nothing_changes(), pytest.raises(AmountChanged) as refused:
            confirm(customer, claim, seen_minor=seen_minor)
        assert refused.value.amount_minor == 2100

    assert confirm(customer, claim, seen_minor=2100).amount_minor == 2100


def test_a_tip_chosen_while_it_is_confirmed_needs_the_pin_as_any_amount(tipped_shop, customer):
    claim = factories.claim(customer, factories.make_charge(tipped_shop, amount_minor=2900))

    # Looked at before the tip is there, it is paid after: so what was shown decides.
    with nothing_changes(), pytest.raises(PinRequired):
        confirm(customer, claim, seen_minor=3100, pin="")


def test_the_page_says_that_the_amount_changed(customer, charge):
    browser, link = open_wallet(customer), charge_path(charge)
    browser.get(link)
    choose(customer, charge, 100)

    answer = browser.post(
        f"{link}/pay", {"amount_minor": "2000", "idempotency_key": "1", "pin": factories.PIN}
    )

    assert answer.status_code == 409
    assert "The amount is €21.00 by now. Nothing was taken." in answer.content.decode()


def test_only_who_holds_the_charge_puts_a_tip_on_it(tipped_shop, customer, charge):
    other = factories.open_customer()

    assert choose(customer, charge, 100) is None
    factories.claim(customer, charge)
    assert choose(other, charge, 100) is None
    assert choose(customer, charge, 100).version == 3
    assert choose(customer, charge, 100).version == 3
    cancel_charge(charge.id, principal=tipped_shop.till)
    assert choose(customer, charge, 200) is None


def test_a_tip_goes_with_the_payer_who_chose_it(customer, charge):
    factories.claim(customer, charge)
    choose(customer, charge, 100)

    release_charge(charge.id, payer_account_id=customer.wallet.account_id)

    charge.refresh_from_db()
    assert (charge.amount_minor, charge.tip_minor, charge.tip_is_payers) == (2000, 0, False)
    # And when the lease lapses before any sweep, as another payer takes it.
    factories.claim(customer, charge)
    choose(customer, charge, 100)
    Charge.objects.filter(pk=charge.pk).update(lease_until="2020-01-01T00:00Z")
    taken = factories.claim(factories.open_customer(), charge).charge
    assert (taken.amount_minor, taken.tip_minor, taken.tip_is_payers) == (2000, 0, False)


@pytest.mark.parametrize(
    ("is_claimed", "changes"),
    [
        (True, {"amount_minor": 1}),
        (True, {"amount_minor": 2100, "tip_minor": 99}),
        (False, {"amount_minor": 2100, "tip_minor": 100}),
        (True, {"amount_minor": 2100, "tip_minor": 100, "status": "captured"}),
    ],
)
def test_the_database_keeps_a_charges_goods(customer, charge, is_claimed, changes):
    if is_claimed:
        factories.claim(customer, charge)

    with nothing_changes(charge), pytest.raises(ProgrammingError), transaction.atomic():
        Charge.objects.filter(pk=charge.pk).update(**changes)


def test_the_till_names_a_tip_and_the_phone_does_not_ask(till, tipped_shop, customer):
    made = till.post("charges", {"amount": euros(2200), "tip": euros(200)}).json()
    charge = Charge.objects.get()

    assert (made["amount"], made["tip"]) == (euros(2200), euros(200))
    page = open_wallet(customer).get(charge_path(charge)).content.decode()
    assert "Add a tip?" not in page
    assert "€2.00" in page
    assert choose(customer, charge, 100) is None


def test_refused_tips_open_nothing(till, tipped_shop):
    with nothing_changes():
        large = till.post("charges", {"amount": euros(3001), "tip": euros(1001)})
        whole = till.post("charges", {"amount": euros(100), "tip": euros(100)})
    Store.objects.update(asks_tips=False)
    with nothing_changes():
        off = till.post("charges", {"amount": euros(2200), "tip": euros(200)})

    assert [each.json()["code"] for each in (large, whole, off)] == [
        "tip_too_large",
        "tip_too_large",
        "tips_not_taken",
    ]
    assert large.json()["errors"][0]["field"] == "tip.amount_minor"


def test_a_tip_is_given_back_last_or_as_chosen(tipped_shop, customer):
    charge = sell_with_tip(tipped_shop, customer)

    parts = [
        give_back(tipped_shop, charge, 500, key="1"),
        give_back(tipped_shop, charge, 50, tip_minor=50, key="2"),
        give_back(tipped_shop, charge, 1600, key="3"),
        give_back(tipped_shop, charge, key="4"),
    ]

    assert [(part.amount_minor, part.tip_minor) for part in parts] == [
        *((500, 0), (50, 50), (1600, 100), (50, 50)),
    ]


def test_no_more_of_the_tip_or_of_the_goods_goes_back_than_was_paid(tipped_shop, customer):
    charge = sell_with_tip(tipped_shop, customer)

    with nothing_changes():
        with pytest.raises(TipTooLarge):
            give_back(tipped_shop, charge, 500, tip_minor=201)
        with pytest.raises(TipTooLarge):
            give_back(tipped_shop, charge, 100, tip_minor=101)
        with pytest.raises(RefundExceedsCaptured):
            give_back(tipped_shop, charge, 2100, tip_minor=99)


def test_tips_are_apart_in_statement_and_reports(tipped_shop, customer):
    Store.objects.update(vat_default_bps=2300)
    charge = sell_with_tip(tipped_shop, customer, goods_minor=1230, tip_minor=100)
    give_back(tipped_shop, charge, 50, tip_minor=50)
    settlement = factories.settle(tipped_shop)

    assert (settlement.sales_minor, settlement.tips_minor) == (1330, 100)
    assert (settlement.refunds_minor, settlement.refunded_tips_minor) == (50, 50)
    rates = read_subtotals(settlement).rates
    assert [
        (row.label, row.sales_minor, row.refunds_minor, row.fees_minor, row.vat_minor)
        for row in rates
    ] == [("23 %", 1230, 0, 7, 230), ("Tips", 100, 50, 1, 0)]
    text = "".join(
        write_settlement_json(
            settlement, find_makers=find_makers, write_lines=write_lines, sum_up=read_subtotals
        )
    )
    assert json.loads(text)["settlement"]["tips"] == "1.00"
    assert recompute(text)[0] == 0
    owner = open_dashboard(factories.hire_person(tipped_shop, role="owner"))
    page = owner.get(f"/dashboard/settlements/{settlement.public_id}/").content.decode()
    assert "of which tips €1.00" in page
    for by in ("day", "item", "vat"):
        report = owner.get("/dashboard/reports/", {"by": by}).content.decode()
        assert "Of which tips" in report, by


def test_a_tip_needs_a_store_that_takes_them(shop):
    new = replace(factories.plan_charge(shop, amount_minor=500), tip_minor=100)

    with nothing_changes(), pytest.raises(TipsNotTaken):
        create_charge(shop.till, new)
