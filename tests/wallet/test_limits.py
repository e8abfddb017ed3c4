"""When a payment needs the PIN."""

import pytest

from tests import factories
from wallet.errors import PinRequired
from wallet.limits import needs_pin
from wallet.models import Wallet

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet(customer):
    return customer.wallet


def used(wallet, *, count, minor):
    Wallet.objects.filter(pk=wallet.pk).update(no_pin_count=count, no_pin_minor=minor)
    wallet.refresh_from_db()
    return wallet


@pytest.mark.parametrize(
    ("count", "minor", "amount_minor", "wanted"),
    [
        (0, 0, 3000, False),
        (0, 0, 3001, True),
        (4, 4000, 3000, False),
        (5, 0, 1, True),
        (4, 7000, 3000, False),
        (4, 7001, 3000, True),
        (0, 10_000, 1, True),
    ],
)
def test_the_pin_is_wanted_for_too_much_at_once_in_sum_or_too_often(
    wallet, count, minor, amount_minor, wanted
):
    assert needs_pin(used(wallet, count=count, minor=minor), amount_minor) is wanted


@pytest.mark.parametrize(("count", "minor"), [(5, 0), (0, 10_000)])
def test_an_allowance_used_up_in_between_takes_nothing(shop, customer, count, minor):
    claim = factories.claim(customer, factories.make_charge(shop))
    # Behind the back of the wallet that was read, as another payment would.
    Wallet.objects.filter(pk=customer.wallet.pk).update(no_pin_count=count, no_pin_minor=minor)

    with pytest.raises(PinRequired):
        factories.confirm(customer, claim, pin="")

    claim.charge.refresh_from_db()
    customer.wallet.refresh_from_db()
    assert claim.charge.status == "claimed"
    assert (customer.wallet.no_pin_count, customer.wallet.no_pin_minor) == (count, minor)


@pytest.mark.parametrize(
    ("sum_max", "count_max", "counted"),
    [(10_000, 5, (1, 2000)), (0, 5, (1, 2000)), (10_000, 0, (1, 2000)), (0, 0, (0, 0))],
)
def test_the_sum_and_the_count_can_be_switched_off(
    shop, customer, settings, sum_max, count_max, counted
):
    settings.NO_PIN_SUM_MAX_MINOR, settings.NO_PIN_COUNT_MAX = sum_max, count_max
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=2000))

    factories.confirm(customer, claim, pin="")

    wallet = customer.wallet
    wallet.refresh_from_db()
    assert (wallet.no_pin_count, wallet.no_pin_minor) == counted
    far = used(wallet, count=100, minor=1_000_000)
    assert needs_pin(far, 1) is bool(sum_max or count_max)


def test_a_payment_with_the_pin_starts_counting_again(shop, customer):
    claim = factories.claim(customer, factories.make_charge(shop))
    wallet = used(customer.wallet, count=3, minor=500)

    factories.confirm(customer, claim)

    wallet.refresh_from_db()
    assert (wallet.no_pin_count, wallet.no_pin_minor) == (0, 0)
