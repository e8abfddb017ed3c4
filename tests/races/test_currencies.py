"""Wallets opened at the moment when something is changed in all of a person's wallets."""

from functools import partial

import pytest

from tests import factories
from tests.races.crowd import late
from wallet.currencies import list_wallets, open_in
from wallet.errors import WalletFrozen
from wallet.freezing import freeze
from wallet.identity_requests import grant
from wallet.models import Tier, Wallet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


@pytest.fixture(autouse=True)
def _offered(settings):
    settings.CURRENCIES = ["EUR", "SEK", "NOK"]


def test_many_taps_at_once_open_one_wallet(crowd):
    customer = factories.open_customer()

    made = crowd.act([partial(open_in, customer.wallet, "SEK")] * 12)

    assert len({wallet.pk for wallet in made}) == 1
    assert Wallet.objects.filter(user=customer.wallet.user).count() == 2


def test_a_wallet_that_is_opened_amid_a_freeze_is_frozen_or_not_opened(crowd):
    for turn in range(12):
        customer = factories.open_customer()
        stop, start = partial(freeze, customer.wallet), partial(open_in, customer.wallet, "SEK")
        jobs = [stop, late(start, 0.002)] if turn % 2 else [late(stop, 0.002), start]

        crowd.act(jobs, refusals=(WalletFrozen,))

        assert {each.frozen_by for each in list_wallets(customer.wallet)} == {"owner"}


def test_a_wallet_that_is_opened_amid_a_grant_is_raised_too(crowd):
    operator = factories.open_customer(name="Aoife Kelly").wallet.user
    for turn in range(12):
        customer = factories.open_customer(tier=Tier.START)
        wish = factories.ask_for_tier(customer)
        give, start = (
            partial(grant, wish, by=operator),
            partial(open_in, customer.wallet, "SEK"),
        )
        jobs = [give, late(start, 0.002)] if turn % 2 else [late(give, 0.002), start]

        crowd.act(jobs)

        wallets = list_wallets(customer.wallet)
        assert [each.tier for each in wallets] == [Tier.KNOWN] * 2
