"""What the API answers about codes: those that were scanned, and those that are printed."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from api.shapes import MoneySerializer, PayeeSerializer, PayerChargeSerializer

SCAN_KINDS = (
    "charge",
    "static",
    "payment",
    "payment_code",
    "foreign_code",
    "foreign",
    "web_address",
    "altered",
    "mistyped",
    "text",
    "empty",
)


class PartSerializer(serializers.Serializer[Any]):
    """A code that is one of several which say something only together."""

    number = serializers.IntegerField(help_text="Counted from 1.")
    total = serializers.IntegerField()


PICTURE_TEXTS = inline_serializer(
    "PictureTexts",
    {
        "texts": serializers.ListField(
            child=serializers.CharField(),
            help_text="Of each QR code and Code 128, from top to bottom.",
        ),
        "parts": PartSerializer(
            many=True,
            help_text="Parts of split codes whose other parts are not in the picture.",
        ),
    },
)


class StaticCodeSerializer(serializers.Serializer[Any]):
    """A printed code, at which payers type the amount."""

    id = serializers.CharField(help_text="sc_…")
    store = serializers.CharField(help_text="st_…")
    terminal = serializers.CharField(
        allow_null=True, help_text="tm_… of the till that announces it; null for every till."
    )
    name = serializers.CharField(help_text="The payee, as printed.")
    place = serializers.CharField(help_text="Where it hangs.")
    short_code = serializers.CharField(help_text="8 characters, for those who cannot scan.")
    cap = MoneySerializer(help_text="The most a customer pays in a day of the shop.")
    link = serializers.CharField(help_text="What the print carries, signed.")
    sheet = serializers.CharField(help_text="Address of the print as PDF.")
    undrawn = serializers.ListField(
        child=serializers.CharField(),
        help_text="Letters that no font here holds: the print shows a box for each.",
    )
    created_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


STATIC_CODES = inline_serializer(
    "StaticCodes",
    {
        "data": StaticCodeSerializer(many=True),
        "next": serializers.CharField(allow_null=True, help_text="Always null: there are few."),
    },
)


class StaticPayeeSerializer(serializers.Serializer[Any]):
    """A printed code as its payer sees it."""

    id = serializers.CharField(help_text="sc_…")
    place = serializers.CharField(help_text="Where it hangs.")
    currency = serializers.CharField()
    cap = MoneySerializer(help_text="The most a customer pays in a day of the shop.")
    is_revoked = serializers.BooleanField()
    merchant = PayeeSerializer()
    store_name = serializers.CharField()
    store_address = serializers.CharField()


class ForeignPayeeSerializer(serializers.Serializer[Any]):
    """Whom a code of another system names; nobody has checked it."""

    name = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()


class ScanSerializer(serializers.Serializer[Any]):
    """What was scanned, and what this wallet can do with it."""

    kind = serializers.ChoiceField(SCAN_KINDS, help_text="The guide says what each is.")
    payable = serializers.BooleanField(help_text="By this wallet, at this moment.")
    title = serializers.CharField(help_text="The name of the scheme or host; may be empty.")
    detail = serializers.CharField(help_text="What it is and what to do, for people.")
    charge = PayerChargeSerializer(required=False, help_text="With charge.")
    static_code = StaticPayeeSerializer(required=False, help_text="With static.")
    left = MoneySerializer(
        required=False, help_text="With static: what you may still pay by it today."
    )
    host = serializers.CharField(
        required=False, help_text="With web_address and foreign; never followed."
    )
    scheme = serializers.CharField(
        required=False, help_text="With payment, foreign_code and altered: pix, qris, …"
    )
    payee = ForeignPayeeSerializer(required=False, help_text="With payment.")
    amount = MoneySerializer(
        required=False, allow_null=True, help_text="With payment; null if the payer types it."
    )
    currency = serializers.CharField(
        required=False, allow_null=True, help_text="With payment; also without an amount."
    )
    reference = serializers.CharField(required=False, help_text="With payment.")
    remarks = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="With payment: rules of its format that the code does not keep to.",
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="With payment, where the code says it."
    )
