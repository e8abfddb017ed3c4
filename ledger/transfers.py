"""What can be posted: money that moves, money that is held, and the end of a hold.

`linked` ties a transfer to the next one of its batch: such a chain is posted whole or not at
all. The caller chooses each id, which makes posting idempotent.
"""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from ledger.chart import Phase
from ledger.errors import AmountOverflows

_BIGINT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """Money that moves at once."""

    id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    amount_minor: int
    currency: str
    kind: str
    reference: str
    linked: bool = False

    def as_row(self) -> tuple[Any, ...]:
        """Return the columns of a plain transfer, in the order `ledger_post_transfers` wants.

        Raises:
            AmountOverflows: more than a balance can hold.
        """
        if abs(self.amount_minor) > _BIGINT_MAX:
            raise AmountOverflows(self.id)
        return (
            *(self.id, self.debit_account_id, self.credit_account_id),
            *(self.amount_minor, self.currency, self.kind, self.reference),
        )

    def as_full_row(self) -> tuple[Any, ...]:
        """Return the columns of any transfer, in the order `ledger_post_batch` wants."""
        return (*self.as_row(), Phase.SINGLE.value, None, None, self.linked)


@dataclass(frozen=True, slots=True)
class NewPending(NewTransfer):
    """Money that is held until it is posted or voided, or until `timeout_s` seconds later.

    Without a time-out it is held until somebody decides.
    """

    timeout_s: int | None = None

    def as_full_row(self) -> tuple[Any, ...]:
        """Return the columns of any transfer, in the order `ledger_post_batch` wants."""
        return (*self.as_row(), Phase.PENDING.value, None, self.timeout_s, self.linked)


@dataclass(frozen=True, slots=True)
class PendingPost:
    """The end of a pending transfer by moving its money: all, or part and the rest is freed.

    Kind and reference default to the pending transfer's.
    """

    id: UUID
    pending_id: UUID
    amount_minor: int | None = None
    kind: str | None = None
    reference: str | None = None
    linked: bool = False

    def as_full_row(self) -> tuple[Any, ...]:
        """Return the columns of any transfer, in the order `ledger_post_batch` wants."""
        amount = self.amount_minor
        if amount is not None and abs(amount) > _BIGINT_MAX:
            raise AmountOverflows(self.id)
        return (
            *(self.id, None, None, amount, None, self.kind, self.reference),
            *(Phase.POST.value, self.pending_id, None, self.linked),
        )


@dataclass(frozen=True, slots=True)
class PendingVoid:
    """The end of a pending transfer by freeing its money."""

    id: UUID
    pending_id: UUID
    kind: str | None = None
    reference: str | None = None
    linked: bool = False

    phase: ClassVar[Phase] = Phase.VOID

    def as_full_row(self) -> tuple[Any, ...]:
        """Return the columns of any transfer, in the order `ledger_post_batch` wants."""
        return (
            *(self.id, None, None, None, None, self.kind, self.reference),
            *(self.phase.value, self.pending_id, None, self.linked),
        )


@dataclass(frozen=True, slots=True)
class PendingExpiry(PendingVoid):
    """The end of a pending transfer that has timed out; refused before."""

    phase: ClassVar[Phase] = Phase.EXPIRE


AnyTransfer = NewTransfer | PendingPost | PendingVoid
