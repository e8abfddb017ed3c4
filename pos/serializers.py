"""What the API accepts from tills and merchants."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ledger.errors import CurrencyUnknown
from ledger.money import AMOUNT_MINOR_MAX, find_exponent

# They join letters or keep them apart: Persian, Hindi and emoji are not written without them.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


def is_plain(text: str) -> bool:
    """Tell whether a text is one line without control characters, and not of joiners alone."""
    seen = text.translate(_JOINERS)
    return seen.isprintable() and bool(seen) == bool(text)


class WholeNumberField(serializers.IntegerField):
    """An integer that is one in JSON too: `480`, but not `"480"`, `4.8`, `4e2` or `true`."""

    def to_internal_value(self, data: object) -> int:
        """Refuse every other type before looking at the value."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class PlainTextField(serializers.CharField):
    """A short text on one line; numbers are not quietly turned into text."""

    default_error_messages = {"control": _("Control characters are not allowed.")}

    def to_internal_value(self, data: object) -> str:
        """Refuse other types and control characters."""
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if not is_plain(text):
            self.fail("control")
        return text


class AmountSerializer(serializers.Serializer[Any]):
    """An amount in minor units with its currency."""

    amount_minor = WholeNumberField(min_value=1, max_value=AMOUNT_MINOR_MAX)
    currency = PlainTextField(min_length=3, max_length=3)

    def validate_currency(self, currency: str) -> str:
        """Know the ISO 4217 code."""
        try:
            find_exponent(currency)
        except CurrencyUnknown as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal
        return currency


class LineSerializer(serializers.Serializer[Any]):
    """How many of an item, or an amount of its own beside them."""

    item = PlainTextField(required=False, max_length=40)
    quantity = WholeNumberField(required=False, min_value=1, max_value=999)
    amount_minor = WholeNumberField(required=False, min_value=1, max_value=AMOUNT_MINOR_MAX)
    name = PlainTextField(required=False, max_length=80)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take an item with its quantity, or an amount with perhaps a name."""
        if "amount_minor" in attrs:
            if "item" in attrs:
                raise serializers.ValidationError(
                    {"item": gettext("A line has an item or an amount, not both.")}
                )
            return {"quantity": 1, "name": gettext("Custom amount"), **attrs}
        for name in ("item", "quantity"):
            if name not in attrs:
                raise serializers.ValidationError({name: gettext("This field is required.")})
        return attrs


class NewChargeSerializer(serializers.Serializer[Any]):
    """A charge to create; the amount may be left out where lines are given."""

    amount = AmountSerializer(required=False)
    lines = serializers.ListField(child=LineSerializer(), required=False, max_length=200)
    reference = PlainTextField(required=False, allow_blank=True, max_length=64, default="")
    description = PlainTextField(required=False, allow_blank=True, max_length=140, default="")
    store = PlainTextField(required=False, max_length=40)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for an amount where there are no lines to work it out from."""
        if "amount" not in attrs and not attrs.get("lines"):
            raise serializers.ValidationError({"amount": gettext("This field is required.")})
        return attrs


class NewRefundSerializer(serializers.Serializer[Any]):
    """A refund to make; without an amount, all that is left."""

    amount = AmountSerializer(required=False)
    reason = PlainTextField(required=False, allow_blank=True, max_length=140, default="")
