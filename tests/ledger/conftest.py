"""Accounts to post between."""

import pytest

from ledger.accounts import find_house_account, open_account
from ledger.chart import AccountKind


@pytest.fixture
def bank(db):
    """The safeguard account in EUR."""
    return find_house_account(AccountKind.SAFEGUARD, currency="EUR")


@pytest.fixture
def wallet(db):
    """An empty wallet account in EUR."""
    return open_account(AccountKind.WALLET, currency="EUR")


@pytest.fixture
def takings(db):
    """A takings account in EUR."""
    return open_account(AccountKind.TAKINGS, currency="EUR")
