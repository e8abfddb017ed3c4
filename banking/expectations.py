"""Money that somebody has announced: its reference leads it to their account."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from banking.models import Expectation
from banking.references import draw_reference
from banking.topics import account_topic
from foundation.postgresql.arrays import Texts
from relay.pages import tell_on_commit

_DRAWS_MAX = 3
_SEE = """
    UPDATE banking_expectation SET seen_at = clock_timestamp()
     WHERE reference = ANY (%s) AND seen_at IS NULL AND arrived_at IS NULL
    RETURNING credit_account_id
"""


def expect(
    expectation_id: UUID,
    *,
    credit_account_id: UUID,
    currency: str,
    amount_minor: int,
    wants_letter: bool = False,
) -> Expectation:
    """Announce money for a ledger account, under a reference of its own.

    With `wants_letter` its owner is told by a letter when it has arrived.

    Raises:
        IntegrityError: this id was used before.
    """
    facts = {
        "id": expectation_id,
        "credit_account_id": credit_account_id,
        "currency": currency,
        "amount_minor": amount_minor,
        "wants_letter": wants_letter,
    }
    for _ in range(_DRAWS_MAX):
        try:
            with transaction.atomic():
                return Expectation.objects.create(reference=draw_reference(), **facts)
        except IntegrityError:
            # The same reference was drawn before, or else the id was used: that shows below.
            continue
    return Expectation.objects.create(reference=draw_reference(), **facts)


def note_seen(references: Iterable[str]) -> None:
    """Note that the bank tells of announced money that is not booked yet; again, nothing.

    Must run inside the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEE, [Texts(references)])
        for (account_id,) in cursor.fetchall():
            tell_on_commit(account_topic(account_id))


def list_expectations(credit_account_id: UUID, *, count_max: int) -> list[Expectation]:
    """List what was announced for an account, the newest first, with what arrived."""
    mine = Expectation.objects.filter(credit_account=credit_account_id)
    return list(mine.prefetch_related("entries").order_by("-id")[:count_max])


def find_expectation(expectation_id: UUID, *, credit_account_id: UUID) -> Expectation | None:
    """Find what was announced for an account."""
    mine = Expectation.objects.filter(credit_account=credit_account_id)
    return mine.prefetch_related("entries").filter(pk=expectation_id).first()
