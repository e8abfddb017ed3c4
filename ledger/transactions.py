"""Runs a money verb again, from its start, when PostgreSQL aborts its transaction."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from secrets import SystemRandom
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
# serialization_failure, deadlock_detected, and feature_not_supported (a prepared statement
# after a migration): the transaction was rolled back for certain. A lost connection may have
# committed; then the caller asks again, by key.
_CLASHES = {"40001", "40P01", "0A000"}
# Jittered: two transactions that deadlocked would otherwise collide again.
_PAUSES_MAX_S = (0.02, 0.04, 0.08)
_chance = SystemRandom()


def in_one_transaction(verb: Callable[P, R]) -> Callable[P, R]:
    """Run the verb in a transaction of its own, again after a clash.

    Raises:
        RuntimeError: called inside a transaction; the verb's would not be its own.
    """
    return retry_clashes(transaction.atomic(durable=True)(verb))


def retry_clashes(verb: Callable[P, R]) -> Callable[P, R]:
    """Run the verb again, up to three times, after a clash with others or a migration.

    For the outermost verb, which must be safe to run twice: all its state is in the database.
    Inside a transaction the error is passed on, because the whole transaction has to run again.
    """

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        for pause_max_s in _PAUSES_MAX_S:
            try:
                return verb(*args, **kwargs)
            except DatabaseError as failure:
                if read_sqlstate(failure) not in _CLASHES:
                    raise
            logger.info("%s clashed and is tried again.", verb.__qualname__)
            time.sleep(_chance.uniform(0, pause_max_s))
        return verb(*args, **kwargs)

    return run


def read_sqlstate(failure: Exception) -> str:
    """Return the failure's SQLSTATE, or an empty text if it has none."""
    return getattr(failure.__cause__, "sqlstate", None) or ""
