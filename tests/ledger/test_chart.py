"""The chart and the events, as the page, the models and the invariants know them."""

import re
import uuid

import pytest
from django.db import connection

from ledger.accounts import open_account
from ledger.chart import (
    BANK_EVENTS,
    EVENTS,
    NATURES,
    AccountKind,
    Nature,
    write_misplaced,
)
from ledger.chart_table import fill_chart
from ledger.posting import post_transfers
from ledger.transfers import NewTransfer
from servers.programs import ROOT
from tests.events import TEST_EVENTS
from tests.owners import as_owner

_ROW = re.compile(r"\| [^|]+ \| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \| [^|]+ \|")


def read_kind(text):
    """Return the kind that words such as `takings of the store` begin with."""
    [kind] = [kind for kind in NATURES if text.startswith(kind.replace("_", " "))]
    return kind


def test_the_events_are_those_of_the_page():
    section = (ROOT / "docs/ledger.md").read_text().partition("## Who debits whom")[2]
    listed: dict[str, set[str]] = {}
    for event, debit, credit in _ROW.findall(section.partition("\n## ")[0]):
        listed.setdefault(event, set()).add(f"{read_kind(debit)}>{read_kind(credit)}")

    assert listed == {
        event: set(pairs) for event, pairs in EVENTS.items() if event not in TEST_EVENTS
    }


def test_every_kind_has_its_nature():
    assert set(NATURES) == set(AccountKind)
    assert [kind for kind in AccountKind if kind.nature.side == "debit"] == [
        "safeguard",
        "receivable",
    ]
    assert [kind for kind in AccountKind if not kind.nature.may_go_negative] == ["wallet"]


@pytest.mark.django_db
def test_the_database_knows_which_events_are_the_bank_s():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event FROM unnest(%s::text[]) AS event"
            " WHERE ledger_moves_bank_money(event)",
            [list(EVENTS)],
        )
        assert {event for (event,) in cursor.fetchall()} == BANK_EVENTS


def test_only_the_bank_s_events_touch_its_money_except_what_goes_out():
    touched = {
        event
        for event, pairs in EVENTS.items()
        if any(kind in pair for pair in pairs for kind in ("safeguard", "suspense", "transit"))
    }

    assert touched - BANK_EVENTS - set(TEST_EVENTS) == {"pay_out", "redeem"}


def test_every_event_is_looked_at():
    sql = write_misplaced()

    assert re.findall(r"WHEN '([a-z_]+)'", sql) == list(EVENTS)


@pytest.mark.django_db
def test_a_new_kind_of_account_and_of_transfer_is_a_line_each(customer, monkeypatch):
    def pay_deposit(account_id):
        wallet_id = customer.wallet.account_id
        draft = NewTransfer(uuid.uuid4(), wallet_id, account_id, 200, "EUR", "pawn", "crate 7")
        return post_transfers([draft])

    takings_id = open_account(AccountKind.TAKINGS, currency="EUR")
    assert pay_deposit(takings_id) == ["kind_not_charted"]

    monkeypatch.setitem(NATURES, "deposit", Nature("credit", may_go_negative=True))
    monkeypatch.setitem(EVENTS, "pawn", ("wallet>deposit",))
    with as_owner():
        fill_chart()

    assert pay_deposit(open_account("deposit", currency="EUR")) == ["created"]
    assert pay_deposit(takings_id) == ["kind_not_charted"]
