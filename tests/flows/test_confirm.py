"""Rows 4 and 7 of a charge's life: the payer confirms, or is refused and the claim stays."""

import pytest
from django.utils import timezone

from identity.models import Tries
from ledger.models import Transfer
from ledger.queries import read_balance, sum_balance
from merchants.models import SettlementLine
from pos.charges import cancel_charge
from relay.events import list_events
from tests import factories
from tests.clocks import let_expire, let_lease_end, let_pin_lock_end
from tests.conftest import Api
from tests.scripts import SCRIPTS
from tests.snapshots import nothing_changes
from wallet.models import Attempt, Payment, Wallet

pytestmark = pytest.mark.django_db
WRONG = "000000"


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop, amount_minor=480)


@pytest.fixture
def claim(customer, charge):
    return factories.claim(customer, charge)


@pytest.fixture
def large(shop, customer):
    """A claim of 50.00, above what is paid without PIN."""
    return factories.claim(customer, factories.make_charge(shop, amount_minor=5000))


def confirm(phone, claim, pin=None, *, key=""):
    body = {"claim": claim.public_id} | ({"pin": pin} if pin is not None else {})
    return phone.post("wallet/payments", body, key=key)


def refresh(claim):
    claim.charge.refresh_from_db()
    return claim.charge


def test_confirming_moves_the_money(phone, claim, shop, customer, proofs_hold):
    answer = confirm(phone, claim)

    charge, payment = refresh(claim), Payment.objects.get()
    assert answer.status_code == 201
    assert answer.json()["id"] == payment.public_id
    assert answer.json()["charge"]["status"] == "captured"
    assert answer.json()["amount"] == {"amount_minor": 480, "currency": "EUR"}
    assert answer.json()["balance"] == {"amount_minor": 9520, "currency": "EUR"}
    assert answer.json()["receipt"].startswith("http://pay.test/r/")
    assert (charge.status, charge.version) == ("captured", 3)
    assert charge.payer_email == customer.wallet.user.email
    assert read_balance(customer.wallet.account_id) == 9520
    assert sum_balance(shop.store.takings_account_id) == 480
    assert (payment.with_pin, payment.confirmed_at) == (False, charge.captured_at)
    proofs_hold()


def test_a_sale_is_on_the_next_settlement(phone, claim):
    confirm(phone, claim)

    line = SettlementLine.objects.get()
    charge = refresh(claim)
    assert (line.id, line.charge_id, line.kind) == (charge.id, charge.id, "sale")
    assert (line.amount_minor, line.fee_minor, line.net_minor) == (480, 3, 477)
    assert (line.at, line.settlement_id) == (charge.captured_at, None)


def test_the_capture_is_told_in_the_feed(phone, claim):
    confirm(phone, claim)

    event = list_events(claim.charge_id)[-1]
    assert (event.kind, event.actor) == ("charge.captured", "payer")
    assert event.facts == {"version": 3, "amount_minor": 480, "currency": "EUR"}


def test_a_lapsed_claim_is_refused_and_the_charge_can_be_claimed_again(phone, claim, customer):
    let_lease_end(claim.charge)

    with nothing_changes(claim.charge):
        answer = confirm(phone, claim)

    assert answer.status_code == 409
    assert answer.json()["code"] == "charge_not_payable"
    assert answer.json()["charge_status"] == "open"
    assert reasons() == ["charge_not_payable"]
    assert confirm(phone, factories.claim(customer, claim.charge)).status_code == 201


def test_an_expired_charge_is_refused_with_no_sweeper(phone, claim):
    let_expire(claim.charge)

    with nothing_changes(claim.charge):
        answer = confirm(phone, claim)

    assert claim.charge.status == "claimed"
    assert answer.status_code == 409
    assert answer.json()["charge_status"] == "expired"


def test_a_canceled_charge_is_refused(phone, claim, shop):
    cancel_charge(claim.charge_id, principal=shop.till)

    with nothing_changes(refresh(claim)):
        answer = confirm(phone, claim)

    assert answer.status_code == 409
    assert answer.json()["charge_status"] == "canceled"


def test_a_declined_claim_is_refused(phone, claim):
    phone.delete(f"wallet/claims/{claim.public_id}")

    with nothing_changes(refresh(claim)):
        answer = confirm(phone, claim)

    assert answer.json()["charge_status"] == "open"


def test_what_another_has_paid_is_refused(phone, claim, another, another_phone):
    let_lease_end(claim.charge)
    factories.confirm(another, factories.claim(another, claim.charge))

    with nothing_changes(refresh(claim)):
        answer = confirm(phone, claim)

    assert answer.status_code == 409
    assert answer.json()["charge_status"] == "captured"


def test_another_s_claim_looks_like_an_unknown_one(another_phone, claim):
    with nothing_changes(claim.charge):
        foreign = confirm(another_phone, claim)
        unknown = another_phone.post("wallet/payments", {"claim": "cl_" + "0" * 26})

    assert foreign.status_code == 404
    assert foreign.json() == unknown.json()


def test_too_little_money_is_refused_and_the_claim_stays(shop):
    poor = factories.open_customer(balance_minor=479)
    claim = factories.claim(poor, factories.make_charge(shop, amount_minor=480))
    before = Transfer.objects.count()

    answer = confirm(Api(poor.token), claim)

    assert Transfer.objects.count() == before
    assert refresh(claim).refusal == "insufficient_funds"
    assert answer.status_code == 402
    assert answer.json()["code"] == "insufficient_funds"
    assert reasons() == ["insufficient_funds"]
    assert read_balance(poor.wallet.account_id) == 479
    assert refresh(claim).status_now == "claimed"


def test_the_last_cent_can_be_spent(shop):
    exact = factories.open_customer(balance_minor=480)
    claim = factories.claim(exact, factories.make_charge(shop, amount_minor=480))

    answer = confirm(Api(exact.token), claim)

    assert answer.json()["balance"]["amount_minor"] == 0


def test_the_pin_is_required_for_a_large_amount(phone, large):
    with nothing_changes(large.charge):
        answer = confirm(phone, large)

    assert answer.status_code == 403
    assert answer.json()["code"] == "pin_required"
    assert answer.json()["errors"][0]["field"] == "pin"
    assert reasons() == ["pin_required"]


@pytest.mark.parametrize("digits", [{}, *SCRIPTS.values()], ids=["ours", *SCRIPTS])
def test_the_right_pin_pays_in_the_digits_of_any_script(phone, large, digits):
    answer = confirm(phone, large, factories.PIN.translate(digits))

    assert answer.status_code == 201
    assert Payment.objects.get().with_pin


def test_a_wrong_pin_says_how_many_tries_are_left(phone, large):
    with nothing_changes(large.charge):
        answer = confirm(phone, large, WRONG)

    assert answer.status_code == 403
    assert answer.json()["code"] == "pin_wrong"
    assert answer.json()["tries_left"] == 4
    assert reasons() == ["pin_wrong"]


def test_a_wrong_pin_is_refused_also_where_none_is_wanted(phone, claim):
    with nothing_changes(claim.charge):
        answer = confirm(phone, claim, WRONG)

    assert answer.json()["code"] == "pin_wrong"


def test_the_fifth_wrong_pin_locks(phone, large, nothing_moved):
    answers = [confirm(phone, large, WRONG).json() for _ in range(5)]
    sixth = confirm(phone, large, factories.PIN)

    assert nothing_moved()
    assert [answer["code"] for answer in answers] == ["pin_wrong"] * 4 + ["pin_locked"]
    assert [answer.get("tries_left") for answer in answers] == [4, 3, 2, 1, None]
    assert (sixth.status_code, sixth.json()["code"]) == (403, "pin_locked")
    assert reasons() == ["pin_wrong"] * 4 + ["pin_locked"] * 2
    assert (refresh(large).status_now, refresh(large).refusal) == ("claimed", "declined")
    locked_until = Tries.objects.get(subject=large.wallet.user_id).locked_until
    assert locked_until is not None
    assert 1800 - 60 < (locked_until - timezone.now()).total_seconds() <= 1800


def test_the_right_pin_at_the_fifth_try_pays(phone, large):
    for _ in range(4):
        confirm(phone, large, WRONG)

    answer = confirm(phone, large, factories.PIN)

    assert answer.status_code == 201
    assert factories.count_tries(large.wallet.user) == 0


def test_the_lock_ends(phone, large):
    for _ in range(5):
        confirm(phone, large, WRONG)
    let_pin_lock_end(large.wallet.user_id)

    wrong = confirm(phone, large, WRONG)
    right = confirm(phone, large, factories.PIN)

    assert wrong.json()["tries_left"] == 4
    assert right.status_code == 201


def test_five_payments_without_pin_then_one_with(phone, shop, customer):
    for _ in range(5):
        charge = factories.make_charge(shop, amount_minor=100)
        assert confirm(phone, factories.claim(customer, charge)).status_code == 201
    sixth = factories.claim(customer, factories.make_charge(shop, amount_minor=100))

    with nothing_changes(sixth.charge):
        refused = confirm(phone, sixth)
    paid = confirm(phone, sixth, factories.PIN)

    assert refused.json()["code"] == "pin_required"
    assert paid.status_code == 201
    wallet = Wallet.objects.get(pk=customer.wallet.pk)
    assert (wallet.no_pin_count, wallet.no_pin_minor) == (0, 0)


def test_a_hundred_euro_without_pin_then_one_with(phone, shop):
    customer = factories.open_customer(balance_minor=20_000)
    phone = Api(customer.token)
    for amount_minor in (3000, 3000, 3000, 1000):
        charge = factories.make_charge(shop, amount_minor=amount_minor)
        assert confirm(phone, factories.claim(customer, charge)).status_code == 201

    refused = confirm(
        phone, factories.claim(customer, factories.make_charge(shop, amount_minor=1))
    )

    assert refused.json()["code"] == "pin_required"
    assert Wallet.objects.get(pk=customer.wallet.pk).no_pin_minor == 10_000


def test_a_closed_wallet_account_pays_nothing(phone, claim, customer, nothing_moved):
    account = customer.wallet.account
    account.closed_at = timezone.now()
    account.save(update_fields=["closed_at"])

    answer = confirm(phone, claim)

    assert nothing_moved()
    assert (refresh(claim).status_now, refresh(claim).refusal) == ("claimed", "declined")
    assert (answer.status_code, answer.json()["code"]) == (409, "transfer_refused")
    assert reasons() == ["transfer_refused"]


def reasons():
    return list(Attempt.objects.order_by("id").values_list("reason", flat=True))
