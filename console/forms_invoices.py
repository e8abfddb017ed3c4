"""The console's form about the terms of fee invoices."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm
from ledger.errors import PercentUnreadable
from ledger.typed import read_percent
from merchants.errors import VatNumberUnreadable
from merchants.invoice_terms import NewTerms
from merchants.vat_numbers import read_vat_number

_ASK_MONTH = _("Type a month, such as 2026-12.")
_ASK_RATE = _("Type the rate of VAT, such as 23, or 0.")
_ASK_NUMBER = _("Type it in up to 40 letters.")
_ASK_EXEMPTION = _("Type the reason in up to 200 letters.")
_WHOLE_BPS, _LAST_YEAR = 10_000, 2999


class TermsForm(MakingForm):
    """The operator's tax number, and the VAT on fees, from a month on."""

    vat_number = LineField(
        label=_("Your VAT number"),
        ask=_ASK_NUMBER,
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tax_number = LineField(
        label=_("Your tax number"),
        ask=_ASK_NUMBER,
        max_length=40,
        required=False,
        help_text=_("Only if you have no VAT number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    percent = LineField(
        label=_("VAT in the fees, in %"),
        ask=_ASK_RATE,
        max_length=10,
        help_text=_("Shops pay the same fee with any rate: it is in the fee."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    exemption = LineField(
        label=_("Why no VAT is charged"),
        ask=_ASK_EXEMPTION,
        max_length=200,
        required=False,
        help_text=_("Invoices say it. Only with a rate of 0."),
    )
    month = forms.CharField(
        label=_("From the month on"),
        max_length=7,
        error_messages={"required": _ASK_MONTH, "max_length": _ASK_MONTH},
        help_text=_("Months before it are billed by earlier terms, or not at all without any."),
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-12"}),
    )

    def __init__(self, *args: Any, country: str, **options: Any) -> None:
        """Read the VAT number by the rules of the operator's country."""
        super().__init__(*args, **options)
        self._country = country

    def clean_vat_number(self) -> str:
        """Return the number with its prefix; refuse one with wrong check digits."""
        typed: str = self.cleaned_data["vat_number"]
        if not typed:
            return ""
        try:
            return read_vat_number(typed, self._country)
        except VatNumberUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_percent(self) -> int:
        """Return the rate in basis points."""
        try:
            rate_bps = read_percent(self.cleaned_data["percent"])
        except PercentUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if rate_bps >= _WHOLE_BPS:
            raise forms.ValidationError(str(_ASK_RATE))
        return rate_bps

    def clean_month(self) -> date:
        """Return the month's first day."""
        try:
            first_day = date.fromisoformat(f"{self.cleaned_data['month'].strip()}-01")
        except ValueError:
            raise forms.ValidationError(str(_ASK_MONTH)) from None
        if first_day.year > _LAST_YEAR:
            raise forms.ValidationError(str(_ASK_MONTH))
        return first_day

    def clean(self) -> None:
        """Refuse terms that an invoice cannot say."""
        typed = self.cleaned_data
        if {"vat_number", "tax_number"} <= set(typed) and not (
            typed["vat_number"] or typed["tax_number"]
        ):
            self.add_error("vat_number", gettext("Type one of the two numbers."))
        if {"percent", "exemption"} <= set(typed):
            if typed["percent"] and typed["exemption"]:
                words = gettext("Leave it out: with this rate VAT is charged.")
                self.add_error("exemption", words)
            elif not typed["percent"] and not typed["exemption"]:
                words = gettext("Type the reason: invoices without VAT have to say it.")
                self.add_error("exemption", words)

    def read_terms(self) -> NewTerms:
        """Return what was typed."""
        typed = self.cleaned_data
        return NewTerms(
            applies_from=typed["month"],
            vat_number=typed["vat_number"],
            tax_number=typed["tax_number"],
            vat_bps=typed["percent"],
            exemption=typed["exemption"],
        )
