"""Why the ledger refuses to move money."""

from uuid import UUID


class TransferRefused(Exception):
    """A transfer was not posted; nothing moved."""

    def __init__(self, result: str, transfer_id: UUID) -> None:
        """Keep the result code (docs/ledger.md lists them) and the transfer it is about."""
        super().__init__(f"Transfer {transfer_id} was refused: {result}.")
        self.result = result
        self.transfer_id = transfer_id


class InsufficientFunds(TransferRefused):
    """The debited account holds less than the amount."""

    def __str__(self) -> str:
        return "There is too little money for this. Nothing was taken."


class CurrencyUnknown(ValueError):
    """The code is not an ISO 4217 currency with minor units."""
