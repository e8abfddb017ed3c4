"""An accountant's reports: the statement of an account and the trial balance."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

_BALANCE_BEFORE = """
    SELECT ledger_sum_balance(a.id, %(instant)s) - coalesce((
               SELECT sum(CASE WHEN (t.credit_account_id = a.id) = (a.normal_side = 'credit')
                               THEN t.amount_minor ELSE -t.amount_minor END)
                 FROM ledger_transfer t
                WHERE (t.debit_account_id = a.id OR t.credit_account_id = a.id)
                  AND t.phase IN ('single', 'post')
                  AND t.posted_at = %(instant)s AND t.id > %(id)s), 0)
      FROM ledger_account a WHERE a.id = %(account)s
"""
_SIDE = """
    (SELECT t.id, t.posted_at, t.kind, t.reference, t.amount_minor,
            t.{side}_account_id AS account_id, t.{other}_account_id AS other_account_id,
            '{side}' AS side
       FROM ledger_transfer t
      WHERE t.{side}_account_id = %(account)s AND t.phase IN ('single', 'post')
        AND t.posted_at >= %(instant)s AND t.posted_at <= %(until)s
        AND (t.posted_at, t.id) > (%(instant)s, %(id)s)
      ORDER BY t.posted_at, t.id LIMIT %(count)s)
"""
_LINES = f"""
    SELECT l.id, l.posted_at, l.kind, l.reference, l.other_account_id, o.kind, l.side,
           l.amount_minor, %(before)s::numeric + sum(
               CASE WHEN l.side = a.normal_side THEN l.amount_minor ELSE -l.amount_minor END
           ) OVER (ORDER BY l.posted_at, l.id)
      FROM ({_SIDE.format(side="debit", other="credit")}
            UNION ALL
            {_SIDE.format(side="credit", other="debit")}) l
      JOIN ledger_account a ON a.id = l.account_id
      LEFT JOIN ledger_account o ON o.id = l.other_account_id
     ORDER BY l.posted_at, l.id LIMIT %(count)s
"""  # noqa: S608 - one constant in another
# A planner that saw the values would plan a long history anew for each page, which takes longer
# than reading it: so they stand in sub-selects, and the count in the text.
_LATEST_SIDE = """
    (SELECT t.id, t.posted_at, t.kind, t.reference, t.amount_minor,
            t.{side}_account_id AS account_id, t.{other}_account_id AS other_account_id,
            '{side}' AS side
       FROM ledger_transfer t
      WHERE t.{side}_account_id = (SELECT %(account)s::uuid) AND t.phase IN ('single', 'post')
        AND t.posted_at <= (SELECT %(instant)s::timestamptz)
        AND (t.posted_at, t.id) < ((SELECT %(instant)s::timestamptz), (SELECT %(id)s::uuid))
      ORDER BY t.posted_at DESC, t.id DESC LIMIT {count})
"""
# Of all of it an account that may not go negative says so itself.
_PLACE_NEWEST = """
        SELECT a.id, a.normal_side, CASE WHEN a.may_go_negative THEN ledger_sum_balance(a.id)
                                         ELSE a.balance_minor END AS balance_minor
          FROM ledger_account a WHERE a.id = %(account)s
"""
# Not by `ledger_sum_balance`, which would be planned anew at each call; this is planned with
# the statement.
_PLACE_EARLIER = """
        SELECT a.id, a.normal_side, CASE a.normal_side WHEN 'credit' THEN n.credited - n.debited
                                                       ELSE n.debited - n.credited END
               - coalesce((
                   SELECT sum(CASE WHEN (t.credit_account_id = a.id)
                                        = (a.normal_side = 'credit')
                                   THEN t.amount_minor ELSE -t.amount_minor END)
                     FROM ledger_transfer t
                    WHERE (t.debit_account_id = a.id OR t.credit_account_id = a.id)
                      AND t.phase IN ('single', 'post')
                      AND t.posted_at = g.instant AND t.id >= g.id), 0) AS balance_minor
          FROM (SELECT (SELECT %(account)s::uuid) AS account, (SELECT %(id)s::uuid) AS id,
                       (SELECT %(instant)s::timestamptz) AS instant) g
          JOIN ledger_account a ON a.id = g.account, LATERAL ledger_turnover(a.id, g.instant) n
"""


@lru_cache
def _write_latest(place: str, count: int) -> str:
    # One SQL statement, so that the balances and the lines are of the same snapshot.
    return f"""
    WITH place AS ({place})
    SELECT l.id, l.posted_at, l.kind, l.reference, l.other_account_id, o.kind, l.side,
           l.amount_minor, p.balance_minor - coalesce(sum(
               CASE WHEN l.side = p.normal_side THEN l.amount_minor ELSE -l.amount_minor END
           ) OVER (ORDER BY l.posted_at DESC, l.id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
      FROM ({_LATEST_SIDE.format(side="debit", other="credit", count=count)}
            UNION ALL
            {_LATEST_SIDE.format(side="credit", other="debit", count=count)}) l
      JOIN place p ON p.id = l.account_id
      LEFT JOIN ledger_account o ON o.id = l.other_account_id
     ORDER BY l.posted_at DESC, l.id DESC LIMIT {count}
"""  # noqa: S608 - constants in another


_INSTANT = """
    SELECT posted_at FROM ledger_transfer
     WHERE id = %(id)s AND %(account)s IN (debit_account_id, credit_account_id)
"""
_TRIAL_BALANCE = """
    SELECT a.currency, a.kind, a.normal_side, count(*), sum(t.debited), sum(t.credited)
      FROM ledger_account a, LATERAL ledger_turnover(a.id, %s) t
     -- An account opened while the clock ran ahead is found by its transfers.
     WHERE a.created_at <= %s OR t.debited + t.credited > 0
     GROUP BY a.currency, a.kind, a.normal_side ORDER BY a.currency, a.normal_side DESC, a.kind
"""
FIRST_ID = UUID(int=0)
START = (datetime(1, 1, 1, tzinfo=UTC), FIRST_ID)
END = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer on an account's statement, and the balance after it on its normal side."""

    transfer_id: UUID
    posted_at: datetime
    kind: str
    reference: str
    other_account_id: UUID
    other_kind: str
    side: str
    amount_minor: int
    balance_after_minor: int


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """The total debits and credits of all accounts of one kind and currency."""

    currency: str
    kind: str
    normal_side: str
    account_count: int
    debited_minor: int
    credited_minor: int

    @property
    def balance_minor(self) -> int:
        """The balance on the normal side."""
        grown_minor = self.credited_minor - self.debited_minor
        return grown_minor if self.normal_side == "credit" else -grown_minor


def list_statement(
    account_id: UUID,
    *,
    after: tuple[datetime, UUID],
    until: datetime,
    count_max: int = 100,
) -> list[StatementLine]:
    """List up to `count_max` lines of an account, oldest first, with the running balance.

    `after` is the instant and transfer of the last line that was read; `START` for the
    first page, or an instant with `FIRST_ID`. A statement up to a closed instant
    (`ledger/period_close.py`) is final; a later one may still grow.
    """
    instant, transfer_id = after
    place: dict[str, Any] = {"account": account_id, "instant": instant, "id": transfer_id}
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE_BEFORE, place)
        (before,) = cursor.fetchone()
        cursor.execute(_LINES, place | {"until": until, "count": count_max, "before": before})
        return [StatementLine(*[*row[:-1], int(row[-1])]) for row in cursor.fetchall()]


def list_latest(
    account_id: UUID, *, before: tuple[datetime, UUID] = END, count_max: int = 100
) -> list[StatementLine]:
    """Return up to `count_max` lines of an account, newest first, each with its balance.

    `before` is the instant and transfer of the last line that was read. Newer lines may still
    be in the making.
    """
    instant, transfer_id = before
    place: dict[str, Any] = {"account": account_id, "instant": instant, "id": transfer_id}
    from_place = _PLACE_NEWEST if before == END else _PLACE_EARLIER
    with connection.cursor() as cursor:
        cursor.execute(_write_latest(from_place, count_max), place)
        return [StatementLine(*[*row[:-1], int(row[-1])]) for row in cursor.fetchall()]


def find_instant(account_id: UUID, transfer_id: UUID) -> datetime | None:
    """Return when a transfer of this account was posted; None if it is not its own."""
    with connection.cursor() as cursor:
        cursor.execute(_INSTANT, {"account": account_id, "id": transfer_id})
        found = cursor.fetchone()
    return found[0] if found else None


def list_trial_balance(at: datetime) -> list[TrialBalanceLine]:
    """List every kind of account in every currency with its turnover up to an instant.

    In each currency the debits equal the credits. Final if the instant is closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL_BALANCE, [at, at])
        return [
            TrialBalanceLine(*[*row[:-2], int(row[-2]), int(row[-1])])
            for row in cursor.fetchall()
        ]
