"""Make a thing once, however often its form is sent.

A form carries the id of what it makes. The row's primary key is so the form's idempotency key,
and a crash can leave nothing behind.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import uuid6
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext

M = TypeVar("M", bound=Model)


class FormReused(Exception):
    """Something else was made with this form before: the browser kept it."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "Something else was made with this form already. To make this one too, press"
                " again."
            )
        )


def make_once(
    mine: QuerySet[M],
    made_id: UUID,
    *,
    make: Callable[[UUID], M],
    is_same: Callable[[M], bool],
) -> M:
    """Make the row with the id that its form chose, or return the one it made before.

    `mine` are all rows that the form's sender might have made. An id that is somebody else's is
    replaced by a new one. `make` runs in a transaction of its own.

    Raises:
        FormReused: the form made something else before.
        IntegrityError: another constraint refuses the row.
    """
    # Looked at before one's own rows: else the same form, which commits between the two looks,
    # would pass for somebody else's, and make a second thing.
    is_taken = mine.model._base_manager.filter(pk=made_id).exists()  # noqa: SLF001  documented
    known = mine.filter(pk=made_id).first()
    if known is None:
        if is_taken:
            made_id = uuid6.uuid7()
        try:
            with transaction.atomic():
                return make(made_id)
        except IntegrityError:
            # Perhaps the same form came at the same moment.
            known = mine.filter(pk=made_id).first()
            if known is None:
                raise
    if not is_same(known):
        raise FormReused
    return known
