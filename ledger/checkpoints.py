"""Sums of busy accounts, taken in the background so that balances are read fast."""

from datetime import datetime

from django.db import connection

from ledger.period_close import close_period
from ledger.transactions import in_one_transaction

_TAKE = "SELECT ledger_take_checkpoints(%s, %s)"
# So few that a page of an old statement takes as long with a long history as with a short one.
TAIL_MIN = 100


def take_checkpoints(*, tail_min: int = TAIL_MIN) -> int:
    """Take a checkpoint of each account with a long tail since its last; return how many.

    Reads closed history only, so it blocks no payer; safe to run twice.
    """
    return _take_until(close_period(), tail_min=tail_min)


@in_one_transaction
def _take_until(closed_until: datetime | None, *, tail_min: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_TAKE, [closed_until, tail_min])
        (taken,) = cursor.fetchone()
    return int(taken)
