"""Why the till's wish is refused."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from foundation.refusals import Member, problem
from ledger.templatetags.money import money_of, percent_of
from pos.models import ChargeStatus

_TRUE_STATUS = Member(
    "charge_status",
    ChargeStatus,
    note="The true status, for the loser of a race.",
    source="status",
)
_CAP = Member("cap_bps", int, note="With discount_not_allowed.")
_REFUNDABLE = Member("refundable_minor", int, note="With refund_exceeds_captured.")

_STATES = {
    "open": _("open"),
    "claimed": _("claimed"),
    "captured": _("captured"),
    "canceled": _("canceled"),
    "expired": _("expired"),
    "cashed": _("paid in cash"),
}
_NOT_THERE = {
    "charge": _("There is no such charge."),
    "refund": _("There is no such refund."),
    "payment": _("There is no such payment."),
    "terminal": _("There is no such terminal."),
    "cursor": _("There is no such place in the list."),
}


def name_state(status: str) -> str:
    """Return a charge's status as a word within a sentence."""
    return str(_STATES[status])


@problem(404, "not_found")
class NotFound(Exception):
    """Nothing of its kind that the principal may see has that identifier."""

    def __init__(self, kind: str = "charge") -> None:
        """Say the same for what is missing and for what is somebody else's."""
        super().__init__(str(_NOT_THERE[kind]))
        self.kind = kind


@problem(409, "charge_not_payable", members=(_TRUE_STATUS,))
class ChargeNotPayable(Exception):
    """The charge is captured, canceled or expired, or no longer claimed by this payer."""

    def __init__(self, status: str) -> None:
        """Keep the true status, so that both screens can show it."""
        words = (
            gettext("Your claim is over. Scan the code again. Nothing was taken.")
            if status in {"open", "claimed"}
            else gettext("This charge cannot be paid: it is %(status)s. Nothing was taken.")
        )
        super().__init__(words % {"status": name_state(status)})
        self.status = status


@problem(409, "charge_claimed_by_another")
class ChargeClaimedByAnother(Exception):
    """Another phone is paying this charge right now."""

    def __init__(self) -> None:
        super().__init__(gettext("Another phone is paying this charge. Nothing was taken."))


@problem(409, "charge_not_cancelable", members=(_TRUE_STATUS,))
class ChargeNotCancelable(Exception):
    """The charge is over already."""

    def __init__(self, status: str) -> None:
        """Keep the true status for the loser of the race."""
        words = gettext("This charge cannot be canceled: it is %(status)s.")
        super().__init__(words % {"status": name_state(status)})
        self.status = status


@problem(409, "charge_not_extendable", members=(_TRUE_STATUS,))
class ChargeNotExtendable(Exception):
    """The charge is over, or has lived for its two hours."""

    def __init__(self, status: str) -> None:
        words = gettext("This charge cannot be extended: it is %(status)s.")
        super().__init__(words % {"status": name_state(status)})
        self.status = status


@problem(409, "store_closed")
class StoreClosed(Exception):
    """The store takes no payments at present."""

    def __init__(self) -> None:
        super().__init__(gettext("This store takes no payments at present. Nothing was taken."))


@problem(401, "not_authenticated")
class TillUnpaired(Exception):
    """The till was unpaired while it asked."""

    def __init__(self, words: str = "") -> None:
        super().__init__(
            words or gettext("This till is not paired any more. Pair it again to sell.")
        )


@problem(401, "not_authenticated")
class TillMoved(TillUnpaired):
    """The till was moved to another store while somebody asked for it in this one."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This till stands in another store now. Nothing was done. Try again.")
        )


@problem(404, "not_found")
class CounterCodeUnknown(Exception):
    """No counter code of this merchant has that identifier."""

    def __init__(self) -> None:
        """Say the same for a missing code and for somebody else's."""
        super().__init__(gettext("There is no such counter code."))


@problem(410, "counter_code_revoked", field="payload")
class CounterCodeRevoked(Exception):
    """The shop has revoked this counter code."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "The shop has revoked this counter code. Do not pay with it; tell the"
                " shop where you found it. Nothing was taken."
            )
        )


class TillInUse(Exception):
    """A till stays in its store as long as something of the store is bound to it."""

    def __init__(self, *, has_codes: bool) -> None:
        words = (
            gettext(
                "A counter code of this store tells this till. Revoke it first, under Stores."
            )
            if has_codes
            else gettext(
                "Nobody has seen a payment at this till yet. Look at it on the till first."
            )
        )
        super().__init__(words)


class PlaceUnreadable(Exception):
    """Where a counter code is to hang was not said, or at too great length."""

    def __init__(self) -> None:
        super().__init__(gettext("Say in up to 40 letters where the code will hang."))


@problem(422, "cap_too_large", field="cap.amount_minor")
class CapTooLarge(Exception):
    """A counter code may not take that much from a customer a day."""

    def __init__(self, cap_max_minor: int) -> None:
        words = gettext("A counter code takes at most %(most)s from a customer a day.")
        super().__init__(words % {"most": cap_max_minor})
        self.cap_max_minor = cap_max_minor


@problem(422, "amount_mismatch", field="amount.amount_minor")
class AmountMismatch(Exception):
    """The amount sent is not what the server works out from the items."""

    def __init__(self, amount_minor: int, currency: str) -> None:
        added_up = money_of(amount_minor, currency)
        words = gettext("The items add up to %(amount)s, not to the amount sent.")
        super().__init__(words % {"amount": added_up})
        self.amount_minor = amount_minor


@problem(422, "currency_mismatch", field="amount.currency")
class CurrencyMismatch(Exception):
    """The store sells in another currency."""

    def __init__(self, currency: str) -> None:
        words = gettext("This store charges in %(currency)s.")
        super().__init__(words % {"currency": currency})
        self.currency = currency


@problem(422, "item_unknown", field="lines")
class ItemUnknown(Exception):
    """The store does not sell this item."""

    def __init__(self, item: str) -> None:
        super().__init__(gettext("This store has no item %(item)s.") % {"item": item})


@problem(409, "item_sold_out", field="lines")
class ItemSoldOut(Exception):
    """The item is sold out, or fewer are left than were asked for."""

    def __init__(self, name: str, *, left: int) -> None:
        words = gettext("%(item)s is sold out.")
        if left:
            words = ngettext(
                "Only %(count)s of %(item)s is left.",
                "Only %(count)s of %(item)s are left.",
                left,
            )
        super().__init__(words % {"item": name, "count": left})


@problem(422, "age_unconfirmed", field="age_confirmed")
class AgeUnconfirmed(Exception):
    """Nobody said that the customer is old enough for this item."""

    def __init__(self, name: str, age: int) -> None:
        words = gettext(
            "%(item)s is for people of %(age)s or older. Ask, and confirm it for this sale."
        )
        super().__init__(words % {"item": name, "age": age})


@problem(422, "amount_too_large", field="lines")
class AmountTooLarge(Exception):
    """The items add up to more than a charge may be."""

    def __init__(self) -> None:
        super().__init__(gettext("The items add up to more than a charge may be."))


@problem(422, "discount_too_large", field="lines")
class DiscountTooLarge(Exception):
    """A discount is more than what it is taken from."""

    def __init__(self, position: int | None) -> None:
        """Name the line by its place; None is the whole sale."""
        words = (
            gettext("The discount is more than the sale comes to.")
            if position is None
            else gettext("The discount is more than its line %(line)s comes to.")
        )
        super().__init__(words % {"line": (position or 0) + 1})


@problem(422, "nothing_to_pay", field="discount")
class NothingToPay(Exception):
    """The discounts leave nothing to be paid."""

    def __init__(self) -> None:
        super().__init__(gettext("The discounts leave nothing to be paid. Make one smaller."))


@problem(403, "discount_not_allowed", field="discount", members=(_CAP,))
class DiscountNotAllowed(Exception):
    """The cashier may not give so much, and no manager has allowed it."""

    def __init__(self, cap_bps: int) -> None:
        words = gettext(
            "You may give up to %(percent)s %% by yourself. Ask a manager to allow more."
        )
        super().__init__(words % {"percent": percent_of(cap_bps)})
        self.cap_bps = cap_bps


class CartTaken(Exception):
    """Another till has resumed this parked cart."""

    def __init__(self, name: str) -> None:
        words = gettext("%(name)s has resumed this sale already.")
        super().__init__(words % {"name": name})


class CartGone(Exception):
    """No such parked cart waits in the store."""

    def __init__(self) -> None:
        super().__init__(gettext("This sale is not parked any more."))


@problem(409, "refund_exceeds_captured", field="amount.amount_minor", members=(_REFUNDABLE,))
class RefundExceedsCaptured(Exception):
    """More would be refunded than was captured."""

    def __init__(self, refundable_minor: int) -> None:
        words = gettext("Only %(left)s in minor units can still be refunded.")
        super().__init__(words % {"left": refundable_minor})
        self.refundable_minor = refundable_minor


@problem(422, "tips_not_taken", field="tip.amount_minor")
class TipsNotTaken(Exception):
    """The store takes no tips."""

    def __init__(self) -> None:
        super().__init__(gettext("This store takes no tips."))


@problem(422, "tip_too_large", field="tip.amount_minor")
class TipTooLarge(Exception):
    """The tip is above the store's cap, or above what is left of it to refund."""

    def __init__(self, most_minor: int, currency: str) -> None:
        words = gettext("A tip can be %(most)s at most here.")
        super().__init__(words % {"most": money_of(most_minor, currency)})
        self.most_minor = most_minor


@problem(409, "refund_not_possible")
class RefundNotPossible(Exception):
    """The charge was never captured, or too long ago, or refunded too many times."""


@problem(403, "refund_not_allowed")
class RefundNotAllowed(Exception):
    """The cashier or the till has no right to refund."""

    def __init__(self) -> None:
        super().__init__(gettext("You may not make refunds here. Ask a manager."))


class PairingRefused(Exception):
    """No till waits for this pairing code."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This code is not right or too old. Get a new one in the dashboard.")
        )


@problem(410, "signing_key_withdrawn", field="payload")
class SigningKeyWithdrawn(Exception):
    """The key that signed this counter code is not trusted any more."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This counter code was signed with a key that is not trusted any more."
                " Ask the shop for a new code. Nothing was taken."
            )
        )


@problem(503, "busy")
class PagesWait(Exception):
    """Too many pages are being drawn at this moment, or this one takes too long."""

    def __init__(self) -> None:
        super().__init__(gettext("The page cannot be drawn just now. Try again in a moment."))


@problem(503, "busy")
class PicturesWait(Exception):
    """Too many pictures are being read at this moment."""

    def __init__(self) -> None:
        super().__init__(gettext("Many codes are being read at this moment. Try again."))


@problem(403, "cash_not_taken")
class CashNotTaken(Exception):
    """The store takes no cash, or the request does not come from a till."""

    def __init__(self) -> None:
        super().__init__(gettext("This store takes no cash at this place."))


@problem(409, "charge_not_cashable", members=(_TRUE_STATUS,))
class ChargeNotCashable(Exception):
    """The charge is not open: a customer holds it, or it has ended."""

    def __init__(self, status: str) -> None:
        """Keep the true status, so that the till can show it."""
        words = (
            gettext("A customer is paying by phone. Wait until they are done.")
            if status == "claimed"
            else gettext("This sale cannot be paid in cash: it is %(status)s.")
        )
        super().__init__(words % {"status": name_state(status)})
        self.status = status


@problem(422, "given_too_little", field="given.amount_minor")
class GivenTooLittle(Exception):
    """The customer gave less than the sale costs."""

    def __init__(self, due_minor: int, currency: str) -> None:
        """Say what it costs in cash."""
        words = gettext("The sale costs %(amount)s in cash.")
        super().__init__(words % {"amount": money_of(due_minor, currency)})
