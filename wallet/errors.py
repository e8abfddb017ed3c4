"""Why a payer's request is refused; each says whether money was taken."""

from django.utils.translation import gettext

from foundation.refusals import Member, problem
from ledger.errors import InsufficientFunds, TransferRefused
from ledger.templatetags.money import money_of
from qr.split_codes import Part

_LEFT = Member(
    "left_minor", int, note="With counter_limit_reached, and to its payer wallet_limit_reached."
)
_FITS = Member(
    "fits_at", str, note="To its payer with wallet_limit_reached; empty if it never fits."
)
# The ledger knows no API; its refusal reaches the API where a wallet pays.
problem(402, "insufficient_funds")(InsufficientFunds)
problem(409, "transfer_refused")(TransferRefused)


@problem(403, "pin_required", field="pin")
class PinRequired(Exception):
    """The payment needs the PIN."""

    def __init__(self) -> None:
        super().__init__(gettext("Enter your PIN to pay this. Nothing was taken yet."))


@problem(409, "amount_changed", field="amount_minor")
class AmountChanged(Exception):
    """The amount to pay is not the one that the payer was shown."""

    def __init__(self, amount_minor: int, currency: str) -> None:
        words = gettext("The amount is %(amount)s by now. Nothing was taken. Look at it again.")
        super().__init__(words % {"amount": money_of(amount_minor, currency)})
        self.amount_minor = amount_minor


@problem(403, "wallet_frozen")
class WalletFrozen(Exception):
    """No money leaves the wallet until it is unfrozen."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This wallet is frozen: no money leaves it. Nothing was taken.")
        )


@problem(403, "wallet_limit_reached")
class WalletLimitReached(Exception):
    """The payment would pass a limit of the wallet."""

    def __init__(self) -> None:
        """Say no figure: those are for the wallet's owner alone."""
        super().__init__(
            gettext("This wallet has reached one of its limits. Nothing was taken.")
        )


@problem(403, "wallet_limit_reached", members=(_LEFT, _FITS))
class OwnLimitReached(WalletLimitReached):
    """The payment would pass a limit of the payer's own wallet; the message says which."""

    def __init__(self, words: str, *, left_minor: int, fits_at: str) -> None:
        """`fits_at` is the instant from which the amount fits, or empty."""
        Exception.__init__(self, words)
        self.left_minor, self.fits_at = left_minor, fits_at


class RedemptionLimitReached(Exception):
    """More is to go to the bank account than the wallet's limit of a day allows."""

    def __init__(self, most_minor: int, left_minor: int, currency: str) -> None:
        words = gettext(
            "In 24 hours %(most)s at most go to a bank account, and %(left)s of it is left."
            " Nothing was taken. Your page “Your limits” says how to raise it."
        )
        most, left = (money_of(each, currency) for each in (most_minor, left_minor))
        super().__init__(words % {"most": most, "left": left})


class FrozenByOperator(Exception):
    """An operator has frozen the wallet; its owner cannot lift that."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Whoever runs this wallet has frozen it. Ask them to lift that.")
        )


@problem(404, "code_unknown", field="payload")
class CodeUnknown(Exception):
    """What was scanned or typed leads to no charge."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This code is not known here. Ask for a new one. Nothing was taken.")
        )


@problem(422, "code_foreign", field="payload")
class CodeForeign(Exception):
    """What was scanned belongs to another system, or was changed."""

    def __init__(self) -> None:
        super().__init__(gettext("This code is not from us or was changed. Nothing was taken."))


class CodeNotSeen(Exception):
    """There is no code in the picture, or none that is readable."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "No code can be made out in this picture. Go closer, hold still, and"
                " have all of the code in it. Nothing was taken."
            )
        )


class CodesSeveral(Exception):
    """Several codes in one picture could be meant."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "There is more than one code in the picture. Go closer to the one you want."
                " Nothing was taken."
            )
        )


class CodeInParts(Exception):
    """A code that was split over several is in the picture in part only."""

    def __init__(self, part: Part) -> None:
        words = gettext(
            "This is part %(number)s of %(total)s of a split code, and says nothing by itself."
            " Take a picture with all %(total)s parts in it. Nothing was taken."
        )
        super().__init__(words % {"number": part.number, "total": part.total})


@problem(422, "code_mistyped", field="payload")
class CodeMistyped(Exception):
    """A short code's check character does not fit the others."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "One character is wrong, or two are swapped. Check the code. Nothing was taken."
            )
        )


@problem(429, "too_many_tries")
class TooManyTries(Exception):
    """Too many codes in a minute led nowhere."""

    def __init__(self) -> None:
        super().__init__(gettext("Too many wrong codes. Wait a minute and try again."))


class HolderDiffers(Exception):
    """The bank account is held by somebody else than the wallet's owner."""

    def __init__(self, name: str) -> None:
        words = gettext(
            "Money goes to an account of your own alone: the holder has to be %(name)s. Nothing"
            " was taken."
        )
        super().__init__(words % {"name": name})


class WalletAlready(Exception):
    """The address has a wallet."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "You have a wallet with this address already. Sign in, or choose a new PIN."
            )
        )


class WalletMissing(Exception):
    """The person has no wallet; they may be a shop's staff."""

    def __init__(self) -> None:
        super().__init__(gettext("There is no wallet for this sign-in."))


@problem(404, "not_found", field="claim")
class ClaimUnknown(Exception):
    """No claim of this wallet has that identifier."""

    def __init__(self) -> None:
        """Say the same for a missing claim and for somebody else's."""
        super().__init__(
            gettext("There is no such claim. Scan the code again. Nothing was taken.")
        )


@problem(422, "currency_mismatch")
class WalletCurrencyMismatch(Exception):
    """The shop charges in a currency that the payer's wallets do not hold."""

    def __init__(self, currency: str) -> None:
        words = gettext("This wallet holds no %(currency)s. Nothing was taken.")
        super().__init__(words % {"currency": currency})
        self.currency = currency


@problem(422, "payment_code_foreign", field="code")
class PaymentCodeForeign(Exception):
    """What was shown to the till is no payment code of ours."""

    def __init__(self, title: str) -> None:
        """`title` names the other system, or is empty."""
        begins_open = title[:1] in {"A", "E", "I", "O"}
        known = (
            gettext(
                "This is no payment code. This till takes Tessera codes. Nothing was taken."
            )
            if not title
            else gettext(
                "This is an %(name)s code. This till takes Tessera codes. Nothing was taken."
            )
            if begins_open
            else gettext(
                "This is a %(name)s code. This till takes Tessera codes. Nothing was taken."
            )
        )
        super().__init__(known % {"name": title.removesuffix(" code")})


@problem(422, "payment_code_unknown", field="code")
class PaymentCodeUnknown(Exception):
    """No wallet shows this payment code, or it was stopped."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This payment code is not known here. Ask the customer to open a new one."
                " Nothing was taken."
            )
        )


@problem(409, "payment_code_expired", field="code")
class PaymentCodeExpired(Exception):
    """The payment code was shown too long ago, or is for a later minute."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This payment code is too old, or the phone's clock is wrong. Ask the"
                " customer to open a new one. Nothing was taken."
            )
        )


@problem(409, "payment_code_used", field="code")
class PaymentCodeUsed(Exception):
    """The payment code was used before, for whatever came of it."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This payment code was used before. Ask the customer for the next one."
                " Nothing was taken for this sale."
            )
        )


@problem(422, "counter_limit_reached", field="amount.amount_minor", members=(_LEFT,))
class CounterLimitReached(Exception):
    """The amount is more than this wallet may still pay by counter codes today."""

    def __init__(self, left_minor: int, currency: str) -> None:
        left = money_of(left_minor, currency)
        words = gettext(
            "By counter codes you can pay %(left)s more today. Nothing was taken. Ask the shop"
            " to charge you at the till."
        )
        super().__init__(words % {"left": left})
        self.left_minor = left_minor


class TopUpTooLarge(Exception):
    """More is to come in at once than is taken."""

    def __init__(self, most_minor: int, currency: str) -> None:
        words = gettext("At most %(amount)s can be topped up at once.")
        super().__init__(words % {"amount": money_of(most_minor, currency)})


class CurrencyNotOffered(Exception):
    """Nobody here takes money in this currency."""

    def __init__(self) -> None:
        super().__init__(gettext("No wallet can be opened in this currency here."))


class TopUpOverLimit(Exception):
    """The wallet would hold more than its limit."""

    def __init__(self, most_minor: int, room_minor: int, currency: str) -> None:
        words = gettext(
            "Your wallet may hold %(most)s, so at most %(room)s can come in now. Your page"
            " “Your limits” says how to raise it."
        )
        most, room = (money_of(each, currency) for each in (most_minor, room_minor))
        super().__init__(words % {"most": most, "room": room})


class IdentityAsked(Exception):
    """The customer has asked for a higher tier already, or has the highest."""

    def __init__(self) -> None:
        super().__init__(
            gettext("You have asked already, or nothing more can be raised. Look below.")
        )


class IdentityDecided(Exception):
    """The wish for a higher tier was decided or withdrawn meanwhile."""

    def __init__(self) -> None:
        super().__init__(gettext("This was decided or withdrawn meanwhile."))


class TopUpsTooMany(Exception):
    """Many top-ups were announced in a day, and none of them arrived."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "You announced many top-ups today. Pay one of them, or wait until tomorrow."
            )
        )
