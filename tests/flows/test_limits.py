"""A limit of a wallet: no payment passes it, and its owner reads why and until when."""

from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from identity.bearer import digest_secret
from ledger.queries import read_balance
from pos.models import Charge
from qr.links import encode_token
from tests import factories
from tests.flows.steps import collect, open_wallet
from tests.owners import as_owner
from tests.paycodes import show_code
from tests.tiers import allow, make_older
from wallet.models import Attempt, Payment, PaymentCodeUse, Tier, TierLimit, Wallet
from wallet.payments import pay_by_session

pytestmark = pytest.mark.django_db
DAY, YEAR = timedelta(days=1), timedelta(days=365)
SECOND = timedelta(seconds=5)


@pytest.fixture
def claim(customer, shop):
    return factories.claim(customer, factories.make_charge(shop))


def pay(phone, claim, pin=""):
    return phone.post("wallet/payments", {"claim": claim.public_id, "pin": pin})


def assert_refused(answer):
    assert (answer.status_code, answer.json()["code"]) == (403, "wallet_limit_reached")
    return answer.json()


@pytest.mark.parametrize("kind", ["paid_day", "paid_year", "paid_ever"])
def test_the_last_cent_of_a_limit_is_paid_and_one_more_is_not(
    customer, shop, phone, nothing_moved, kind
):
    factories.sell(shop, customer, amount_minor=520)
    claim = factories.claim(customer, factories.make_charge(shop))
    moved = Payment.objects.count()
    allow(**{kind: 999})

    told = assert_refused(pay(phone, claim))

    assert told["left_minor"] == 479
    assert "€9.99" in told["detail"]
    assert "€4.79 of it is left. Nothing was taken." in told["detail"]
    assert "“Your limits”" in told["detail"]
    assert Payment.objects.count() == moved
    assert Charge.objects.get(pk=claim.charge_id).status == "claimed"
    assert Charge.objects.get(pk=claim.charge_id).refusal == "declined"
    assert Attempt.objects.get().reason == "wallet_limit_reached"

    allow(**{kind: 1000})
    assert pay(phone, claim).status_code == 201
    assert Wallet.objects.get().paid_minor == 1000


@pytest.mark.parametrize("pin", ["", factories.PIN])
def test_the_pin_lifts_no_limit(phone, claim, nothing_moved, pin):
    allow(paid_day=479)

    assert_refused(pay(phone, claim, pin))

    assert nothing_moved()


@pytest.mark.parametrize(("kind", "span"), [("paid_day", DAY), ("paid_year", YEAR)])
def test_what_was_paid_before_the_span_does_not_count(customer, shop, phone, kind, span):
    allow(**{kind: 1000})
    factories.sell(shop, customer, amount_minor=500)
    first = Payment.objects.get()
    factories.sell(shop, customer, amount_minor=300)
    claim = factories.claim(customer, factories.make_charge(shop))
    make_older(first, span - SECOND)

    told = assert_refused(pay(phone, claim))

    # From then on the first one is too long ago.
    end = datetime.fromisoformat(told["fits_at"])
    assert timezone.now() < end < timezone.now() + timedelta(minutes=2)
    assert "this amount fits again" in told["detail"]

    make_older(Payment.objects.get(pk__lt=first.pk), 2 * SECOND)
    assert pay(phone, claim).status_code == 201


def test_an_amount_above_the_limit_never_fits(phone, claim):
    allow(paid_day=479)

    told = assert_refused(pay(phone, claim))

    assert told["fits_at"] == ""
    assert "fits again" not in told["detail"]


def test_a_refund_leaves_no_more_room(customer, shop, phone):
    allow(paid_day=900)
    charge = factories.sell(shop, customer, amount_minor=500)
    factories.refund(shop, charge)
    claim = factories.claim(customer, factories.make_charge(shop))

    assert_refused(pay(phone, claim))


def test_the_express_lane_finds_nothing_to_do_and_the_view_says_why(customer, claim, phone):
    allow(paid_day=479)

    digest = digest_secret(customer.token)
    assert pay_by_session(digest, claim.id, idempotency_key="1", request_hash=b"1") is None

    assert not Payment.objects.exists()
    assert_refused(pay(phone, claim))


def test_another_wallet_s_limits_and_payments_are_its_own(customer, another, shop, phone):
    allow(Tier.KNOWN, paid_day=479)
    Wallet.objects.filter(pk=another.wallet.pk).update(tier=Tier.KNOWN)
    factories.sell(shop, customer)

    claim = factories.claim(customer, factories.make_charge(shop))
    assert pay(phone, claim).status_code == 201


def test_a_till_learns_no_figure_and_may_charge_somebody_else(
    till, customer, another, shop, nothing_moved
):
    allow(paid_day=479)
    charge = factories.make_charge(shop)
    code = show_code(customer)

    answers = [collect(till, charge, code, key="sale-1") for _ in range(2)]

    for answer in answers:
        told = assert_refused(answer)
        assert "left_minor" not in told
        assert "€" not in told["detail"]
    assert nothing_moved()
    assert PaymentCodeUse.objects.get().outcome == "wallet_limit_reached"
    charge.refresh_from_db()
    assert charge.status_now == "open"
    Wallet.objects.filter(pk=another.wallet.pk).update(tier=Tier.KNOWN)
    assert collect(till, charge, show_code(another)).json()["status"] == "captured"


def test_a_counter_code_s_payment_is_limited_too(customer, shop, phone, nothing_moved):
    allow(paid_day=479)
    claim = factories.claim_at(customer, factories.print_code(shop))

    assert_refused(pay(phone, claim))

    assert nothing_moved()


def test_the_pay_page_says_it_before_anybody_types_a_pin(customer, shop, nothing_moved):
    allow(paid_day=479)
    charge = factories.make_charge(shop)
    pages, address = open_wallet(customer), f"/p/{encode_token(charge.token).lower()}"

    page = pages.get(address).content.decode()

    assert "Over a limit of your wallet" in page
    assert 'href="/wallet/limits/"' in page
    assert 'name="pin"' not in page
    # Sent all the same, by a page that was open before.
    answer = pages.post(f"{address}/pay", {"pin": factories.PIN})
    assert answer.status_code == 302
    assert nothing_moved()
    assert read_balance(customer.wallet.account_id) == 10_000


def test_a_table_that_was_not_filled_lets_nothing_through(phone, claim, nothing_moved):
    with as_owner():
        TierLimit.objects.filter(currency="EUR").delete()

    answer = pay(phone, claim)

    assert_refused(answer)
    assert nothing_moved()


def test_the_application_may_not_raise_a_limit(db):
    with pytest.raises(ProgrammingError), transaction.atomic():
        TierLimit.objects.update(paid_day_max_minor=None)
