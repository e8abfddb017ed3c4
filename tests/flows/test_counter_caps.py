"""What a customer may pay by counter codes in a day of the shop."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pos.models import Charge
from relay.events import list_events
from tests import factories
from tests.clocks import date_back, let_expire
from tests.conftest import Api
from tests.flows.steps import claim_by_api, euros, pay_at, refuse_claim
from tests.snapshots import nothing_changes
from wallet.counter_payments import _read_clock, measure_left
from wallet.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(shop):
    return factories.print_code(shop)


def test_a_customer_pays_up_to_the_cap_in_a_day(phone, shop):
    rich = factories.open_customer(balance_minor=100_000)
    code = factories.print_code(shop)
    pay_at(rich, code, 49_520)
    looked = Api(rich.token).post("wallet/scans", {"payload": code.short_code}).json()

    problem = refuse_claim(
        Api(rich.token), code, amount=euros(481), status=422, name="counter_limit_reached"
    )

    assert looked["left"] == euros(480)
    assert problem["left_minor"] == 480
    assert problem["detail"].startswith("By counter codes you can pay €4.80 more today.")
    assert claim_by_api(Api(rich.token), code, amount=euros(480)).status_code == 201
    assert claim_by_api(phone, code, amount=euros(10_000)).status_code == 201


def test_a_used_up_cap_is_told_by_the_scan(shop):
    payer = factories.open_customer()
    code = factories.print_code(shop, cap_minor=480)
    pay_at(payer, code, 480)

    looked = Api(payer.token).post("wallet/scans", {"payload": code.short_code}).json()

    assert (looked["payable"], looked["left"]) == (False, euros(0))
    assert looked["detail"].startswith("By counter codes you can pay €0.00 more today.")


def test_declining_what_is_paid_leaves_it_paid(phone, customer, code):
    payment = pay_at(customer, code, 700)

    with nothing_changes(payment.charge):
        answer = phone.delete(f"wallet/claims/{Claim.objects.get().public_id}")

    assert answer.status_code == 204


def test_every_counter_code_counts_and_a_lower_cap_holds(shop, customer):
    first = factories.print_code(shop)
    second = factories.print_code(factories.open_shop(), cap_minor=1000)
    pay_at(customer, first, 700)

    assert measure_left(customer.wallet, first) == 49_300
    assert measure_left(customer.wallet, second) == 300


def test_sales_at_the_till_do_not_count(shop, customer, code):
    factories.sell(shop, customer)

    assert measure_left(customer.wallet, code) == 50_000


def test_what_is_about_to_be_paid_counts_until_it_is_over(shop, customer, code):
    charge = factories.claim_at(customer, code, amount_minor=700).charge
    held = measure_left(customer.wallet, code)
    let_expire(charge)

    assert (held, measure_left(customer.wallet, code)) == (49_300, 50_000)


def test_declining_frees_the_cap_and_ends_the_charge(phone, customer, code):
    claimed = claim_by_api(phone, code, amount=euros()).json()

    answer = phone.delete(f"wallet/claims/{claimed['id']}")

    charge = Charge.objects.get()
    assert (answer.status_code, charge.status) == (204, "canceled")
    assert measure_left(customer.wallet, code) == 50_000
    assert [each.actor for each in list_events(charge.id)] == ["payer"] * 3


def test_yesterday_s_payments_do_not_count_by_the_shop_s_clock(customer):
    shop = factories.open_shop(time_zone="Pacific/Auckland")
    code = factories.print_code(shop)
    pay_at(customer, code, 700)
    midnight = timezone.localtime(timezone.now(), ZoneInfo("Pacific/Auckland")).replace(
        hour=0, minute=0, second=0, microsecond=0
    )

    date_back(Charge.objects.all(), created_at=midnight)
    today = measure_left(customer.wallet, code)
    date_back(Charge.objects.all(), created_at=midnight - timedelta(microseconds=1))

    assert (today, measure_left(customer.wallet, code)) == (49_300, 50_000)


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(days=1), -timedelta(days=1)])
def test_a_web_process_whose_clock_is_wrong_frees_nothing(monkeypatch, customer, code, off):
    pay_at(customer, code, 700)
    factories.claim_at(customer, code, amount_minor=300)
    right = timezone.now

    monkeypatch.setattr(timezone, "now", lambda: right() + off)

    assert measure_left(customer.wallet, code) == 49_000


def test_the_day_is_that_of_the_instant_which_the_charge_bears(customer, code):
    # Also over midnight: what is measured for a charge and what it counts for are one day.
    charge = factories.claim_at(customer, code).charge

    assert charge.created_at == _read_clock()


def test_a_refund_gives_nothing_of_the_cap_back(shop, customer, code):
    payment = pay_at(customer, code, 700)
    factories.refund(shop, payment.charge)

    assert measure_left(customer.wallet, code) == 49_300


def test_nobody_else_pays_what_was_opened_at_a_code(another_phone, customer, code):
    charge = factories.claim_at(customer, code).charge
    factories.claim(customer, charge)
    Charge.objects.update(
        status="open", lease_until=None, claimed_at=None, payer_account=None, payer_name=""
    )
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = another_phone.post("wallet/claims", {"payload": charge.short_code})
        looked = another_phone.post("wallet/scans", {"payload": charge.short_code}).json()

    assert (looked["payable"], looked["detail"]) == (
        False,
        "Another phone is paying this charge. Nothing was taken.",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "charge_claimed_by_another")
