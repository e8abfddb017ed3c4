"""Answers to people and programs whose request was delayed, aborted or lost."""

from dataclasses import dataclass

from django.db import DatabaseError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.idempotency import StillRunning
from foundation.refusals import find_problem
from ledger.transactions import read_sqlstate


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a request was not finished: the API's code, and texts for programs and people."""

    code: str
    words: str | Promise
    status: int = 503
    retry_after_s: int = 1


BUSY = Outage("busy", _("Somebody else is using this. Nothing was changed; try again."))
TIMED_OUT = Outage("timed_out", _("This took too long. Nothing was changed; try again."))
AWAY = Outage("try_again", _("The database is busy or away. Try again with the same key."))
RUNNING = Outage(
    "still_running",
    _("Such a request is still running. Ask again with the same key."),
    status=409,
    retry_after_s=2,
)
_UNDONE = {
    "40001": BUSY,  # serialization_failure, after the retries
    "40P01": BUSY,  # deadlock_detected, after the retries
    "55P03": BUSY,  # lock_not_available, after lock_timeout
    "57014": TIMED_OUT,  # query_canceled, after statement_timeout
    "25P03": TIMED_OUT,  # idle_in_transaction_session_timeout
    "25P04": TIMED_OUT,  # transaction_timeout
    "0A000": BUSY,  # feature_not_supported: a migration, after the retries
    "25006": AWAY,  # read_only_sql_transaction: the server became a standby
}


def find_outage(failure: Exception) -> Outage | None:
    """Return the outage behind a failure; None if neither load nor the database caused it.

    If PostgreSQL gave a reason, it has rolled the transaction back. If it gave none, as when
    the connection is lost, the outcome is unknown: `AWAY`.
    """
    if isinstance(failure, StillRunning):
        return RUNNING
    told = find_problem(type(failure))
    if told is not None and told.status == 503:
        return Outage(told.code, str(failure))
    if not isinstance(failure, DatabaseError):
        return None
    unknown = AWAY if isinstance(failure, OperationalError) else None
    return _UNDONE.get(read_sqlstate(failure), unknown)
