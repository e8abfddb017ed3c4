"""What the API accepts of tills and merchants, and how it shows charges and refunds."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from foundation.answers import (
    Answer,
    ChoiceField,
    InstantField,
    MoneySerializer,
    NumberField,
    TextField,
    TextsField,
)
from foundation.fields import PlainTextField, WholeNumberField
from foundation.paging import list_of, page_of
from ledger.money import AMOUNT_MINOR_MAX
from merchants.serializers import AmountSerializer
from pos.models import Charge, ChargeStatus, Refusal
from pos.models.discounts import WHOLE_BPS
from pos.payloads import shows_merchant_code, write_link, write_merchant_code
from pos.transitions import list_ways
from pos.vat import list_refund_vat
from qr.references import encode_reference

_PAYER_SHOWN = {ChargeStatus.CLAIMED, ChargeStatus.CAPTURED}


def name_payer(charge: Charge) -> str | None:
    """Return the masked name of whoever pays or has paid."""
    return charge.payer_name if charge.status_now in _PAYER_SHOWN else None


def find_receipt(charge: Charge) -> str | None:
    """Return the address of the receipt, once there is money to have one of."""
    return charge.receipt_url if charge.captured_at else None


class DiscountSerializer(serializers.Serializer[Any]):
    """What is taken off: a share in basis points, or an amount; and why."""

    percent_bps = WholeNumberField(required=False, min_value=1, max_value=WHOLE_BPS)
    amount_minor = WholeNumberField(required=False, min_value=1, max_value=AMOUNT_MINOR_MAX)
    reason = PlainTextField(required=False, allow_blank=True, max_length=80, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take a share or an amount, not both."""
        if ("percent_bps" in attrs) == ("amount_minor" in attrs):
            words = gettext("A discount has a percentage or an amount, one of the two.")
            raise serializers.ValidationError({"percent_bps": words})
        return attrs


class LineSerializer(serializers.Serializer[Any]):
    """How many of an item, or an amount of its own beside them."""

    item = PlainTextField(required=False, max_length=40)
    quantity = WholeNumberField(required=False, min_value=1, max_value=999)
    unit_price_minor = WholeNumberField(
        required=False,
        min_value=1,
        max_value=AMOUNT_MINOR_MAX,
        help_text="Where the price of the item is typed by whoever sells; else left out.",
    )
    choices = serializers.ListField(
        child=PlainTextField(max_length=40),
        required=False,
        max_length=100,
        help_text="op_…, of the groups of the item; left out, its defaults.",
    )
    amount_minor = WholeNumberField(required=False, min_value=1, max_value=AMOUNT_MINOR_MAX)
    name = PlainTextField(required=False, max_length=80)
    note = PlainTextField(required=False, allow_blank=True, max_length=140, default="")
    discount = DiscountSerializer(required=False)

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
    tip = AmountSerializer(
        required=False, help_text="Within the amount; where the store takes tips."
    )
    lines = serializers.ListField(child=LineSerializer(), required=False, max_length=200)
    reference = PlainTextField(required=False, allow_blank=True, max_length=64, default="")
    description = PlainTextField(required=False, allow_blank=True, max_length=140, default="")
    store = PlainTextField(required=False, max_length=40)
    discount = DiscountSerializer(required=False)
    approval = PlainTextField(required=False, allow_blank=True, max_length=40, default="")
    age_confirmed = WholeNumberField(
        required=False,
        min_value=0,
        max_value=99,
        default=0,
        help_text="The age that whoever sells has asked for; items may want one.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for an amount where there are no lines to work it out from.

        A discount on the whole sale is taken off lines, so it needs some.
        """
        if "discount" in attrs and not attrs.get("lines"):
            words = gettext("A discount is taken off lines. Send them.")
            raise serializers.ValidationError({"lines": words})
        if "amount" not in attrs and not attrs.get("lines"):
            raise serializers.ValidationError({"amount": gettext("This field is required.")})
        return attrs


class NewRefundSerializer(serializers.Serializer[Any]):
    """A refund to make; without an amount, all that is left; the tip is given back last."""

    amount = AmountSerializer(required=False)
    tip = AmountSerializer(required=False, help_text="How much of the amount is of the tip.")
    reason = PlainTextField(required=False, allow_blank=True, max_length=140, default="")


class TakeCashSerializer(serializers.Serializer[Any]):
    """Cash for an open charge; without what was given, it was given exactly."""

    given = AmountSerializer(required=False)


class ChargeLineSerializer(Answer):
    """What was sold, at the price of that moment."""

    name = TextField()
    quantity = NumberField()
    unit_price = MoneySerializer()
    discount = MoneySerializer(
        help_text="Off quantity times price, with the share of a discount on the whole sale."
    )
    total = MoneySerializer(help_text="What is paid for the line.")
    note = TextField(help_text="Of this line alone, as the shop wrote it.")
    choices = TextField(help_text="What was chosen of the item, by name; within its price.")


class ChargeDiscountSerializer(Answer):
    """A discount that was given, on one line or on the whole sale."""

    line = NumberField(
        source="position", allow_null=True, help_text="From 0; null for the whole sale."
    )
    percent_bps = NumberField(allow_null=True, help_text="Null where an amount was typed.")
    amount = MoneySerializer()
    reason = TextField()
    given_by = TextField(
        allow_null=True,
        of=lambda given: given.given_by_name or None,
        help_text="Name of the cashier; null if a program gave it.",
    )
    allowed_by = TextField(
        allow_null=True,
        of=lambda given: given.allowed_by_name or None,
        help_text="Name of the manager who allowed more than the cashier may give.",
    )


class ChargeSerializer(Answer):
    """A charge as tills and merchants see it."""

    # Needs the charge's store and terminal at hand.
    id = TextField(source="public_id", help_text="ch_…")
    status = ChoiceField(
        ChargeStatus.choices,
        source="status_now",
        help_text=f"By the clock; it goes from {', '.join(list_ways())}.",
    )
    version = NumberField(help_text="Rises by one at every change.")
    amount = MoneySerializer(help_text="To be paid, with the tip.")
    tip = MoneySerializer(help_text="Within the amount; 0 where there is none.")
    refunded = MoneySerializer(help_text="The sum of the refunds; 0 at first.")
    reference = TextField(help_text="Yours, as it was sent.")
    description = TextField(help_text="Shown to the customer.")
    link = TextField(of=write_link, help_text="Opens the charge in a phone's browser.")
    emv = TextField(
        allow_null=True,
        of=lambda charge: write_merchant_code(charge) if shows_merchant_code(charge) else None,
        help_text="The charge as an EMVCo code; null unless the store shows those.",
    )
    short_code = TextField(help_text="8 characters, for those who cannot scan.")
    check_word = TextField(help_text="The same two words on both screens.")
    created_at = InstantField()
    expires_at = InstantField()
    lease_until = InstantField(
        allow_null=True,
        of=lambda charge: charge.lease_until if charge.status_now == "claimed" else None,
        help_text="Until when the payer may confirm, while claimed.",
    )
    qr_svg = TextField(
        of=lambda charge: f"{_find_address(charge)}/qr.svg",
        help_text="Address of the code as SVG.",
    )
    qr_png = TextField(
        of=lambda charge: f"{_find_address(charge)}/qr.png",
        help_text="Address of the code as PNG.",
    )
    store = TextField(source="store.public_id", help_text="st_…")
    terminal = TextField(
        allow_null=True,
        source="terminal.public_id",
        help_text="tm_…; null if a merchant's server made it.",
    )
    counter_code = TextField(
        allow_null=True,
        of=lambda charge: (
            charge.counter_code_id and encode_reference("sc", charge.counter_code_id)
        ),
        help_text="sc_…, if a payer opened it at a counter code.",
    )
    captured_at = InstantField(allow_null=True)
    payer = TextField(
        allow_null=True,
        of=name_payer,
        help_text="The masked name, once claimed: Li W.",
    )
    refusal = ChoiceField(
        Refusal.choices,
        allow_null=True,
        of=lambda charge: charge.refusal_now or None,
        help_text="Why the payer of this moment, or else the last one, did not pay.",
    )
    refused_at = InstantField(
        allow_null=True,
        of=lambda charge: charge.refused_at if charge.refusal_now else None,
        help_text="Since when that is so.",
    )
    receipt = TextField(
        allow_null=True,
        of=find_receipt,
        help_text="Address of the receipt, once captured.",
    )
    server_time = InstantField(source="read_at", help_text="The clock that decides.")


class VatSerializer(Answer):
    """What a sale or a refund has at one rate of VAT, in minor units."""

    rate_bps = NumberField(source="vat_bps", help_text="2300 is 23 %.")
    net_minor = NumberField()
    vat_minor = NumberField(help_text="Rounded once for the rate, half away from zero.")
    gross_minor = NumberField(help_text="Net and VAT.")


class CollectedChargeSerializer(ChargeSerializer):
    """A charge that was collected: captured, or claimed while the phone asks for the PIN."""

    needs = TextsField(help_text="What the phone asks the customer for: nothing, or pin.")


class CashSerializer(Answer):
    """How a charge was paid in cash, in minor units of its currency."""

    due_minor = NumberField(source="cash_minor", help_text="The amount, as cash is rounded.")
    given_minor = NumberField()
    change_minor = NumberField()


class WholeChargeSerializer(ChargeSerializer):
    """A charge with what takes a further look."""

    receipt_number = TextField(
        allow_null=True,
        of=lambda charge: charge.receipt_number or None,
        help_text="Null until the receipt is issued, moments later.",
    )
    cash = CashSerializer(
        allow_null=True,
        of=lambda charge: charge if charge.is_cash else None,
        help_text="How it was paid in cash; else null.",
    )
    lines = ChargeLineSerializer(many=True)
    vat = VatSerializer(many=True, help_text="By rate; empty where the shop says none.")
    discounts = ChargeDiscountSerializer(many=True)


ChargePage = page_of("ChargePage", ChargeSerializer)


class RefundSerializer(Answer):
    """Money given back."""

    id = TextField(source="public_id", help_text="rf_…")
    charge = TextField(source="charge.public_id", help_text="ch_…")
    amount = MoneySerializer()
    tip = MoneySerializer(help_text="Within the amount.")
    vat = VatSerializer(
        many=True, of=list_refund_vat, help_text="Its own, by rate: of the goods, not the tip."
    )
    reason = TextField()
    status = TextField(of=lambda _: "done", help_text="Always done: a refund is one transfer.")
    terminal = TextField(
        allow_null=True,
        source="terminal.public_id",
        help_text="tm_… of the till; null for a merchant's server.",
    )
    cashier = TextField(
        allow_null=True,
        of=lambda refund: refund.cashier_name or None,
        help_text="Name of the cashier who made it; null if a program did.",
    )
    created_at = InstantField()


RefundPage = list_of("RefundPage", RefundSerializer)


def _find_address(charge: Charge) -> str:
    return f"/api/v1/charges/{charge.public_id}"
