"""A shop's fees of a month, as the ledger has them: what its invoice bills."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

_MOVED = """
    SELECT t.posted_at, t.id, t.kind, t.reference, t.amount_minor AS minor
      FROM ledger_transfer t JOIN ledger_account a ON a.id = t.credit_account_id
     WHERE t.debit_account_id = %(account)s AND a.kind = 'fee_income'
       AND t.phase IN ('single', 'post')
       AND t.posted_at >= %(since)s AND t.posted_at < %(until)s
     UNION ALL
    SELECT t.posted_at, t.id, t.kind, t.reference, -t.amount_minor
      FROM ledger_transfer t JOIN ledger_account a ON a.id = t.debit_account_id
     WHERE t.credit_account_id = %(account)s AND a.kind = 'fee_income'
       AND t.phase IN ('single', 'post')
       AND t.posted_at >= %(since)s AND t.posted_at < %(until)s
"""
_SUM = f"""
    SELECT count(*) FILTER (WHERE kind = 'fee'),
           coalesce(sum(minor) FILTER (WHERE kind = 'fee'), 0)::bigint,
           coalesce(sum(minor) FILTER (WHERE kind <> 'fee' AND minor > 0), 0)::bigint,
           coalesce(-sum(minor) FILTER (WHERE minor < 0), 0)::bigint
      FROM ({_MOVED}) moved
"""  # noqa: S608  both parts are our own
_LIST = f"""
    SELECT posted_at, kind, reference, minor FROM ({_MOVED}) moved
     ORDER BY posted_at, id LIMIT %(most)s
"""  # noqa: S608  both parts are our own


@dataclass(frozen=True, slots=True)
class Month:
    """A month in shop time: its first day, and the instants between which it is."""

    first_day: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class FeeSums:
    """What settlements took in fees, and what operators took and gave back by hand."""

    settled_count: int
    settled_minor: int
    by_hand_minor: int
    given_back_minor: int

    @property
    def total_minor(self) -> int:
        """Return the operator's income from the shop; below zero, more was given back."""
        return self.settled_minor + self.by_hand_minor - self.given_back_minor


@dataclass(frozen=True, slots=True)
class FeeMove:
    """One transfer of fees; what was given back is below zero."""

    posted_at: datetime
    kind: str
    reference: str
    amount_minor: int


def find_month(first_day: date, time_zone: str) -> Month:
    """Return a month in a zone, from its first midnight to the next month's."""
    zone = ZoneInfo(time_zone)
    return Month(
        first_day,
        since=datetime.combine(first_day, time.min, zone),
        until=datetime.combine(go_on(first_day, months=1), time.min, zone),
    )


def go_on(first_day: date, *, months: int) -> date:
    """Return the first day of the month that is so many months later, or earlier."""
    count = first_day.year * 12 + first_day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def sum_fees(payable_account_id: UUID, month: Month) -> FeeSums:
    """Sum a shop's fees of a month, in minor units; final once the ledger closed it."""
    facts: dict[str, Any] = {
        "account": payable_account_id,
        "since": month.since,
        "until": month.until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUM, facts)
        return FeeSums(*cursor.fetchone())


def list_fee_moves(
    payable_account_id: UUID, *, since: datetime, until: datetime, most: int
) -> list[FeeMove]:
    """List the transfers that `sum_fees` sums, the oldest first, at most that many."""
    facts: dict[str, Any] = {
        "account": payable_account_id,
        "since": since,
        "until": until,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIST, facts)
        return [FeeMove(*row) for row in cursor.fetchall()]
