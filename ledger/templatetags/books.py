"""The ledger's own words in templates, where people look into the books."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()
WORDS = {
    "top_up": _("Top-up"),
    "capture": _("Capture"),
    "refund": _("Refund"),
    "settle": _("Settlement"),
    "fee": _("Fee"),
    "recover": _("Recovery"),
    "pay_out": _("Payout"),
    "redeem": _("Redemption"),
    "send_back": _("Sent back"),
    "book": _("Booked by the bank"),
    "bounce": _("Refused by the bank"),
    "return": _("Returned by the bank"),
    "receive": _("Received"),
    "take": _("Taken by the bank"),
    "credit": _("Credited"),
    "bear": _("Borne"),
    "adjust": _("Corrected by hand"),
    "safeguard": _("Safeguard"),
    "wallet": _("Wallet"),
    "takings": _("Takings"),
    "payable": _("Payable"),
    "receivable": _("Receivable"),
    "fee_income": _("Fee income"),
    "transit": _("In transit"),
    "suspense": _("In suspense"),
}


# As a shop speaks of its own payments.
_SHOP_WORDS = {
    "capture": _("Sale"),
    "takings": _("Shop's account"),
    "payable": _("Owed to the shop"),
    "receivable": _("Owed by the shop"),
    "wallet": _("Customer's wallet"),
}


@register.filter
def in_words(kind: str) -> str:
    """Name a kind of transfer or account: `{{ transfer.kind|in_words }}` gives `Capture`."""
    return str(WORDS.get(kind, kind))


@register.filter
def in_shop_words(kind: str) -> str:
    """Name it as a shop does: `{{ transfer.kind|in_shop_words }}` gives `Sale`."""
    return str(_SHOP_WORDS.get(kind) or in_words(kind))
