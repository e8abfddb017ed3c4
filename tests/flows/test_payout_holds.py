"""Payouts that an operator holds: runs leave them, the shop is told why, and they go on."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from banking.errors import FileUnwritable, NothingToSend
from banking.models import FileStatus, Order, OrderStatus, PaymentFile
from banking.runs import make_run, release_run
from console.forms_holds import HoldForm
from console.models import AuditEntry
from merchants.hold_rules import RULES
from merchants.models import HoldRule, PayoutHold, Role, Settlement
from merchants.onboarding import hire
from merchants.payouts import load_payouts
from merchants.queries import preview_settlement
from relay.letters import send_due_letters
from tests import factories
from tests.banking import bank
from tests.broken import find_broken
from tests.clocks import date_back
from tests.flows.steps import make_operator, open_console, open_dashboard, sign_id
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
WHY, HOW = "Three customers say they never were there.", "Write to help@pay.test with receipts."


@pytest.fixture
def aoife(db):
    bank.find_account()
    return open_console(make_operator())


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def page(shop):
    return f"/console/shops/{shop.merchant.public_id}/holds/"


def find_today(shop):
    return timezone.now().astimezone(ZoneInfo(shop.merchant.time_zone)).date()


def hold(browser, page, shop, *, number=1, days=6, **typed):
    told = {
        "made_id": sign_id(HoldForm, number),
        "rule": "misuse",
        "last_day": (find_today(shop) + timedelta(days=days)).isoformat(),
        "reason": WHY,
        "appeal": HOW,
    }
    return browser.post(f"{page}new/", told | typed)


def lift(browser, page, **typed):
    reference = PayoutHold.objects.latest("id").public_id
    told = {"hold": reference, "because": "The receipts are right."}
    return browser.post(f"{page}free/", told | typed)


def end_by_date():
    past = timezone.now() - timedelta(seconds=1)
    date_back(
        PayoutHold.objects.all(),
        placed_at=past - timedelta(days=1),
        ends_at=past,
    )


def settle(shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    return factories.settle(shop)


def read_status(settlement):
    found = Settlement.objects.select_related("balance").get(pk=settlement.pk)
    load_payouts([found])
    return found.payout_status


def read_text(answer):
    return " ".join(answer.content.decode().split())


def read_pdf(answer):
    with pypdfium2.PdfDocument(answer.content) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join("".join(pages).split())


def gather():
    return make_run(bank.find_account(), by=None, execute_on=bank.PAY_ON)


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_a_held_shop_settles_and_its_payout_waits(aoife, page, shop, customer):
    factories.name_bank_account(shop.merchant)
    before = settle(shop, customer)
    assert read_status(before) == "pending"

    assert hold(aoife, page, shop).status_code == 302

    later = settle(shop, customer)
    assert (later.payout_minor, read_status(later)) == (994, "held")
    assert read_status(before) == "held"
    assert [order.status for order in Order.objects.all()] == ["pending", "pending"]
    with nothing_changes(), pytest.raises(NothingToSend):
        gather()
    assert "No order waits in EUR" in read_text(aoife.get("/console/runs/"))
    assert find_broken() == {}


def test_another_shop_is_paid_meanwhile(aoife, page, shop, customer):
    other = factories.open_shop()
    for each in (shop, other):
        factories.name_bank_account(each.merchant)
        settle(each, customer)
    hold(aoife, page, shop)

    run = gather()

    [order] = Order.objects.filter(file=run)
    assert order.source_account_id == factories.balance_of(other).payable_account_id


@pytest.mark.parametrize("end", ["lifted", "by date"])
def test_what_was_held_is_paid_after_the_hold(aoife, page, shop, customer, end):
    factories.name_bank_account(shop.merchant)
    hold(aoife, page, shop)
    settlement = settle(shop, customer)

    if end == "lifted":
        assert lift(aoife, page).status_code == 302
    else:
        end_by_date()

    assert read_status(settlement) == "pending"
    bank.send()
    assert read_status(settlement) == "sent"
    assert find_broken() == {}


def test_a_draft_leaves_held_payouts_behind_when_it_is_released(aoife, page, shop, customer):
    other = factories.open_shop()
    for each in (shop, other):
        factories.name_bank_account(each.merchant)
        settle(each, customer)
    run = gather()
    assert (run.orders_count, run.total_minor) == (2, 2 * 994)
    hold(aoife, page, shop)

    release_run(run, by=bank.make_user())

    assert (run.status, run.orders_count, run.total_minor) == (FileStatus.RELEASED, 1, 994)
    held = Order.objects.get(source_account=factories.balance_of(shop).payable_account_id)
    assert (held.status, held.file) == (OrderStatus.PENDING, None)
    lift(aoife, page)
    assert gather().orders_count == 1
    assert find_broken() == {}


def test_a_draft_of_held_payouts_alone_is_not_released(aoife, page, shop, customer):
    factories.name_bank_account(shop.merchant)
    settlement = settle(shop, customer)
    run = gather()
    hold(aoife, page, shop)

    with nothing_changes(), pytest.raises(FileUnwritable, match="none of its orders"):
        release_run(run, by=bank.make_user())

    assert PaymentFile.objects.get(pk=run.pk).orders_count == 1
    assert read_status(settlement) == "held"


def test_the_page_names_what_was_released_before(aoife, page, shop, customer):
    factories.name_bank_account(shop.merchant)
    settlement = settle(shop, customer)
    release_run(gather(), by=bank.make_user())

    hold(aoife, page, shop)

    assert read_status(settlement) == "pending"
    assert "These payouts are in a released run" in read_text(aoife.get(page))


def test_the_shop_reads_why_until_when_and_how_to_appeal(aoife, page, owner, shop, customer):
    factories.name_bank_account(shop.merchant)
    settlement = settle(shop, customer)
    assert hold(aoife, page, shop).status_code == 302
    assert hold(aoife, page, shop).status_code == 302

    send_due_letters()
    [letter] = [each for each in mail.outbox if "are held" in each.subject]
    assert (WHY in letter.body, HOW in letter.body) == (True, True)
    last = find_today(shop) + timedelta(days=7)
    words = [f"Payouts are held until {last.day} {last:%b %Y}, 00:00 (shop time).", WHY, HOW]
    for address in (
        "/dashboard/",
        "/dashboard/settlements/",
        "/dashboard/settlements/timetable/",
        f"/dashboard/settlements/{settlement.public_id}/",
        f"/dashboard/settlements/{settlement.public_id}/print/",
    ):
        text = read_text(owner.get(address))
        assert [each in text for each in words] == [True, True, True], address
    paper = read_pdf(owner.get(f"/dashboard/settlements/{settlement.public_id}.pdf"))
    until = f"Held until {last.day} {last:%b %Y}, 00:00 (shop time)."
    assert [each in paper for each in (until, WHY, HOW)] == [True, True, True]
    overview = read_text(owner.get("/dashboard/"))
    _, _, alerts = overview.partition('id="alerts-title"')
    alert = alerts[: alerts.index("</section> </section>")]
    assert f'/dashboard/settlements/{settlement.public_id}/"' in alert
    assert '/dashboard/settlements/timetable/#holds"' in alert
    factories.sell(shop, customer)
    assert words[0] in read_text(owner.get("/dashboard/settlements/close/"))
    assert f'held until <time datetime="{last}T00:00' in read_text(owner.get("/dashboard/"))

    lift(aoife, page)

    send_due_letters()
    assert "The receipts are right." in mail.outbox[-1].body
    for address in ("/dashboard/", "/dashboard/settlements/"):
        assert "Payouts are held" not in read_text(owner.get(address))
    assert list_deeds() == ["payouts.held", "payouts.freed"]


def test_every_shop_can_read_the_rules(owner):
    text = read_text(owner.get("/dashboard/settlements/timetable/"))

    assert set(RULES) == set(HoldRule)
    assert "It has to be checked again who owns or runs the business." in text
    assert "30 days at most" in text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"rule": "dislike"}, "rule"),
        ({"reason": ""}, "reason"),
        ({"appeal": ""}, "appeal"),
        ({"last_day": "2001-01-01"}, "last_day"),
        ({"last_day": "2999-01-01"}, "last_day"),
        ({"last_day": ""}, "last_day"),
    ],
)
def test_a_hold_without_rule_end_or_appeal_is_refused(aoife, page, shop, typed, field):
    answer = hold(aoife, page, shop, **typed)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not PayoutHold.objects.exists()
    assert list_deeds() == []


@pytest.mark.parametrize("rule", HoldRule)
def test_no_hold_is_longer_than_its_rule_allows(aoife, page, shop, rule):
    most = RULES[rule].days_max

    assert hold(aoife, page, shop, rule=rule, days=most + 1).status_code == 422
    assert hold(aoife, page, shop, rule=rule, days=most).status_code == 302


def test_a_form_that_made_another_hold_is_refused(aoife, page, shop):
    hold(aoife, page, shop)

    answer = hold(aoife, page, shop, reason="Another reason.")

    assert answer.status_code == 409
    assert PayoutHold.objects.get().reason == WHY


def test_an_operator_holds_and_frees_no_shop_of_their_own(aoife, page, shop):
    other = make_operator("brian@operator.test", name="Brian Walsh")
    hire(shop.merchant, other, role=Role.MANAGER)
    brian = open_console(other)
    assert hold(brian, page, shop).status_code == 409
    assert not PayoutHold.objects.exists()
    hold(aoife, page, shop)

    assert lift(brian, page).status_code == 409

    assert PayoutHold.objects.get().lifted_at is None
    assert list_deeds() == ["payouts.held"]


def test_a_hold_is_lifted_once_and_with_a_reason(aoife, page, shop):
    hold(aoife, page, shop)
    assert lift(aoife, page, because="").status_code == 422
    assert PayoutHold.objects.get().lifted_at is None
    assert lift(aoife, page).status_code == 302

    assert lift(aoife, page).status_code == 409
    assert lift(aoife, page, hold="ph_x").status_code == 404

    assert list_deeds() == ["payouts.held", "payouts.freed"]
    assert "The receipts are right." in read_text(aoife.get(page))


def test_a_hold_that_has_ended_is_not_lifted(aoife, page, shop):
    hold(aoife, page, shop)
    end_by_date()

    assert lift(aoife, page).status_code == 409
    assert PayoutHold.objects.get().lifted_at is None


def test_of_two_holds_the_one_that_ends_last_counts(aoife, page, shop, customer):
    factories.name_bank_account(shop.merchant)
    hold(aoife, page, shop, days=2)
    hold(aoife, page, shop, number=2, days=9, reason="Longer.")
    settlement = settle(shop, customer)
    longer = PayoutHold.objects.get(reason="Longer.")

    assert "Longer." in read_text(aoife.get(f"/console/shops/{shop.merchant.public_id}/"))
    assert lift(aoife, page, hold=longer.public_id).status_code == 302

    assert read_status(settlement) == "held"
    assert preview_settlement(factories.balance_of(shop)).closing_minor == 0


def test_the_database_keeps_holds_as_they_were_placed(aoife, page, shop):
    hold(aoife, page, shop)
    placed = PayoutHold.objects.get()

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        PayoutHold.objects.update(ends_at=timezone.now() + timedelta(days=900))
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutHold.objects.update(lifted_at=timezone.now())

    assert PayoutHold.objects.get().ends_at == placed.ends_at
