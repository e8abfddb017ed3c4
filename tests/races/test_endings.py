"""A charge ends once: paid, canceled or expired, and both sides are told which."""

import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from ledger.models import Account, Transfer
from ledger.queries import read_balance
from pos.charges import cancel_charge, sweep_charges
from pos.errors import ChargeClaimedByAnother, ChargeNotCancelable, ChargeNotPayable
from pos.models import Charge
from relay.models import Event
from tests import factories
from tests.races.crowd import Job, late, stagger
from wallet.claims import decline_charge
from wallet.models import Claim, Payment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

ENDINGS = ("charge.captured", "charge.canceled", "charge.expired")


def read_endings(charge):
    events = Event.objects.filter(subject=charge.pk, kind__in=ENDINGS)
    return [kind.removeprefix("charge.") for kind in events.values_list("kind", flat=True)]


def test_a_charge_is_paid_or_canceled_and_never_both(crowd, without_pin):
    shop, customer = factories.open_shop(), factories.open_customer(balance_minor=1_000_000)
    endings = Counter[str]()

    for number in range(120):
        charge = factories.make_charge(shop)
        claim = factories.claim(customer, charge)
        jobs: list[Job] = [
            partial(factories.confirm, customer, claim, pin=""),
            partial(cancel_charge, charge.pk, principal=shop.till),
        ]
        payment, cancellation = crowd.act(
            stagger(jobs, round_number=number), refusals=(ChargeNotPayable, ChargeNotCancelable)
        )

        (ending,) = read_endings(charge)
        endings[ending] += 1
        if ending == "captured":
            assert isinstance(payment, Payment)
            assert cancellation.status == "captured"
            assert isinstance(cancellation, ChargeNotCancelable)
        else:
            assert isinstance(payment, ChargeNotPayable)
            assert payment.status == "canceled"
            assert isinstance(cancellation, Charge)
        assert Transfer.objects.filter(pk=charge.pk).count() == (ending == "captured")

    assert set(endings) == {"captured", "canceled"}


def test_nothing_is_paid_after_it_expired(crowd, without_pin):
    shop, customer = factories.open_shop(), factories.open_customer(balance_minor=1_000_000)
    endings = Counter[str]()

    for number in range(60):
        charge = factories.make_charge(shop)
        claim = factories.claim(customer, charge)
        # A busy machine may miss every end that is near, so some are a little further off.
        end = Now() + timedelta(milliseconds=5 if number % 3 else 60)
        Charge.objects.filter(pk=charge.pk).update(expires_at=end, lease_until=end)
        confirm = partial(factories.confirm, customer, claim, pin="")
        # By the clock alone in one half of the rounds, with a sweep in the other.
        jobs = [late(confirm, number % 10 / 1000)]
        jobs += [late(sweep_charges, 0.005)] if number % 2 else []
        payment, *_ = crowd.act(jobs, refusals=(ChargeNotPayable,))
        sweep_charges()

        (ending,) = read_endings(charge)
        endings[ending] += 1
        charge.refresh_from_db()
        assert charge.status == charge.status_now == ending
        if ending == "captured":
            assert isinstance(payment, Payment)
            assert charge.captured_at is not None
            assert charge.captured_at < charge.expires_at
        else:
            assert isinstance(payment, ChargeNotPayable)
            assert payment.status == "expired"
        assert Transfer.objects.filter(pk=charge.pk).count() == (ending == "captured")

    assert set(endings) == {"captured", "expired"}


def test_a_scan_and_a_cancellation_agree(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    outcomes = Counter[str]()

    for number in range(60):
        charge = factories.make_charge(shop)
        jobs: list[Job] = [
            partial(factories.claim, customer, charge),
            partial(cancel_charge, charge.pk, principal=shop.till),
        ]
        claim, canceled = crowd.act(
            stagger(jobs, round_number=number), refusals=(ChargeNotPayable,)
        )

        # A cancellation beats a claim whenever it comes, so it is never the one refused.
        assert canceled.status == "canceled"
        assert read_endings(charge) == ["canceled"]
        outcomes["claimed first" if isinstance(claim, Claim) else claim.status] += 1

    assert set(outcomes) == {"claimed first", "canceled"}


def test_ten_cancellations_cancel_once(crowd):
    shop = factories.open_shop()

    for _ in range(10):
        charge = factories.make_charge(shop)
        answers = crowd.act([partial(cancel_charge, charge.pk, principal=shop.till)] * 10)

        assert {answer.status for answer in answers} == {"canceled"}
        assert {answer.version for answer in answers} == {2}
        assert read_endings(charge) == ["canceled"]


def test_giving_back_and_scanning_anew_never_leaves_two_holders(crowd):
    shop = factories.open_shop()
    first, second = factories.open_customer(), factories.open_customer()

    for number in range(60):
        charge = factories.make_charge(shop)
        claim = factories.claim(first, charge)
        jobs: list[Job] = [
            partial(decline_charge, claim),
            partial(factories.claim, second, charge),
        ]
        _, scan = crowd.act(
            stagger(jobs, round_number=number), refusals=(ChargeClaimedByAnother,)
        )

        charge.refresh_from_db()
        holder = second.wallet.account_id if isinstance(scan, Claim) else None
        assert charge.payer_account_id == holder


@pytest.mark.parametrize(("life_ms", "status"), [(300, "expired"), (60_000, "open")])
def test_who_waits_for_the_wallet_past_the_end_pays_nothing(
    crowd, without_pin, life_ms, status
):
    shop, customer = factories.open_shop(), factories.open_customer()
    account_id = customer.wallet.account_id
    charge = factories.make_charge(shop)
    claim = factories.claim(customer, charge)
    expires_at = timezone.now() + timedelta(milliseconds=life_ms)
    lease_until = timezone.now() + timedelta(milliseconds=300)
    Charge.objects.filter(pk=charge.pk).update(expires_at=expires_at, lease_until=lease_until)
    confirm = partial(factories.confirm, customer, claim, pin="")

    with transaction.atomic():
        # As another payment of the same wallet does, only for longer.
        Account.objects.select_for_update(no_key=True).get(pk=account_id)
        late_payment = crowd.start(confirm, refusals=(ChargeNotPayable,))
        while timezone.now() < lease_until:
            time.sleep(0.01)
    refusal = late_payment.result(timeout=5)

    assert isinstance(refusal, ChargeNotPayable)
    assert refusal.status == status
    assert not Transfer.objects.filter(pk=charge.pk).exists()
    assert read_balance(account_id) == 10_000
