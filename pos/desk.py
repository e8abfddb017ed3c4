"""A till's desk: its sales that wait for payment, and payments nobody has seen yet.

They belong to the terminal, not to a page: every page of it finds them here, also after a
crash.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b

from django.conf import settings
from django.utils import timezone

from foundation.model_sql import JoinedRows
from pos.models import Acknowledgement, Charge, ChargeStatus, Terminal
from pos.principals import Principal
from pos.queries import find_charge, first_id_at
from pos.transitions import write_alive

# Long enough for a shop that is closed for some days; the activity lists older ones.
_TOLD_FOR = timedelta(days=7)
# More than anybody reads; the activity lists the rest.
_SHOWN_MAX = 10
_WAITING = JoinedRows(
    Charge,
    sql=f"""
        SELECT {{columns}} FROM pos_charge charge
         WHERE terminal_id = %s AND counter_code_id IS NULL AND id >= %s AND {write_alive()}
         ORDER BY id LIMIT %s
    """,  # noqa: S608  the names are ours
)
# Sales by the terminal's token belong to the integration that made them.
_UNSEEN = JoinedRows(
    Charge,
    sql=f"""
        SELECT {{columns}} FROM pos_charge charge
         WHERE terminal_id = %s AND counter_code_id IS NULL AND id >= %s
           AND cashier_id IS NOT NULL AND status = '{ChargeStatus.CAPTURED}'
           AND NOT EXISTS (
               SELECT FROM pos_acknowledgement seen WHERE seen.charge_id = charge.id)
         ORDER BY id DESC LIMIT %s
    """,  # noqa: S608  the names are ours
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The content of a till's screen between sales."""

    waiting: list[Charge] = field(default_factory=list)
    paid: list[Charge] = field(default_factory=list)

    @property
    def to_resume(self) -> Charge | None:
        """Return the sale that a reopened till resumes, if exactly one waits."""
        own = [charge for charge in self.waiting if charge.cashier_id is not None]
        return own[0] if len(own) == 1 else None

    @property
    def version(self) -> str:
        """Return a text that changes whenever the desk's content does."""
        rows = [(charge.id, charge.status, charge.expires_at) for charge in self.waiting]
        seen = repr((rows, [charge.id for charge in self.paid])).encode()
        return blake2b(seen, digest_size=8).hexdigest()


def look_at_desk(terminal: Terminal) -> Desk:
    """Return the terminal's open sales, oldest first, and its unseen payments, newest first."""
    return Desk(
        waiting=list_waiting(terminal),
        paid=_find_unseen(terminal),
    )


def acknowledge_payment(till: Principal, reference: str) -> None:
    """Note that the till has seen a payment of its store; again changes nothing.

    Raises:
        NotFound: not there, or not the principal's; the two look alike.
    """
    charge = find_charge(till, reference)
    if charge.status == ChargeStatus.CAPTURED:
        Acknowledgement.objects.bulk_create(
            [Acknowledgement(charge=charge)], ignore_conflicts=True
        )


def has_unseen_payments(terminal: Terminal) -> bool:
    """Return whether a payment at this till waits for somebody to see it."""
    return bool(_find_unseen(terminal))


def list_waiting(terminal: Terminal, *, most: int = _SHOWN_MAX) -> list[Charge]:
    """List the till's own sales that wait for payment, oldest first."""
    oldest = timezone.now() - 2 * timedelta(seconds=settings.CHARGE_LIFE_MAX_S)
    return _WAITING.list([terminal.id, first_id_at(oldest), most])


def _find_unseen(terminal: Terminal) -> list[Charge]:
    oldest = timezone.now() - _TOLD_FOR
    return _UNSEEN.list([terminal.id, first_id_at(oldest), _SHOWN_MAX])
