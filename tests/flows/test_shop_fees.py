"""Fee rules in the console: two operators, a day to come, sales by the rule of their time."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.html import strip_tags

from console.forms_fees import FeeRuleForm
from console.models import AuditEntry
from identity.models import User
from merchants.fee_rules import find_first_day, find_open, list_rules
from merchants.fees import MethodFee, find_fee, list_coming_rules, read_methods
from merchants.models import FeeRule, Merchant, Role, SettlementLine
from merchants.onboarding import hire
from relay.letters import send_due_letters
from tests import factories
from tests.clocks import date_back
from tests.flows.steps import make_operator, open_console, open_dashboard, sign_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


@pytest.fixture
def brian(db):
    return open_console(make_operator("brian@operator.test", name="Brian Walsh"))


@pytest.fixture
def page(shop):
    return f"/console/shops/{shop.merchant.public_id}/"


def ask(browser, page, *, number=1, days=0, **typed):
    day = find_first_day(Merchant.objects.get()) + timedelta(days=days)
    told = {
        "made_id": sign_id(FeeRuleForm, number),
        "percent": "1.2",
        "fixed": "0,05",
        "applies_on": day.isoformat(),
        "reason": "The contract of May.",
    }
    return browser.post(f"{page}fee/", told | typed)


def decide(browser, page, wish="agree"):
    rule = FeeRule.objects.latest("id").public_id
    return browser.post(f"{page}fee/decide/", {"rule": rule, "wish": wish})


def let_it_apply(rule, **ago):
    """Date an agreed rule back, as if its day had come."""
    instant = timezone.now() - timedelta(**(ago or {"minutes": 1}))
    rows = FeeRule.objects.filter(pk=rule.pk)
    date_back(rows, agreed_at=instant - timedelta(days=1), applies_from=instant)


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_of_rules_for_one_day_the_one_agreed_last_applies_whenever_its_form_was_opened(
    aoife, brian, shop, page
):
    merchant = shop.merchant
    for number, percent in ((2, "1.2"), (1, "0.9")):
        ask(aoife, page, number=number, percent=percent)
        rule = find_open(merchant.id)
        assert rule is not None
        told = {"rule": rule.public_id, "wish": "agree"}
        assert brian.post(f"{page}fee/decide/", told).status_code == 302

    applies_from = FeeRule.objects.latest("agreed_at").applies_from
    assert find_fee(merchant.id, at=applies_from).mdr_bps == 90
    assert [each.mdr_bps for each in list_coming_rules(merchant.id)] == [90]
    assert [each.mdr_bps for each in list_rules(merchant.id, count_max=9)] == [90, 120]


@pytest.mark.parametrize(
    "typed", [{"fixed": "21474836.48"}, {"applies_on": "9999-12-31"}], ids=["fixed", "day"]
)
def test_what_no_row_can_hold_is_refused_beside_its_field(aoife, shop, page, typed):
    shop.merchant.time_zone = "America/Los_Angeles"
    shop.merchant.save()

    answer = ask(aoife, page, **typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(typed)
    assert not FeeRule.objects.exists()


def test_two_operators_change_a_fee_and_the_shop_is_told(aoife, brian, shop, page):
    factories.hire_person(shop, role=Role.OWNER)
    assert ask(aoife, page).status_code == 302
    assert decide(aoife, page).status_code == 409
    assert FeeRule.objects.get().agreed_at is None

    assert decide(brian, page).status_code == 302

    rule = FeeRule.objects.get()
    assert (rule.mdr_bps, rule.fee_fixed_minor) == (120, 5)
    people = [str(rule.asked_by), str(rule.agreed_by)]
    assert people == ["Aoife Kelly", "Brian Walsh"]
    assert list_deeds() == ["fee.asked", "fee.agreed"]
    send_due_letters()
    [letter] = mail.outbox
    assert "The new fee is 1.2 % of each sale and a fixed part of €0.05." in letter.body


def test_a_sale_is_charged_by_the_rule_in_force_when_it_is_paid(
    aoife, brian, shop, customer, page, proofs_hold
):
    waiting = factories.make_charge(shop)
    ask(aoife, page)
    decide(brian, page)
    before = factories.sell(shop, customer)

    let_it_apply(FeeRule.objects.get())
    factories.confirm(customer, factories.claim(customer, waiting))

    fees = dict(SettlementLine.objects.values_list("charge_id", "fee_minor"))
    # 480 at 0.6 %, and at 1.2 % and 5 more.
    assert fees == {before.id: 3, waiting.id: 11}
    proofs_hold()


def test_the_latest_rule_that_applies_is_in_force(aoife, brian, shop, page):
    for number, percent in enumerate(("1", "2", "3")):
        assert ask(aoife, page, number=number, percent=percent, fixed="").status_code == 302
        decide(brian, page)
    first, second, third = FeeRule.objects.order_by("id")
    assert find_fee(shop.merchant.id).mdr_bps == 60

    let_it_apply(third, hours=3)
    let_it_apply(first, hours=2)
    assert find_fee(shop.merchant.id).mdr_bps == 100
    assert find_fee(shop.merchant.id, at=timezone.now() - timedelta(hours=2.5)).mdr_bps == 300
    assert find_fee(shop.merchant.id, at=second.applies_from).mdr_bps == 200


def test_a_fee_has_bounds_that_everybody_reads(aoife, brian, shop, customer, page):
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    ask(aoife, page, least="0.10", most="2", tiers="5000: 0.3\n1000: 0.5")
    assert "€1,000.00</bdi> or more: 0.5 %" in aoife.get(page).content.decode()
    decide(brian, page)

    rule = FeeRule.objects.get()
    assert list(rule.tiers.values_list("from_minor", "mdr_bps")) == [
        (100_000, 50),
        (500_000, 30),
    ]
    assert (rule.fee_min_minor, rule.fee_max_minor) == (10, 200)
    send_due_letters()
    words = "Each sale costs €0.10 at least. Each sale costs €2.00 at most."
    assert words in mail.outbox[0].body
    pages = [aoife.get(page), owner.get("/dashboard/fees/")]
    let_it_apply(rule, hours=1)
    pages += [aoife.get(page), owner.get("/dashboard/fees/")]
    for each in pages:
        assert "At least <bdi>€0.10</bdi> each." in each.content.decode()
        assert "At most <bdi>€2.00</bdi> each." in each.content.decode()
    assert "€1,000.00</bdi> or more: 0.5 %" in pages[1].content.decode()
    for each in pages[2:]:
        assert "€1,000.00</bdi> or more: 0.5 %" in each.content.decode()
    assert "€50.00" in pages[-1].content.decode()
    assert factories.sell(shop, customer, amount_minor=120).fee_minor == 10
    assert find_fee(shop.merchant.id).fee_max_minor == 200


def test_a_method_has_parts_of_its_own_that_everybody_reads(aoife, brian, shop, page):
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    ask(aoife, page, link_percent="2.9", link_fixed="0.25", counter_code_percent="0")
    assert "Payment link: 2.9 % of each sale, and a fixed part." in read(aoife.get(page))
    decide(brian, page)

    rule = FeeRule.objects.get()
    assert read_methods(rule) == (
        MethodFee("counter_code", 0, 0),
        MethodFee("link", 290, 25),
    )
    send_due_letters()
    words = "Payment link: 2.9 % of each sale and a fixed part of €0.25."
    assert words in mail.outbox[0].body
    pages = [aoife.get(page), owner.get("/dashboard/fees/")]
    let_it_apply(rule)
    pages += [aoife.get(page), owner.get("/dashboard/fees/")]
    for each in pages:
        text = read(each)
        assert (
            "Payment link: 2.9 % of each sale, and a fixed part. The fixed part: €0.25" in text
        )
        assert "Counter code: Sales cost nothing." in text
    # 10.00 by the rule's 1.2 % and 0.05, and by a link.
    assert "€10.00 €0.17 €9.83" in read(pages[-1])
    assert "€10.00 €0.54 €9.46" in read(pages[-1])
    (entry,) = AuditEntry.objects.filter(deed="fee.agreed")
    assert entry.after["what"] == "counter_code: 0 % + 0, link: 2.9 % + 25"


def read(answer):
    """Return a page's words."""
    return " ".join(strip_tags(answer.content.decode()).split())


def test_tiers_above_a_fee_of_nothing_are_shown(aoife, brian, shop, page):
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    ask(aoife, page, percent="0", fixed="", tiers="1000: 0.5")
    decide(brian, page)
    let_it_apply(FeeRule.objects.get())

    text = owner.get("/dashboard/fees/").content.decode()

    assert "€1,000.00</bdi> or more: 0.5 %" in text


def test_the_fee_page_shows_what_comes(aoife, brian, shop, page):
    ask(aoife, page)
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    assert "1.2 % of each sale" not in owner.get("/dashboard/fees/").content.decode()

    decide(brian, page)

    text = owner.get("/dashboard/fees/").content.decode()
    assert "1.2 % of each sale, and a fixed part." in text
    assert "0.6 % of each sale." in text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"days": -1}, "A fee changes tomorrow at the earliest"),
        ({"percent": "101"}, "Type a rate from 0 to 100"),
        ({"percent": ""}, "Type the share of each sale"),
        ({"fixed": "0.005"}, "EUR has 2 decimals"),
        ({"most": "x"}, "amount"),
        ({"tiers": "1000 0.5"}, "Type a colon between amount and share"),
        ({"tiers": "1000: 101"}, "“1000: 101”: Type a rate from 0 to 100"),
        ({"tiers": "1000: 1\n1000.00: 0.9"}, "Type each amount once."),
        ({"tiers": "\n".join(f"{each}: 1" for each in range(1, 10))}, "Type 8 lines at most."),
        ({"least": "2", "most": "1.50"}, "Type no less than the amount of “At least”."),
        ({"percent": "0", "fixed": "", "least": "1"}, "Type it as the fixed part"),
        ({"link_fixed": "1"}, "Type the share too, or 0."),
        ({"link_percent": "x"}, "Type a rate from 0 to 100"),
        ({"link_percent": "1", "link_fixed": "0.005"}, "EUR has 2 decimals"),
        ({"applies_on": "soon"}, "Type the day"),
        ({"reason": " "}, "Type the reason"),
    ],
)
def test_what_cannot_be_asked_for_says_why(aoife, page, typed, words):
    answer = ask(aoife, page, **typed)

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not FeeRule.objects.exists()
    assert list_deeds() == []


def test_a_share_that_was_not_read_is_not_said_to_be_none(aoife, page):
    answer = ask(aoife, page, percent="x", fixed="", least="1").content.decode()

    assert "Type a rate from 0 to 100" in answer
    assert "there is no share" not in answer


def test_the_same_form_twice_asks_once_and_a_second_wish_waits_its_turn(aoife, page):
    for _ in range(2):
        assert ask(aoife, page).status_code == 302
    assert ask(aoife, page, number=2).status_code == 409
    assert ask(aoife, page, reason="The contract of June.").status_code == 409

    assert FeeRule.objects.count() == 1
    assert list_deeds() == ["fee.asked"]


def test_whoever_asked_withdraws_and_another_may_ask(aoife, brian, page):
    ask(aoife, page)
    decide(aoife, page, wish="withdraw")

    assert decide(brian, page).status_code == 409
    assert ask(brian, page, number=2).status_code == 302
    assert list_deeds() == ["fee.asked", "fee.withdrawn", "fee.asked"]


def test_a_rule_whose_day_has_come_is_not_agreed_to(aoife, brian, page):
    ask(aoife, page)
    date_back(FeeRule.objects.all(), applies_from=timezone.now() + timedelta(minutes=5))

    assert decide(brian, page).status_code == 409
    assert FeeRule.objects.get().agreed_at is None


@pytest.mark.parametrize(
    ("name", "email"),
    [("Brian Walsh", "aoife+two@operator.test"), ("Kelly  Aoife", "other@operator.test")],
)
def test_two_accounts_of_one_person_are_one(aoife, page, name, email):
    ask(aoife, page)

    answer = decide(open_console(make_operator(email, name=name)), page)

    assert (answer.status_code, "This is your own" in answer.content.decode()) == (409, True)


def test_nobody_decides_about_the_shop_they_work_for(aoife, brian, shop, page):
    hire(shop.merchant, User.objects.get(name="Brian Walsh"), role=Role.CASHIER)

    assert ask(brian, page).status_code == 409
    ask(aoife, page)
    assert decide(brian, page).status_code == 409
    assert FeeRule.objects.get().agreed_at is None


def test_the_database_keeps_two_people_and_the_past(aoife, page):
    ask(aoife, page)
    rule, another = FeeRule.objects.get(), make_operator("x@operator.test", name="X")
    for facts in (
        {"agreed_by": rule.asked_by, "agreed_at": timezone.now()},
        {"agreed_by": another, "agreed_at": None},
        {"agreed_by": another, "agreed_at": rule.applies_from},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            FeeRule.objects.update(**facts)


def test_the_list_and_the_page_show_the_shop(aoife, shop, customer, page):
    factories.hire_person(shop, role=Role.OWNER)
    factories.name_bank_account(shop.merchant)
    factories.sell(shop, customer)
    factories.settle(shop)
    factories.sell(shop, customer)

    assert shop.merchant.name in aoife.get("/console/shops/").content.decode()
    text = aoife.get(page).content.decode()
    for words in ("0.6 % of each sale.", "Latest payouts", "€4.77", "Pier Foods Ltd"):
        assert words in text
    assert aoife.get("/console/shops/?after=x").status_code == 404
    assert aoife.get("/console/shops/mr_00000000000000000000000000/").status_code == 404
