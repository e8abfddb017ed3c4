"""What the API answers, field by field: for its description, and held against real answers."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from pos.models import ChargeStatus, Refusal


class MoneySerializer(serializers.Serializer[Any]):
    """An amount as it is answered; unlike one that is sent, it may be 0 or less."""

    amount_minor = serializers.IntegerField()
    currency = serializers.CharField(help_text="ISO 4217, as in EUR.")


class ChargeLineSerializer(serializers.Serializer[Any]):
    """What was sold, at the price of that moment."""

    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneySerializer()


class ChargeSerializer(serializers.Serializer[Any]):
    """A charge as tills and merchants see it."""

    id = serializers.CharField(help_text="ch_…")
    status = serializers.ChoiceField(ChargeStatus.choices)
    version = serializers.IntegerField(help_text="Rises by one at every change.")
    amount = MoneySerializer()
    refunded = MoneySerializer(help_text="The sum of the refunds; 0 at first.")
    reference = serializers.CharField(help_text="Yours, as it was sent.")
    description = serializers.CharField(help_text="Shown to the customer.")
    link = serializers.CharField(help_text="Opens the charge in a phone's browser.")
    emv = serializers.CharField(
        allow_null=True,
        help_text="The charge as an EMVCo code; null unless the store shows those.",
    )
    short_code = serializers.CharField(help_text="8 characters, for those who cannot scan.")
    check_word = serializers.CharField(help_text="The same two words on both screens.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    lease_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the payer may confirm, while claimed."
    )
    qr_svg = serializers.CharField(help_text="Address of the code as SVG.")
    qr_png = serializers.CharField(help_text="Address of the code as PNG.")
    store = serializers.CharField(help_text="st_…")
    terminal = serializers.CharField(
        allow_null=True, help_text="tm_…; null if a merchant's server made it."
    )
    static_code = serializers.CharField(
        allow_null=True, help_text="sc_…, if a payer opened it at a printed code."
    )
    captured_at = serializers.DateTimeField(allow_null=True)
    payer = serializers.CharField(
        allow_null=True, help_text="The masked name, once claimed: Li W."
    )
    refusal = serializers.ChoiceField(
        Refusal.choices,
        allow_null=True,
        help_text="Why the payer of this moment, or else the last one, did not pay.",
    )
    refused_at = serializers.DateTimeField(allow_null=True, help_text="Since when that is so.")
    receipt = serializers.CharField(
        allow_null=True, help_text="Address of the receipt, once captured."
    )
    server_time = serializers.DateTimeField(help_text="The clock that decides.")


class CollectedChargeSerializer(ChargeSerializer):
    """A charge that was collected: captured, or claimed while the phone asks for the PIN."""

    needs = serializers.ListField(
        child=serializers.CharField(),
        help_text="What the customer is asked for on the phone: nothing, or pin.",
    )


class WholeChargeSerializer(ChargeSerializer):
    """A charge with what takes a further look."""

    receipt_number = serializers.CharField(
        allow_null=True, help_text="Null until the receipt is issued, moments later."
    )
    lines = ChargeLineSerializer(many=True)


CHARGE_PAGE = inline_serializer(
    "ChargePage",
    {
        "data": ChargeSerializer(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Send it as `after` to go on."
        ),
    },
)


class RefundSerializer(serializers.Serializer[Any]):
    """Money given back."""

    id = serializers.CharField(help_text="rf_…")
    charge = serializers.CharField(help_text="ch_…")
    amount = MoneySerializer()
    reason = serializers.CharField()
    status = serializers.CharField(help_text="Always done: a refund is one transfer.")
    terminal = serializers.CharField(
        allow_null=True, help_text="tm_… of the till; null for a merchant's server."
    )
    cashier = serializers.CharField(
        allow_null=True, help_text="Name of the cashier who made it; null if a program did."
    )
    created_at = serializers.DateTimeField()


REFUND_PAGE = inline_serializer(
    "RefundPage",
    {
        "data": RefundSerializer(many=True),
        "next": serializers.CharField(allow_null=True, help_text="Always null: there are few."),
    },
)


class SettlementSerializer(serializers.Serializer[Any]):
    """A closed settlement: opening + sales - refunds - fees - payout = closing."""

    id = serializers.CharField(help_text="se_…")
    number = serializers.IntegerField(help_text="Runs from 1 for each currency.")
    currency = serializers.CharField()
    status = serializers.CharField(help_text="Always closed.")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(help_text="The cut: what came later is in the next.")
    opening = MoneySerializer(help_text="What the one before closed with.")
    sales_count = serializers.IntegerField()
    sales = MoneySerializer()
    refunds_count = serializers.IntegerField()
    refunds = MoneySerializer()
    fees = MoneySerializer()
    payout = MoneySerializer()
    payout_due_on = serializers.DateField(allow_null=True, help_text="Null without a payout.")
    closing = MoneySerializer(help_text="Carried over to the next.")


SETTLEMENT_PAGE = inline_serializer(
    "SettlementPage",
    {
        "data": SettlementSerializer(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Send it as `after` to go on."
        ),
    },
)


class SettlementLineSerializer(serializers.Serializer[Any]):
    """A sale or a refund on a settlement; refunds and fees carry a minus."""

    kind = serializers.CharField(help_text="sale or refund")
    charge = serializers.CharField(help_text="ch_…")
    refund = serializers.CharField(allow_null=True, help_text="rf_…; null for a sale.")
    short_code = serializers.CharField()
    reference = serializers.CharField()
    store = serializers.CharField(help_text="st_…")
    at = serializers.DateTimeField()
    amount = MoneySerializer()
    fee = MoneySerializer()
    net = MoneySerializer()


SETTLEMENT_LINE_PAGE = inline_serializer(
    "SettlementLinePage",
    {
        "data": SettlementLineSerializer(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Send it as `after` to go on."
        ),
    },
)


class PayeeSerializer(serializers.Serializer[Any]):
    """Who is paid."""

    name = serializers.CharField()
    is_verified = serializers.BooleanField()


class PayerChargeSerializer(ChargeSerializer):
    """A charge as its payer sees it, with the shop's name."""

    payer = serializers.CharField(
        allow_null=True, help_text="Your masked name; null while it is not you who pays."
    )
    receipt = serializers.CharField(
        allow_null=True, help_text="Address of the receipt, once you have paid; else null."
    )
    merchant = PayeeSerializer()
    store_name = serializers.CharField()
    store_address = serializers.CharField()


class ClaimSerializer(serializers.Serializer[Any]):
    """A payer's hold on a charge."""

    id = serializers.CharField(help_text="cl_…")
    charge = PayerChargeSerializer()
    lease_until = serializers.DateTimeField(help_text="Confirm before, or claim again.")
    needs = serializers.ListField(
        child=serializers.CharField(), help_text="What the payment must carry: nothing, or pin."
    )


class PaymentSerializer(serializers.Serializer[Any]):
    """A confirmed payment."""

    id = serializers.CharField(help_text="py_…")
    charge = PayerChargeSerializer()
    amount = MoneySerializer()
    balance = MoneySerializer(help_text="What the wallet held right after it.")
    confirmed_at = serializers.DateTimeField()
    receipt = serializers.CharField(help_text="Address of the receipt.")


class MovementSerializer(serializers.Serializer[Any]):
    """One line of a wallet's statement."""

    id = serializers.CharField(help_text="mv_…")
    kind = serializers.CharField(help_text="top_up, capture, refund.")
    title = serializers.CharField(help_text="The shop, or where the money came from.")
    amount = MoneySerializer(help_text="Below zero of what went out.")
    balance = MoneySerializer(help_text="What the wallet held right after it.")
    at = serializers.DateTimeField()
    payment = serializers.CharField(
        allow_null=True, help_text="py_… of the payment, also of one that was refunded."
    )
    refund = serializers.CharField(allow_null=True, help_text="rf_… of a refund.")


MOVEMENT_PAGE = inline_serializer(
    "MovementPage",
    {
        "data": MovementSerializer(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Send it as `after` to go on."
        ),
    },
)

PAYMENT_PAGE = inline_serializer(
    "PaymentPage",
    {
        "data": PaymentSerializer(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Send it as `after` to go on."
        ),
    },
)


# `from` is no name in Python.
PAYMENT_CODE = inline_serializer(
    "PaymentCode",
    {
        "code": serializers.CharField(help_text="18 digits, for one payment."),
        "from": serializers.DateTimeField(help_text="Show it from then on."),
        "until": serializers.DateTimeField(help_text="Show the next one from then on."),
    },
)


class CodeUseSerializer(serializers.Serializer[Any]):
    """What came of a payment code that a till has sent."""

    outcome = serializers.CharField(
        help_text="started, captured, claimed (the PIN is wanted), or the refusal's code."
    )
    used_at = serializers.DateTimeField()
    needs = serializers.ListField(
        child=serializers.CharField(), help_text="pin while the charge waits for it."
    )
    charge = PayerChargeSerializer()


PAYMENT_CODES = inline_serializer(
    "PaymentCodes",
    {
        "data": serializers.ListSerializer(child=PAYMENT_CODE),
        "stopped": serializers.BooleanField(help_text="Whether the owner has stopped them."),
        "last_use": CodeUseSerializer(allow_null=True),
        "server_time": serializers.DateTimeField(help_text="The clock that decides."),
    },
)


class WalletSerializer(serializers.Serializer[Any]):
    """A wallet."""

    id = serializers.CharField(help_text="wl_…")
    name = serializers.CharField()
    balance = MoneySerializer()
    available = MoneySerializer(help_text="What of it may be spent.")


class FieldProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="amount.amount_minor, pin, …")
    code = serializers.CharField()
    detail = serializers.CharField()


# Its `errors` is a name the framework's serializers use otherwise, as pages' `data` is.
PROBLEM = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(help_text="/api/docs/#code"),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "code": serializers.CharField(help_text="Stable: programs decide by it."),
        "detail": serializers.CharField(help_text="One sentence for people."),
        "errors": FieldProblemSerializer(many=True, required=False),
        "charge_status": serializers.ChoiceField(
            ChargeStatus.choices,
            required=False,
            help_text="The true status, for the loser of a race.",
        ),
        "left_minor": serializers.IntegerField(
            required=False, help_text="With static_limit_reached."
        ),
        "tries_left": serializers.IntegerField(required=False, help_text="With pin_wrong."),
        "refundable_minor": serializers.IntegerField(
            required=False, help_text="With refund_exceeds_captured."
        ),
    },
)
