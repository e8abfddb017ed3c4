"""Why a payer's wish is refused; each says whether something was taken."""


class PinRequired(Exception):
    """The payment needs the PIN."""

    def __init__(self) -> None:
        """Ask for it."""
        super().__init__("Enter your PIN to pay this. Nothing was taken yet.")


class CodeUnknown(Exception):
    """What was scanned or typed leads to no charge."""

    def __init__(self) -> None:
        """Tell what to do."""
        super().__init__("This code is not known here. Ask for a new one. Nothing was taken.")


class CodeForeign(Exception):
    """What was scanned belongs to another system, or was changed."""

    def __init__(self) -> None:
        """Warn."""
        super().__init__("This code is not from us or was changed. Nothing was taken.")


class TooManyTries(Exception):
    """Too many codes in a minute led nowhere."""

    def __init__(self) -> None:
        """Tell how long to wait."""
        super().__init__("Too many wrong codes. Wait a minute and try again.")


class ClaimUnknown(Exception):
    """No claim of this wallet has that identifier."""

    def __init__(self) -> None:
        """Say the same for one that is not there and one that is not yours."""
        super().__init__("There is no such claim. Scan the code again. Nothing was taken.")


class WalletCurrencyMismatch(Exception):
    """The shop charges in a currency this wallet does not hold."""

    def __init__(self, currency: str) -> None:
        """Keep the charge's currency."""
        super().__init__(f"This wallet holds no {currency}. Nothing was taken.")
        self.currency = currency
