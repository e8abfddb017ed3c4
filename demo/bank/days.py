"""The bank's days: each ends with a statement, and the next begins with what was planned."""

from datetime import date, timedelta

from demo.bank.branch import HOUSE, Branch
from demo.bank.camt import Day, Part, write_statement
from demo.bank.desk import report_refused
from demo.bank.mail_room import post_file
from demo.bank.moods import Choose, Mood, Topic
from demo.bank.transfers import turn_transfers, view_part

_CHARGE_MINOR = 25
_FILES = frozenset({Mood.LATE, Mood.AGAIN, Mood.HALF})


def end_day(branch: Branch, *, choose: Choose) -> None:
    """Write the day's statement, and begin the next day."""
    with branch.store.write():
        _end(branch, choose=choose)


def catch_up(branch: Branch, *, choose: Choose) -> int:
    """End the days that are over by the clock; return how many. Idle ones get no statement."""
    count = 0
    while branch.day < branch.clock().date():
        with branch.store.write():
            if branch.day < branch.clock().date():
                _end(branch, choose=choose, even_if_idle=False)
                count += 1
    return count


def list_parts(branch: Branch, *, since: date, until: date) -> tuple[Part, ...]:
    """Return what was booked on the operator's account in these days, in its order."""
    iban = branch.operator.iban
    rows = branch.store.all(
        "SELECT * FROM transfer WHERE status = 'booked' AND day BETWEEN :since AND :until"
        " AND :iban IN (payer, payee) AND payer <> payee ORDER BY day, id",
        since=str(since),
        until=str(until),
        iban=iban,
    )
    return tuple(view_part(row, iban=iban) for row in rows)


def sum_booked(branch: Branch, iban: str) -> int:
    """Return what was booked on an account so far: came in less went out."""
    return branch.store.sum(
        "SELECT sum(CASE WHEN payee = :iban THEN amount_minor ELSE 0 END"
        " - CASE WHEN payer = :iban THEN amount_minor ELSE 0 END)"
        " FROM transfer WHERE status = 'booked' AND :iban IN (payer, payee)",
        iban=iban,
    )


def read_balance(branch: Branch) -> int:
    """Return what is on the operator's account now."""
    opening = int(branch.store.read_fact("opening"))
    return opening + sum_booked(branch, branch.operator.iban)


def _end(branch: Branch, *, choose: Choose, even_if_idle: bool = True) -> None:
    today = branch.day
    mood = choose(Topic.STATEMENT, str(today))
    if mood == Mood.CHARGE:
        _charge(branch)
    # The statement is tomorrow's first file.
    branch.store.keep_fact("day", str(today + timedelta(1)))
    if even_if_idle or list_parts(branch, since=today, until=today):
        _write(branch, today, mood=mood)
    report_refused(branch, turn_transfers(branch, choose=choose), choose=choose)


def _write(branch: Branch, today: date, *, mood: Mood) -> None:
    number = branch.count_up("statements")
    since, opening = today, int(branch.store.read_fact("closing"))
    earlier = branch.store.read_fact("last_day")
    if mood == Mood.OVERLAP and earlier:
        since, opening = date.fromisoformat(earlier), int(branch.store.read_fact("before"))
    day = Day(
        number=number,
        since=since,
        until=today,
        opening_minor=opening,
        parts=list_parts(branch, since=since, until=today),
    )
    branch.store.keep_fact("before", branch.store.read_fact("closing"))
    branch.store.keep_fact("last_day", str(today))
    branch.store.keep_fact("closing", str(day.closing_minor))
    post_file(
        branch,
        f"camt053-{today:%Y%m%d}.xml",
        write_statement(branch.operator, day, made_at=branch.clock()),
        mood=mood if mood in _FILES else Mood.WELL,
    )


def _charge(branch: Branch) -> None:
    operator = branch.operator
    branch.store.insert(
        "transfer",
        kind="charge",
        status="booked",
        day=str(branch.day),
        made_at=branch.clock().isoformat(),
        payer=operator.iban,
        payer_name=operator.name,
        payee=HOUSE.iban,
        payee_name=HOUSE.name,
        amount_minor=_CHARGE_MINOR,
        remittance="Charge for the account",
    )
