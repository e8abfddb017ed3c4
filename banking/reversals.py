"""Which top-up an entry takes back, when the bank says that it reverses one of its own."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from banking.matching import Unposted
from foundation.postgresql.arrays import Uuids

# The newest top-up of this amount and currency that says the same reference, or else came from
# the same account: both are found by what was announced, which has few entries each.
_REVERSED = """
    SELECT e.id, found.id, found.credit_account_id
      FROM banking_entry e
      JOIN LATERAL (
        SELECT o.id, x.credit_account_id, x.reference = e.creditor_reference AS is_named
          FROM banking_entry o JOIN banking_expectation x ON x.id = o.expectation_id
         WHERE (o.expectation_id = (SELECT r.id FROM banking_expectation r
                                     WHERE r.reference = e.creditor_reference)
                OR e.party_iban <> '' AND o.party_iban = e.party_iban
                   AND o.expectation_id IS NOT NULL)
           AND o.account_id = e.account_id AND o.amount_minor = -e.amount_minor
           AND o.id <> e.id
         ORDER BY is_named DESC, o.id DESC LIMIT 1) found ON true
     WHERE e.id = ANY (%s)
"""


class Reversed(NamedTuple):
    """The entry that is taken back, and the account that it was credited to."""

    entry_id: UUID
    account_id: UUID


def find_reversed(entries: Sequence[Unposted]) -> dict[UUID, Reversed]:
    """Return, by entry, the top-up that the bank takes back with it, where that is known."""
    back = [entry.id for entry in entries if entry.is_reversal and entry.amount_minor < 0]
    if not back:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_REVERSED, [Uuids(back)])
        return {
            entry_id: Reversed(original, account)
            for entry_id, original, account in cursor.fetchall()
        }
