"""Which lines of a statement an advice has told of before, in other words.

A bank's advice often lacks what its statement says, such as the bank's reference. Then both
have other fingerprints, and the amount would count twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
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
_STATE_AS = """
    UPDATE banking_entry SET is_stated = true, stated_as = %s
     WHERE account_id = %s AND fingerprint = %s
"""


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
    advised = _find_advised(account_id, [line for _, line in single]) if single else []
    stated = set()
    for mark, line in single if advised else []:
        found = next((each for each in advised if _are_same(line, each)), None)
        if found is not None:
            advised.remove(found)
            stated.add(mark)
            with connection.cursor() as cursor:
                cursor.execute(_STATE_AS, [mark, account_id, found.fingerprint])
    return stated


def _find_advised(account_id: UUID, lines: Sequence[Line]) -> list[_Advised]:
    days = list({line.booked_on for line in lines})
    amounts = list({line.amount_minor for line in lines})
    with connection.cursor() as cursor:
        cursor.execute(_ADVISED, [account_id, days, amounts])
        return [
            _Advised(mark, amount_minor, day, _Facts._make(map(squeeze, texts)))
            for mark, amount_minor, day, *texts in cursor.fetchall()
        ]


def _are_same(line: Line, advised: _Advised) -> bool:
    if (line.amount_minor, line.booked_on) != (advised.amount_minor, advised.booked_on):
        return False
    [detail] = line.details
    given = _Facts(
        drop_nothing(squeeze(line.bank_reference)),
        squeeze(detail.end_to_end_id),
        squeeze(detail.match_reference),
        squeeze(detail.party_iban),
        squeeze(detail.remittance),
    )
    both = [pair for pair in zip(given, advised.facts, strict=True) if all(pair)]
    if any(one != other for one, other in both):
        return False
    # With the bank's reference in both, their fingerprints have decided already.
    if given.bank_reference and advised.facts.bank_reference:
        return False
    named = (given.end_to_end_id, given.creditor_reference, given.remittance)
    known = (
        advised.facts.end_to_end_id,
        advised.facts.creditor_reference,
        advised.facts.remittance,
    )
    return any(one and one == other for one, other in zip(named, known, strict=True))
