"""Accounts to post between, and other sessions that post at the same time."""

import pytest

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from tests.ledger import sessions


@pytest.fixture
def bank(db):
    """The safeguard account in EUR."""
    return get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")


@pytest.fixture
def wallet(db):
    """An empty wallet account in EUR."""
    return open_account(AccountKind.WALLET, currency="EUR")


@pytest.fixture
def takings(db):
    """A takings account in EUR."""
    return open_account(AccountKind.TAKINGS, currency="EUR")


@pytest.fixture
def open_session(committed):
    """Open more connections, each in a transaction that goes on."""
    opened = []

    def open_one():
        opened.append(sessions.open_session())
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def meanwhile(committed):
    """Yield what runs a verb in another thread and returns its future."""
    with sessions.let_others_act() as meanwhile:
        yield meanwhile
