"""The form of a top-up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import MakingForm
from ledger.errors import AmountUnreadable
from ledger.money import find_exponent
from ledger.typed import read_money


class TopUpForm(MakingForm):
    """How much is to come into the wallet."""

    amount = forms.CharField(
        label=_("How much?"),
        max_length=40,
        error_messages={"required": _("Type the amount.")},
        widget=forms.TextInput(
            attrs={"class": "sum", "autocomplete": "off", "inputmode": "decimal"}
        ),
    )

    wants_letter = forms.BooleanField(label=_("Tell me when it has arrived"), required=False)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.fields["amount"].widget.attrs |= {
            "data-currency": currency,
            "data-exponent": find_exponent(currency),
        }

    def clean_amount(self) -> int:
        """Read the amount in minor units."""
        try:
            return read_money(self.cleaned_data["amount"], self.currency)
        except AmountUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
