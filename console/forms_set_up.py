"""The form by which an installation is set up, on a page and in a terminal."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from iso4217 import Currency

from console.set_up import NewOperator, NewOrganisation
from foundation.forms import LineField, PageForm
from identity.forms import NewPasswordField
from merchants.forms_join import LEGAL_FORMS
from merchants.forms_stores import AddressForm
from merchants.models import LegalForm, Licence
from merchants.time_zones import find_time_zone, list_time_zones

LICENCES = {
    Licence.LIMITED_NETWORK: _("Limited network: money for our own shops or place alone"),
    Licence.E_MONEY: _("Licensed e-money institution"),
}
_CHOOSE = _("Choose one")
# Units of funds, metals and tests: nobody pays a coffee with them.
_NO_MONEY = {"XXX", "XTS", "XAU", "XAG", "XPD", "XPT", "XDR", "XSU", "XUA", "XBA", "XBB"}
_NO_MONEY |= {"XBC", "XBD", "BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"}


def list_all_currencies() -> list[tuple[str, str]]:
    """List the currencies of ISO 4217 that people pay with, as code and name."""
    usable = [each for each in Currency if each.code not in _NO_MONEY]
    return sorted((each.code, f"{each.code} - {each.currency_name}") for each in usable)


class CodeForm(PageForm):
    """The code from the log."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Twelve signs, such as 7K4M-92QX-P3RT. The log of the web shows it."),
        error_messages={"required": _("Type the code that the log shows.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class SetUpForm(AddressForm):
    """Who runs the installation, and who its first operator is."""

    field_order = ("legal_name", "legal_form", "licence")

    legal_name = LineField(
        label=_("Name in law"),
        ask=_("Type the name in the register, in up to 140 letters."),
        max_length=140,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    legal_form = forms.ChoiceField(
        label=_("Legal form"),
        choices=[("", _CHOOSE), *LEGAL_FORMS.items()],
        error_messages={
            "required": _("Choose the legal form."),
            "invalid_choice": _("Choose the legal form."),
        },
    )
    licence = forms.ChoiceField(
        label=_("By which right you hold customers' money"),
        choices=[("", _CHOOSE), *LICENCES.items()],
        help_text=_("Without a licence the law allows a limited network alone."),
        error_messages={
            "required": _("Choose by which right you hold customers' money."),
            "invalid_choice": _("Choose by which right you hold customers' money."),
        },
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=list_all_currencies,
        help_text=_("Customers' wallets hold it. It cannot be changed later."),
        error_messages={
            "required": _("Choose the currency."),
            "invalid_choice": _("Choose the currency."),
        },
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=lambda: [
            ("", _("The country's")),
            *((name, name.replace("_", " ")) for name in list_time_zones()),
        ],
        help_text=_("The console shows its times in it."),
        error_messages={"invalid_choice": _("Choose one of the time zones.")},
    )
    name = LineField(
        label=_("Your name"),
        ask=_("Type your name, in up to 80 letters."),
        max_length=80,
        help_text=_("It stands in the log beside all that you decide."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("You sign in with it."),
        error_messages={
            "required": _("Type your e-mail address: you sign in with it."),
            "invalid": _("Type an e-mail address such as mary@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = NewPasswordField()

    def clean(self) -> dict[str, Any]:
        """Hold the time zone against the country."""
        typed = super().clean()
        country = typed.get("country", "")
        if country and "time_zone" in typed:
            zone = find_time_zone(country, wanted=typed["time_zone"])
            if zone is None:
                self.add_error("time_zone", gettext("Choose a time zone of the country."))
            typed["time_zone"] = zone
        return typed

    def read_organisation(self) -> NewOrganisation:
        """Return the organisation that was typed."""
        typed = self.cleaned_data
        return NewOrganisation(
            legal_name=typed["legal_name"],
            legal_form=LegalForm(typed["legal_form"]),
            licence=Licence(typed["licence"]),
            address=self.read_address(),
            currency=typed["currency"],
            time_zone=typed["time_zone"],
        )

    def read_operator(self) -> NewOperator:
        """Return the first operator who was typed."""
        typed = self.cleaned_data
        return NewOperator(name=typed["name"], email=typed["email"], password=typed["password"])
