"""The dashboard's form of a store's discounts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm
from ledger.errors import PercentUnreadable
from ledger.typed import read_percent, write_percent
from merchants.models import Store
from pos.discount_rules import (
    Reason,
    ReasonUnreadable,
    list_reasons,
    read_reasons,
    write_reasons,
)
from pos.discounts import read_cap


class DiscountsForm(PageForm):
    """How far cashiers may go, and what discounts are given for."""

    cap = forms.CharField(
        label=_("Cashiers may give up to, in percent"),
        max_length=20,
        error_messages={"required": _("Type a rate from 0 to 100, such as 13.5.")},
        help_text=_("More takes a manager's PIN at the till, sale by sale."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    reasons = forms.CharField(
        label=_("Reasons, one a line"),
        max_length=1000,
        required=False,
        help_text=_(
            "With a percentage at its end, such as “Staff 20 %”, a reason is one tap on the"
            " till. Receipts show it."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @classmethod
    def of(cls, store: Store) -> "DiscountsForm":
        """Return the form as it shows a store's choice."""
        cap = write_percent(read_cap(store))
        return cls(initial={"cap": cap, "reasons": write_reasons(list_reasons(store))})

    def clean_cap(self) -> int:
        """Read the cap in basis points."""
        try:
            return read_percent(self.cleaned_data["cap"])
        except PercentUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_reasons(self) -> list[Reason]:
        """Read the reasons."""
        try:
            return read_reasons(self.cleaned_data["reasons"])
        except ReasonUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
