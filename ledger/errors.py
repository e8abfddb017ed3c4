"""Why the ledger refuses to move money."""

from uuid import UUID


class TransferRefused(Exception):
    """A transfer was not posted; nothing moved."""

    def __init__(self, result: str, transfer_id: UUID) -> None:
        """docs/ledger.md lists the result codes."""
        super().__init__(f"Transfer {transfer_id} was refused: {result}.")
        self.result = result
        self.transfer_id = transfer_id


class InsufficientFunds(TransferRefused):
    """The debited account holds less than the amount."""

    def __str__(self) -> str:
        return "There is too little money for this. Nothing was taken."


class BatchTooLarge(ValueError):
    """A batch has more transfers than are posted at once; nothing was posted."""

    def __init__(self, given: int, allowed: int) -> None:
        super().__init__(f"A batch of {given:,} transfers; at most {allowed:,} are posted.")


class AmountOverflows(ValueError):
    """An amount is more than a balance can hold (2^63 - 1 minor units); nothing was posted."""

    def __init__(self, transfer_id: UUID) -> None:
        super().__init__(f"The amount of transfer {transfer_id} is too large.")


class CurrencyUnknown(ValueError):
    """The code is not an ISO 4217 currency with minor units."""


class HeadsDiffer(Exception):
    """The heads file has a seal that the ledger lacks or has with another hash."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The heads file knows another seal {number} than the ledger. Nothing was added to"
            " it. Was the database restored to an earlier moment, or was its past rewritten?"
        )


class HeadUnreadable(ValueError):
    """A line of the heads file is not a head."""

    def __init__(self, line: bytes) -> None:
        super().__init__(f"The heads file has a line that is not a head: {line[:40]!r}")


class DumpUnreadable(ValueError):
    """A file is not a whole plain dump of the books."""


class BooksBroken(Exception):
    """At least one invariant is broken; each was reported with its first bad row."""


class PercentUnreadable(Exception):
    """The typed text is no rate from 0 to 100 percent; the message says what to type."""


class AmountUnreadable(Exception):
    """The typed text is no amount in the currency; the message says why and what to type."""
