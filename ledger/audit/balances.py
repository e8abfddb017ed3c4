"""Adds up all transfers and compares every figure kept elsewhere with the sums.

Standard library only. The queries are valid in PostgreSQL and SQLite.
"""

from collections.abc import Iterator

from ledger.audit.canonical import write_instant
from ledger.audit.source import AuditSource, Finding, Report, Row
from ledger.chart import NATURES, Nature, write_misplaced

_READ_DOUBLED = "SELECT id FROM {table} GROUP BY id HAVING count(*) > 1"
_READ_ACCOUNTS = "SELECT id, kind, normal_side, may_go_negative FROM ledger_account"
_READ_FOREIGN = """
    SELECT t.id, t.currency, d.currency, c.currency
      FROM ledger_transfer t
      LEFT JOIN ledger_account d ON d.id = t.debit_account_id
      LEFT JOIN ledger_account c ON c.id = t.credit_account_id
     WHERE d.id IS NULL OR c.id IS NULL OR d.currency <> t.currency OR c.currency <> t.currency
"""
_READ_MISPLACED = f"""
    SELECT t.id, t.kind, d.kind, c.kind
      FROM ledger_transfer t
      JOIN ledger_account d ON d.id = t.debit_account_id
      JOIN ledger_account c ON c.id = t.credit_account_id
     WHERE {write_misplaced()}
"""  # noqa: S608  the kinds are our own
_OPEN = """
    SELECT p.id, p.debit_account_id, p.credit_account_id, p.amount_minor, p.expires_at
      FROM ledger_transfer p LEFT JOIN ledger_transfer e ON e.pending_id = p.id
     WHERE p.phase = 'pending' AND e.id IS NULL
"""
_MOVED = """
    SELECT account, {total}(debited) AS debited, {total}(credited) AS credited FROM (
        SELECT debit_account_id AS account, amount_minor AS debited, 0 AS credited
          FROM {source} UNION ALL
        SELECT credit_account_id, 0, amount_minor FROM {source}) m GROUP BY account
"""
_READ_BALANCES = """
    SELECT a.id, a.normal_side, a.may_go_negative, a.balance_minor, a.held_minor,
           m.debited, m.credited, h.debited, h.credited
      FROM ledger_account a
      LEFT JOIN ({moved}) m ON m.account = a.id
      LEFT JOIN ({held}) h ON h.account = a.id
"""
_READ_CHECKPOINTS = """
    SELECT c.account_id, c.taken_at, c.debited_minor, c.credited_minor,
           (SELECT {total}(t.amount_minor) FROM ledger_transfer t
             WHERE t.debit_account_id = c.account_id AND t.phase IN ('single', 'post')
               AND t.posted_at > c.since AND t.posted_at <= c.taken_at),
           (SELECT {total}(t.amount_minor) FROM ledger_transfer t
             WHERE t.credit_account_id = c.account_id AND t.phase IN ('single', 'post')
               AND t.posted_at > c.since AND t.posted_at <= c.taken_at)
      FROM (SELECT p.account_id, p.taken_at, p.debited_minor, p.credited_minor, coalesce(
                   lag(p.taken_at) OVER (PARTITION BY p.account_id ORDER BY p.taken_at),
                   '{earliest}') AS since
              FROM ledger_checkpoint p) c
     ORDER BY c.account_id, c.taken_at
"""
_READ_ENDS = """
    SELECT e.id, e.phase, e.debit_account_id, e.credit_account_id, e.currency, e.amount_minor,
           e.posted_at,
           p.phase, p.debit_account_id, p.credit_account_id, p.currency, p.amount_minor,
           p.expires_at
      FROM ledger_transfer e LEFT JOIN ledger_transfer p ON p.id = e.pending_id
     WHERE e.pending_id IS NOT NULL
"""
_READ_ENDED_TWICE = """
    SELECT pending_id FROM ledger_transfer WHERE pending_id IS NOT NULL
     GROUP BY pending_id HAVING count(*) > 1
"""
_READ_HOLDS = """
    SELECT o.id, o.debit_account_id, o.credit_account_id, o.amount_minor, o.expires_at,
           h.debit_account_id, h.credit_account_id, h.amount_minor, h.expires_at
      FROM ({open}) o LEFT JOIN ledger_hold h ON h.pending_id = o.id
"""
_READ_IDLE_HOLDS = """
    SELECT h.pending_id FROM ledger_hold h LEFT JOIN ({open}) o ON o.id = h.pending_id
     WHERE o.id IS NULL
"""


def find_wrong_sums(books: AuditSource, *, report: Report) -> Iterator[Finding]:
    """Yield every figure that does not follow from the transfers."""
    for step, check in _STEPS.items():
        report(step, 0, 0)
        yield from check(books)


def _find_doubled(books: AuditSource) -> Iterator[Finding]:
    for table, name in (("ledger_transfer", "transfer"), ("ledger_account", "account")):
        for (row_id,) in books.read(_READ_DOUBLED.format(table=table)):
            yield Finding(f"{name} {row_id}", "it is there more than once")


def _find_foreign(books: AuditSource) -> Iterator[Finding]:
    for transfer_id, currency, debit, credit in books.read(_READ_FOREIGN):
        found = f"{debit or 'no account'} to {credit or 'no account'}"
        yield Finding(f"transfer {transfer_id}", f"{currency}, but from {found}")


def _find_uncharted(books: AuditSource) -> Iterator[Finding]:
    for account_id, kind, side, may_go_negative in books.read(_READ_ACCOUNTS):
        nature = Nature(str(side), may_go_negative=may_go_negative == "t")
        if nature != NATURES.get(str(kind)):
            limit = "may" if nature.may_go_negative else "may not"
            fault = f"{kind} that grows by {side} and {limit} go below zero"
            yield Finding(f"account {account_id}", fault)


def _find_misplaced(books: AuditSource) -> Iterator[Finding]:
    for transfer_id, kind, debit, credit in books.read(_READ_MISPLACED):
        yield Finding(f"transfer {transfer_id}", f"{kind}, but from {debit} to {credit}")


def _find_wrong_ends(books: AuditSource) -> Iterator[Finding]:
    for row in books.read(_READ_ENDS):
        if fault := _judge_end(row):
            yield Finding(f"transfer {row[0]}", fault)
    for (pending_id,) in books.read(_READ_ENDED_TWICE):
        yield Finding(f"transfer {pending_id}", "it was held once and ended more than once")


def _judge_end(row: Row) -> str:
    phase, *parties, amount, ended_at = row[1:7]
    pending_phase, *pending_parties, pending_amount, expires_at = row[7:]
    if pending_phase != "pending":
        return "it ends a pending transfer that is not there"
    if parties != pending_parties:
        return "it ends a pending transfer between other accounts"
    moved, held = _read_number(amount), _read_number(pending_amount)
    if moved > held or (phase != "post" and moved < held):
        return f"it ends a pending transfer of {held} with {moved}"
    if phase == "expire" and (expires_at is None or str(ended_at) < expires_at):
        return "it ends a pending transfer whose time was not over"
    return ""


def _find_wrong_holds(books: AuditSource) -> Iterator[Finding]:
    for pending_id, *row in books.read(_READ_HOLDS.format(open=_OPEN)):
        if row[:4] != row[4:]:
            fault = "it was not ended, and there is no hold that says so"
            yield Finding(f"transfer {pending_id}", fault)
    for (pending_id,) in books.read(_READ_IDLE_HOLDS.format(open=_OPEN)):
        yield Finding(f"hold {pending_id}", "no pending transfer is open that it holds")


def _find_wrong_balances(books: AuditSource) -> Iterator[Finding]:
    moving = "ledger_transfer WHERE phase IN ('single', 'post')"
    question = _READ_BALANCES.format(
        moved=_MOVED.format(total=books.total, source=moving),
        held=_MOVED.format(total=books.total, source=f"({_OPEN}) o"),
    )
    for account_id, side, may_go_negative, *figures in books.read(question):
        stored, stored_held, *sums = [_read_number(figure) for figure in figures]
        debited, credited, held_debit, held_credit = sums
        balance = debited - credited if side == "debit" else credited - debited
        held = held_credit if side == "debit" else held_debit
        if may_go_negative == "t":
            balance = held = 0
        if stored != balance:
            yield Finding(f"account {account_id}", f"balance {stored} stored, {balance} summed")
        if stored_held != held:
            yield Finding(f"account {account_id}", f"{stored_held} held, {held} summed")
        if may_go_negative != "t" and balance < held:
            yield Finding(
                f"account {account_id}", f"it holds {balance}, of which {held} is held"
            )


def _find_wrong_checkpoints(books: AuditSource) -> Iterator[Finding]:
    question = _READ_CHECKPOINTS.format(total=books.total, earliest=books.earliest)
    account, debited, credited = "", 0, 0
    for account_id, taken_at, *figures in books.read(question):
        if account_id != account:
            account, debited, credited = str(account_id), 0, 0
        said_debited, said_credited, *since = [_read_number(figure) for figure in figures]
        debited, credited = debited + since[0], credited + since[1]
        if (said_debited, said_credited) != (debited, credited):
            said = f"{said_debited} debited and {said_credited} credited"
            fault = f"{said}, {debited} and {credited} summed"
            yield Finding(f"checkpoint {account_id} at {write_instant(taken_at)}", fault)


def _read_number(text: str | None) -> int:
    return int(text or 0)


_STEPS = {
    "doubles": _find_doubled,
    "currencies": _find_foreign,
    "kinds of accounts": _find_uncharted,
    "events": _find_misplaced,
    "pending transfers": _find_wrong_ends,
    "holds": _find_wrong_holds,
    "balances": _find_wrong_balances,
    "checkpoints": _find_wrong_checkpoints,
}
