"""A bank for each test, with a clock that only the test moves."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.bank.bank import open_bank
from demo.bank.branch import OPERATOR_IBAN, OPERATOR_NAME, Settings, write_settings
from demo.bank.moods import Mood, behave
from demo.bank.transfers import Transfer


class Clock:
    """Says what it was set to."""

    def __init__(self):
        self.now = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_days(self, count):
        self.now += timedelta(count)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_here(tmp_path, clock):
    """Open the bank of the test's folder, again and again if it likes."""
    write_settings(tmp_path, Settings(opening_minor=100_000))

    def open_it(choose=behave):
        return open_bank(tmp_path, choose=choose, clock=clock)

    return open_it


@pytest.fixture
def bank(open_here):
    with open_here() as opened:
        yield opened


def make_transfer(amount_minor=2500, *, reference="RF18539007547034", **more):
    """Return a transfer to the operator from one of the bank's customers."""
    return Transfer(
        payer="FR1420041010050500013M02606",
        payer_name="Amélie Petit",
        payee=OPERATOR_IBAN,
        payee_name=OPERATOR_NAME,
        amount_minor=amount_minor,
        reference=reference,
        **more,
    )


@pytest.fixture
def send(bank):
    """Send such a transfer."""

    def send_it(amount_minor=2500, *, mood=Mood.WELL, **more):
        return bank.send_transfer(make_transfer(amount_minor, **more), mood=mood)

    return send_it
