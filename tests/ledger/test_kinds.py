"""The chart and the events, as the page, the models and the proofs know them."""

import re

from config.programs import ROOT
from ledger.chart import DEBIT_KINDS, LIMITED_KINDS, AccountKind
from ledger.kinds import EVENTS, NATURES, write_misplaced
from tests.events import TEST_EVENTS

_ROW = re.compile(r"\| [^|]+ \| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \| [^|]+ \|")


def read_kind(text):
    """Give the kind that words such as `takings of the store` begin with."""
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
    assert set(NATURES) == set(AccountKind.values)
    assert {"safeguard", "receivable"} == DEBIT_KINDS
    assert {"wallet"} == LIMITED_KINDS


def test_every_event_is_looked_at():
    sql = write_misplaced()

    assert re.findall(r"WHEN '([a-z_]+)'", sql) == list(EVENTS)
