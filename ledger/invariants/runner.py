"""Check the invariants, all in one snapshot, and keep every night's result."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import mail_admins
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.module_loading import import_string
from psycopg import sql

from ledger.errors import BooksBroken
from ledger.invariants.books import Invariant
from ledger.models import BookCheck

logger = logging.getLogger(__name__)

Report = Callable[[int, int], None]

# Memory for each sort, join or sum; the rest goes to disk. One process, so that a core stays
# free for sales.
_IN_ONE_MOMENT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL jit = off",
)
# In order, so that PostgreSQL plans for all rows and not for an early first one.
_FIRST = """
    SELECT * FROM (SELECT id::text, description FROM ({}) AS broken (id, description)) AS texts
     ORDER BY id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one invariant: how many rows it is about, and the first bad one.

    For a broken invariant, only the rows up to that part were counted.
    """

    claim: str
    count: int
    took_s: float
    offending: tuple[str, str] | None

    def __str__(self) -> str:
        row = "" if self.offending is None else ": {}: {}".format(*self.offending)
        return self.claim + row


def list_invariants() -> list[Invariant]:
    """Return the invariants of every application, in the order of `settings.INVARIANTS`."""
    return [invariant for path in settings.INVARIANTS for invariant in import_string(path)]


@contextlib.contextmanager
def read_one_moment() -> Iterator[CursorWrapper]:
    """Yield a read-only cursor on one snapshot of the books; sales do not wait for it.

    Nothing can be written with it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in _IN_ONE_MOMENT:
            cursor.execute(setting)
        yield cursor


def prove(
    invariant: Invariant, *, cursor: CursorWrapper, report: Report = lambda *_: None
) -> Verdict:
    """Check one invariant, part by part up to the first broken one.

    Before each part `report` gets how many are done, and how many there are.
    """
    began, count, offending = time.monotonic(), 0, None
    facts = {"role": sql.quote(settings.APPLICATION_ROLE)}
    parts = invariant.by.list_parts(cursor)
    for done, part in enumerate(parts):
        report(done, len(parts))
        cursor.execute(invariant.counted.format(part=part))
        count += cursor.fetchone()[0]
        cursor.execute(_FIRST.format(invariant.offending.format(part=part, **facts)))
        offending = cursor.fetchone()
        if offending is not None:
            break
    return Verdict(invariant.claim, count, time.monotonic() - began, offending)


def check_books() -> None:
    """Check every invariant, keep the result, and raise the alarm about broken ones.

    Each broken invariant is logged as critical with its first row, and the administrators get a
    mail. If it cannot be sent, that is logged too. Safe to run twice.

    Raises:
        BooksBroken: an invariant is broken; raised after all of this.
    """
    began_at, began = timezone.now(), time.monotonic()
    with read_one_moment() as cursor:
        verdicts = [prove(invariant, cursor=cursor) for invariant in list_invariants()]
    broken = keep_result(verdicts, began_at=began_at, took_s=time.monotonic() - began)
    if broken:
        _raise_alarm(broken)
        raise BooksBroken(f"{len(broken)} of {len(verdicts)} invariants failed.")


def keep_result(verdicts: Sequence[Verdict], *, began_at: datetime, took_s: float) -> list[str]:
    """Keep the result of a check of all invariants, and return the broken ones in words."""
    broken = [str(verdict) for verdict in verdicts if verdict.offending]
    BookCheck.objects.create(
        began_at=began_at,
        took_s=round(took_s),
        invariant_count=len(verdicts),
        broken="\n".join(broken),
    )
    return broken


def find_last_check() -> BookCheck | None:
    """Return the latest check of all invariants; None before the first."""
    return BookCheck.objects.order_by("-began_at").first()


def _raise_alarm(broken: list[str]) -> None:
    for line in broken:
        logger.critical("The books do not balance: %s", line)
    try:
        mail_admins("The books do not balance", "\n\n".join(broken))
    except (OSError, SMTPException):
        logger.exception("The administrators could not be told that the books do not balance.")
