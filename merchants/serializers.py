"""What the API accepts of amounts, and what it answers to merchants' servers."""

from typing import Any

from rest_framework import serializers

from foundation.answers import (
    Answer,
    DayField,
    InstantField,
    Money,
    MoneySerializer,
    NumberField,
    TextField,
)
from foundation.fields import PlainTextField, WholeNumberField
from foundation.paging import page_of
from ledger.errors import CurrencyUnknown
from ledger.money import AMOUNT_MINOR_MAX, find_exponent
from merchants.models import SettlementLine


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


class SettlementSerializer(Answer):
    """A closed settlement: opening + sales - refunds - fees + adjusted - payout = closing."""

    id = TextField(source="public_id", help_text="se_…")
    number = NumberField(help_text="Runs from 1 for each currency.")
    currency = TextField()
    status = TextField(of=lambda _: "closed", help_text="Always closed.")
    opened_at = InstantField()
    closed_at = InstantField(help_text="The cut: what came later is in the next.")
    opening = MoneySerializer(help_text="What the one before closed with.")
    sales_count = NumberField()
    sales = MoneySerializer()
    refunds_count = NumberField()
    refunds = MoneySerializer()
    fees = MoneySerializer()
    adjusted = MoneySerializer(help_text="What operators corrected by hand; below zero: taken.")
    payout = MoneySerializer()
    payout_status = TextField(
        help_text="none (there is no payout), held (by an operator), waits_for_bank_account,"
        " pending, sent, accepted, unknown (the bank is asked), booked, refused, returned or"
        " canceled."
    )
    payout_due_on = DayField(allow_null=True, help_text="Null without a payout.")
    closing = MoneySerializer(help_text="Carried over to the next.")


SettlementPage = page_of("SettlementPage", SettlementSerializer)


class SettlementLineSerializer(Answer):
    """A sale or a refund on a settlement; refunds and fees carry a minus."""

    kind = TextField(help_text="sale or refund")
    charge = TextField(source="charge_ref", help_text="ch_…")
    refund = TextField(
        allow_null=True,
        of=lambda line: line.refund_ref or None,
        help_text="rf_…; null for a sale.",
    )
    short_code = TextField()
    reference = TextField()
    store = TextField(source="store.public_id", help_text="st_…")
    at = InstantField()
    amount = MoneySerializer(of=lambda line: _price(line, line.signed_minor))
    fee = MoneySerializer(of=lambda line: _price(line, -line.fee_minor))
    net = MoneySerializer(of=lambda line: _price(line, line.net_minor))


def _price(line: SettlementLine, amount_minor: int) -> Money:
    assert line.settlement is not None, "the API shows closed settlements alone"
    return Money(amount_minor, line.settlement.currency)


SettlementLinePage = page_of("SettlementLinePage", SettlementLineSerializer)
