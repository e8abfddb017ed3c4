"""Which lines of a statement an advice has told of before, in other words.

A bank's advice often lacks what its statement says, such as the bank's reference. Then both
have other fingerprints, and the amount would count twice.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from banking.reading.lines import Line, drop_nothing, squeeze

# What no statement has had yet, as whole amounts; there is an index of these alone.
_ADVISED = """
    SELECT e.fingerprint, e.amount_minor, e.booked_on, e.bank_reference, e.end_to_end_id,
           e.creditor_reference, e.party_iban, e.remittance
      FROM banking_entry e
     WHERE e.account_id = %s AND NOT e.is_stated AND e.part = 0
       AND e.booked_on = ANY (%s) AND e.amount_minor = ANY (%s)
       AND NOT EXISTS (SELECT FROM banking_entry o
                        WHERE o.account_id = e.account_id AND o.fingerprint = e.fingerprint
                          AND o.part = 1)
     ORDER BY e.id
"""
# What statements that close on these days, or later, brought themselves.
_STATED = """
    SELECT e.fingerprint, e.amount_minor, e.booked_on, e.bank_reference, e.end_to_end_id,
           e.creditor_reference, e.party_iban, e.remittance
      FROM banking_statement s JOIN banking_entry e ON e.statement_id = s.id
     WHERE s.account_id = %s AND s.closed_on >= %s AND s.closing_minor IS NOT NULL
       AND e.part = 0 AND e.booked_on = ANY (%s) AND e.amount_minor = ANY (%s)
       AND NOT EXISTS (SELECT FROM banking_entry o
                        WHERE o.account_id = e.account_id AND o.fingerprint = e.fingerprint
                          AND o.part = 1)
     ORDER BY e.id
"""
_STATE_AS = """
    UPDATE banking_entry SET is_stated = true, stated_as = %s
     WHERE account_id = %s AND fingerprint = %s
"""
# So many equal amounts of a day are looked at for each line, or a large file would take hours.
_COMPARED_MAX = 500


class _Facts(NamedTuple):
    """What may be said of a payment, each without blanks, or empty."""

    bank_reference: str
    end_to_end_id: str
    creditor_reference: str
    party_iban: str
    remittance: str


@dataclass(frozen=True, slots=True)
class _Advised:
    fingerprint: str
    amount_minor: int
    booked_on: date
    facts: _Facts


def state_advised(account_id: UUID, lines: Sequence[tuple[str, Line]]) -> set[str]:
    """State what these lines of a statement say once more; return those lines' fingerprints.

    An advice is taken for one line at most, and only by something that both say.
    """
    single = [(mark, line) for mark, line in lines if len(line.details) == 1]
    advised = _sort(_find_advised(account_id, [line for _, line in single]) if single else [])
    stated = set()
    for mark, line in single if advised else []:
        alike = advised.get((line.amount_minor, line.booked_on), [])
        given = _list_facts(line)
        found = next((each for each in alike if _are_same(given, each.facts)), None)
        if found is not None:
            alike.remove(found)
            stated.add(mark)
            with connection.cursor() as cursor:
                cursor.execute(_STATE_AS, [mark, account_id, found.fingerprint])
    return stated


def find_stated(
    account_id: UUID, lines: Sequence[tuple[str, Line]], *, known: AbstractSet[str]
) -> set[str]:
    """Return which of these lines of an advice a statement has said before, in other words.

    The statement of a day is the bank's last word on it: a line of that day and amount adds
    nothing, unless it says something else than the statement. Each entry of a statement stands
    for one line at most; those of the `known` fingerprints stand for other lines of the advice.
    """
    single = [(mark, line) for mark, line in lines if len(line.details) == 1]
    if not single:
        return set()
    found = _find_entries(account_id, [line for _, line in single])
    stated = _sort([each for each in found if each.fingerprint not in known])
    told = set()
    for mark, line in single if stated else []:
        alike = stated.get((line.amount_minor, line.booked_on), [])
        chosen = _choose(_list_facts(line), alike[:_COMPARED_MAX])
        if chosen is not None:
            alike.remove(chosen)
            told.add(mark)
    return told


def _sort(entries: Sequence[_Advised]) -> dict[tuple[int, date], list[_Advised]]:
    alike: dict[tuple[int, date], list[_Advised]] = {}
    for each in entries:
        alike.setdefault((each.amount_minor, each.booked_on), []).append(each)
    return alike


def _choose(given: _Facts, stated: Sequence[_Advised]) -> _Advised | None:
    """Return the entry with something in common, or else the first that says nothing else."""
    same = next((each for each in stated if _are_same(given, each.facts)), None)
    return same or next((each for each in stated if _may_be_same(given, each.facts)), None)


def _find_entries(account_id: UUID, lines: Sequence[Line]) -> list[_Advised]:
    days = list({line.booked_on for line in lines})
    amounts = list({line.amount_minor for line in lines})
    return _read(_STATED, [account_id, min(days), days, amounts])


def _find_advised(account_id: UUID, lines: Sequence[Line]) -> list[_Advised]:
    days = list({line.booked_on for line in lines})
    amounts = list({line.amount_minor for line in lines})
    return _read(_ADVISED, [account_id, days, amounts])


def _read(statement: str, facts: list[Any]) -> list[_Advised]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return [
            _Advised(mark, amount_minor, day, _Facts._make(map(squeeze, texts)))
            for mark, amount_minor, day, *texts in cursor.fetchall()
        ]


def _list_facts(line: Line) -> _Facts:
    [detail] = line.details
    return _Facts(
        drop_nothing(squeeze(line.bank_reference)),
        squeeze(detail.end_to_end_id),
        squeeze(detail.match_reference),
        squeeze(detail.party_iban),
        squeeze(detail.remittance),
    )


def _may_be_same(given: _Facts, known: _Facts) -> bool:
    pairs = zip(given, known, strict=True)
    return all(one == another for one, another in pairs if one and another)


def _are_same(given: _Facts, known: _Facts) -> bool:
    if not _may_be_same(given, known):
        return False
    # With the bank's reference in both, their fingerprints have decided already.
    if given.bank_reference and known.bank_reference:
        return False
    both = (
        (given.end_to_end_id, known.end_to_end_id),
        (given.creditor_reference, known.creditor_reference),
        (given.remittance, known.remittance),
    )
    return any(one and one == other for one, other in both)
