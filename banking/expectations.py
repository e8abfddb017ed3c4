"""Money that somebody has announced: its reference leads it to their account."""

from uuid import UUID

from django.db import IntegrityError, transaction

from banking.models import Expectation
from banking.references import draw_reference

_DRAWS_MAX = 3


def expect(
    expectation_id: UUID, *, credit_account_id: UUID, currency: str, amount_minor: int
) -> Expectation:
    """Announce money for a ledger account, under a reference of its own.

    Raises:
        IntegrityError: this id was used before.
    """
    facts = {
        "id": expectation_id,
        "credit_account_id": credit_account_id,
        "currency": currency,
        "amount_minor": amount_minor,
    }
    for _ in range(_DRAWS_MAX):
        try:
            with transaction.atomic():
                return Expectation.objects.create(reference=draw_reference(), **facts)
        except IntegrityError:
            # The same reference was drawn before, or else the id was used: that shows below.
            continue
    return Expectation.objects.create(reference=draw_reference(), **facts)


def list_expectations(credit_account_id: UUID, *, count_max: int) -> list[Expectation]:
    """List what was announced for an account, the newest first, with what arrived."""
    mine = Expectation.objects.filter(credit_account=credit_account_id)
    return list(mine.prefetch_related("entries").order_by("-id")[:count_max])


def find_expectation(expectation_id: UUID, *, credit_account_id: UUID) -> Expectation | None:
    """Find what was announced for an account."""
    mine = Expectation.objects.filter(credit_account=credit_account_id)
    return mine.prefetch_related("entries").filter(pk=expectation_id).first()
