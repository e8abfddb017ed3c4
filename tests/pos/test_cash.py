"""Cash: recorded by the cashier, rounded by currency, and far from every wallet."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from foundation.once import FormReused
from ledger.models import Transfer
from merchants.models import SettlementLine, Store
from pos.cash import cash_charge, move_cash
from pos.cash_rounding import find_unit, list_pieces, round_cash
from pos.charges import create_charge
from pos.closings import Count, close_till
from pos.drawer_refusals import DifferenceUnexplained, DrawerRefused
from pos.errors import (
    CashNotTaken,
    ChargeNotCashable,
    ChargeNotPayable,
    GivenTooLittle,
    RefundExceedsCaptured,
    RefundNotPossible,
)
from pos.models import CashMovement, Charge, Closing, DueReceipt, MovementKind, SumKind
from pos.principals import act_at_till, act_for_merchant
from pos.receipts import issue_receipts
from pos.terminals import add_terminal
from pos.tips import tip_charge
from tests import factories
from tests.broken import find_broken
from tests.clocks import let_lease_end
from tests.conftest import Api
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
ROUNDED = {
    # currency, country: what is paid of 1 ... 12 minor units
    ("CHF", "CH"): (5, 5, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10),
    ("EUR", "FI"): (5, 5, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10),
    ("EUR", "IE"): (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    ("NZD", "NZ"): (10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10),
}
LARGER = [
    ("SEK", "SE", 10_049, 10_000),
    ("SEK", "SE", 10_050, 10_100),
    ("HUF", "HU", 10_249, 10_000),
    ("HUF", "HU", 10_250, 10_500),
    ("JPY", "JP", 123, 123),
    ("KWD", "KW", 1_234, 1_234),
]


def take(shop, charge, given=None):
    return cash_charge(charge.id, principal=shop.till, given_minor=given)


def open_swiss():
    shop = factories.open_shop(currency="CHF")
    shop.store.takes_cash = True
    shop.store.save(update_fields=["takes_cash"])
    shop.terminal.store = shop.store
    return shop


@pytest.fixture
def counter(shop):
    shop.store.takes_cash = True
    shop.store.save(update_fields=["takes_cash"])
    shop.terminal.store = shop.store
    return shop


@pytest.fixture
def drawer(counter):
    return act_at_till(counter.terminal, factories.hire_person(counter, may_refund=True))


def put(drawer, kind, amount_minor, *, form=None, reason="x"):
    return move_cash(
        drawer,
        kind,
        movement_id=form or uuid.uuid4(),
        amount_minor=amount_minor,
        reason=reason,
    )


@pytest.mark.parametrize("place", ROUNDED)
def test_small_amounts_are_rounded_to_the_smallest_coin(place):
    currency, country = place
    unit = find_unit(currency, country=country, day=date(2026, 12, 1))

    assert tuple(round_cash(minor, unit) for minor in range(1, 13)) == ROUNDED[place]


@pytest.mark.parametrize(("currency", "country", "minor", "rounded"), LARGER)
def test_larger_amounts_are_rounded_half_up(currency, country, minor, rounded):
    unit = find_unit(currency, country=country, day=date(2026, 12, 1))

    assert round_cash(minor, unit) == rounded


def test_a_rule_applies_from_its_day():
    assert find_unit("EUR", country="lt", day=date(2025, 4, 30)) == 1
    assert find_unit("EUR", country="lt", day=date(2025, 5, 1)) == 5
    assert list_pieces("EUR")[-1] == 1
    assert list_pieces("XAF") == ()


def test_cash_for_an_open_charge_moves_no_money(counter):
    charge = factories.make_charge(counter, amount_minor=480)

    cashed = take(counter, charge, 1000)

    assert (cashed.status, cashed.cash_minor, cashed.change_minor) == ("cashed", 480, 520)
    assert cashed.is_paid
    assert cashed.is_over
    assert cashed.fee_minor == 0
    assert DueReceipt.objects.filter(charge=charge).exists()
    assert not Transfer.objects.filter(pk=charge.pk).exists()
    assert not SettlementLine.objects.exists()
    assert not find_broken()
    with nothing_changes():
        assert take(counter, charge, 1000).change_minor == 520
        assert take(counter, charge).change_minor == 520


def test_what_differs_is_refused_and_changes_nothing(counter, customer):
    charge = factories.make_charge(counter)
    with nothing_changes():
        with pytest.raises(GivenTooLittle, match=r"€4\.80 in cash"):
            take(counter, charge, 479)
        with pytest.raises(CashNotTaken):
            cash_charge(charge.id, principal=act_for_merchant(counter.store), given_minor=None)
    take(counter, charge, 500)
    with pytest.raises(ChargeNotCashable, match="paid in cash"):
        take(counter, charge, 600)
    with pytest.raises(ChargeNotPayable, match="paid in cash"):
        factories.claim(customer, charge)
    held = factories.make_charge(counter)
    factories.claim(customer, held)
    with pytest.raises(ChargeNotCashable, match="paying by phone"):
        take(counter, held)
    paid = factories.sell(counter, customer)
    with pytest.raises(ChargeNotCashable):
        take(counter, paid)


def test_a_tip_of_a_claim_that_is_over_is_not_due_in_cash(counter, customer):
    Store.objects.filter(pk=counter.store.pk).update(asks_tips=True)
    charge = factories.make_charge(counter, amount_minor=2000)
    claim = factories.claim(customer, charge)
    tip_charge(claim.charge, payer_account_id=customer.wallet.account_id, tip_minor=200)
    let_lease_end(charge)

    cashed = take(counter, charge, 2000)

    assert (cashed.cash_minor, cashed.tip_minor, cashed.change_minor) == (2000, 0, 0)
    assert not find_broken()


def test_cash_goes_into_the_drawer_of_the_till_that_made_the_sale(counter):
    other = add_terminal(counter.store, name="Till 2")
    own = factories.make_charge(counter)
    servers = create_charge(act_for_merchant(counter.store), factories.plan_charge(counter))

    with nothing_changes():
        with pytest.raises(CashNotTaken):
            cash_charge(own.id, principal=act_at_till(other, None), given_minor=None)
        with pytest.raises(CashNotTaken):
            take(counter, servers)


def test_a_store_without_cash_takes_none(shop):
    charge = factories.make_charge(shop)

    with pytest.raises(CashNotTaken):
        take(shop, charge)

    assert Charge.objects.get(pk=charge.pk).status == "open"


def test_cash_is_refunded_at_a_till_and_in_all_as_it_was_taken():
    shop = open_swiss()
    charge = factories.make_charge(shop, amount_minor=1003)
    assert take(shop, charge, 2000).cash_minor == 1005

    with pytest.raises(RefundNotPossible, match="Refund it at a till"):
        factories.refund(shop, charge, principal=act_for_merchant(shop.store))
    parts = [factories.refund(shop, charge, amount_minor=each) for each in (333, 1, 336)]
    with pytest.raises(RefundExceedsCaptured):
        factories.refund(shop, charge, amount_minor=334)
    parts.append(factories.refund(shop, charge))

    assert [each.amount_minor + each.rounding_minor for each in parts] == [335, 0, 335, 335]
    assert not Transfer.objects.filter(kind="refund").exists()
    assert not find_broken()


def test_a_cash_receipt_says_what_was_given(counter, client):
    shop = open_swiss()
    charge = take(shop, factories.make_charge(shop, amount_minor=1003), 2000)
    issue_receipts([charge.id])

    address = charge.receipt_url.removeprefix("https://pay.test")
    page = client.get(address, headers={"host": "pay.test"}).content.decode()
    pdf = client.get(f"{address}receipt.pdf", headers={"host": "pay.test"})

    for words in ("Paid in cash", "Rounded for cash", "CHF 0.02", "CHF 20.00", "CHF 9.95"):
        assert words in page.replace("\xa0", " ")
    assert pdf.status_code == 200


def test_the_api_takes_cash_and_shows_it(counter):
    api = Api(counter.token)
    made = api.post("charges", {"amount": {"amount_minor": 480, "currency": "EUR"}}).json()
    address = f"charges/{made['id']}"

    few = api.post(f"{address}/cash", {"given": {"amount_minor": 10, "currency": "EUR"}})
    other = api.post(f"{address}/cash", {"given": {"amount_minor": 10, "currency": "CHF"}})
    done = api.post(f"{address}/cash", {"given": {"amount_minor": 500, "currency": "EUR"}})

    assert (few.status_code, few.json()["code"]) == (422, "given_too_little")
    assert other.status_code == 422
    assert done.status_code == 200
    cash = {"due_minor": 480, "given_minor": 500, "change_minor": 20}
    assert (done.json()["status"], done.json()["cash"]) == ("cashed", cash)
    assert api.get(address).json()["cash"] == cash
    listed = api.get("charges", status="cashed").json()["data"]
    assert [each["id"] for each in listed] == [made["id"]]


def test_a_drawer_is_opened_counted_and_closed(counter, drawer, customer):
    put(drawer, MovementKind.FLOAT, 10_000)
    put(drawer, MovementKind.OUT, 2_000, reason="Milk")
    put(drawer, MovementKind.IN, 500, reason="Coins")
    sale = take(counter, factories.make_charge(counter, amount_minor=480), 500)
    factories.refund(counter, sale, amount_minor=80)
    factories.sell(counter, customer, amount_minor=999)
    close = {"cashier": drawer.cashier, "closing_id": uuid.uuid4()}

    with nothing_changes(), pytest.raises(DifferenceUnexplained, match="missing"):
        close_till(counter.terminal, **close, count=Count(8_899))
    closing = close_till(
        counter.terminal,
        **close,
        count=Count(8_899, pieces=((2000, 4), (899, 1)), reason="Lost one"),
    )

    assert closing.expected_minor == 8_900
    assert (closing.counted_minor, closing.difference_minor) == (8_899, -1)
    assert (closing.float_minor, closing.paid_in_minor, closing.paid_out_minor) == (
        10_000,
        500,
        2_000,
    )
    tenders = closing.sums.filter(kind=SumKind.TENDER).order_by("position")
    assert [(each.key, each.sold_minor, each.refunded_minor) for each in tenders] == [
        ("wallet", 999, 0),
        ("cash", 480, 80),
    ]
    assert not find_broken()
    later = close_till(counter.terminal, closing_id=uuid.uuid4(), cashier=None)
    assert (later.expected_minor, later.has_cash) == (0, False)


def test_cash_moves_once_a_form_and_never_below_nothing(drawer):
    form = uuid.uuid4()
    first = put(drawer, MovementKind.FLOAT, 5_000, form=form)

    assert put(drawer, MovementKind.FLOAT, 5_000, form=form) == first
    with pytest.raises(FormReused):
        put(drawer, MovementKind.FLOAT, 6_000, form=form)
    with pytest.raises(DrawerRefused, match="float already"):
        put(drawer, MovementKind.FLOAT, 100)
    with pytest.raises(DrawerRefused, match="less than that"):
        put(drawer, MovementKind.OUT, 5_001)
    assert CashMovement.objects.count() == 1
    assert not Closing.objects.exists()
    assert reverse("pos:day") == "/till/day/"
