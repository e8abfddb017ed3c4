"""The form by which a shop joins."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm
from identity.sign_in import read_new_phone
from merchants.applications import Applicant
from merchants.errors import VatNumberUnreadable
from merchants.forms_stores import AddressForm
from merchants.models import LegalForm
from merchants.time_zones import find_time_zone, list_time_zones
from merchants.trades import TRADES
from merchants.vat_numbers import read_vat_number

LEGAL_FORMS = {
    LegalForm.SOLE_TRADER: _("Sole trader"),
    LegalForm.COMPANY: _("Company"),
    LegalForm.PARTNERSHIP: _("Partnership"),
    LegalForm.ASSOCIATION: _("Association or charity"),
    LegalForm.PUBLIC_BODY: _("Public body"),
    LegalForm.OTHER: _("Another form"),
}
_CHOOSE = _("Choose one")


class JoinForm(AddressForm, MakingForm):
    """Who a shop is, what it sells, and who answers for it."""

    # As on the page: the first field that is wrong gets the focus.
    field_order = ("shop_name", "trade", "legal_name", "legal_form", "vat_number")

    shop_name = LineField(
        label=_("Name of the shop"),
        ask=_("Type the name that customers know, in up to 80 letters."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    trade = forms.ChoiceField(
        label=_("What it sells"),
        choices=[("", _CHOOSE), *TRADES.items()],
        error_messages={
            "required": _("Choose what the shop sells."),
            "invalid_choice": _("Choose what the shop sells."),
        },
    )
    legal_name = LineField(
        label=_("Name in law"),
        ask=_("Type the name in the register or on invoices, in up to 140 letters."),
        max_length=140,
        help_text=_(
            "As it is registered, such as “Harbour Corner Ltd”; of a sole trader, your own."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    legal_form = forms.ChoiceField(
        label=_("Legal form"),
        choices=[("", _CHOOSE), *LEGAL_FORMS.items()],
        error_messages={
            "required": _("Choose the legal form."),
            "invalid_choice": _("Choose the legal form."),
        },
    )
    vat_number = LineField(
        label=_("VAT number"),
        ask=_("Type the VAT number, in up to 20 signs, or none."),
        max_length=20,
        required=False,
        help_text=_("Empty, if the business has none."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=lambda: [
            ("", _("The country's")),
            *((name, name.replace("_", " ")) for name in list_time_zones()),
        ],
        help_text=_("Days and settlements end at midnight there."),
        error_messages={"invalid_choice": _("Choose one of the time zones.")},
    )
    contact_name = LineField(
        label=_("Your name"),
        ask=_("Type your name, in up to 80 letters."),
        max_length=80,
        help_text=_("You will own the shop's dashboard."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("A link goes there, and you sign in with it later."),
        error_messages={
            "required": _("Type your e-mail address: a link goes there."),
            "invalid": _("Type an e-mail address such as mary@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Your phone number"),
        max_length=40,
        error_messages={"required": _("Type a phone number that somebody answers.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        """Return the number in the international form."""
        number = read_new_phone(self.cleaned_data["phone"])
        if not number:
            raise forms.ValidationError(
                gettext("Type a phone number such as +353 87 123 4567.")
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Hold VAT number and time zone against the country."""
        typed = super().clean()
        country = typed.get("country", "")
        if country and typed.get("vat_number"):
            try:
                typed["vat_number"] = read_vat_number(typed["vat_number"], country)
            except VatNumberUnreadable as refusal:
                self.add_error("vat_number", str(refusal))
        if country and "time_zone" in typed:
            zone = find_time_zone(country, wanted=typed["time_zone"])
            if zone is None:
                self.add_error("time_zone", gettext("Choose a time zone of the country."))
            typed["time_zone"] = zone
        return typed

    def read_applicant(self) -> Applicant:
        """Return what was typed."""
        typed = self.cleaned_data
        said = (
            *("shop_name", "legal_name", "vat_number", "trade", "time_zone"),
            *("contact_name", "email", "phone"),
        )
        return Applicant(
            **{name: typed[name] for name in said},
            legal_form=LegalForm(typed["legal_form"]),
            address=self.read_address(),
        )
