"""The form by which a shop names its bank account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from banking.errors import IbanOutOfReach, IbanRefused
from banking.ibans import ReadIban, read_iban
from banking.payees import NAME_MAX
from foundation.forms import LineField, MakingForm
from merchants.forms_stores import AddressForm
from merchants.models import Application, Merchant
from merchants.payout_accounts import NewAccount


class BankAccountForm(AddressForm, MakingForm):
    """An account number, its holder, and the address that banks want with it."""

    iban = forms.CharField(
        label=_("IBAN"),
        max_length=60,
        help_text=_("With or without blanks, as your bank shows it."),
        error_messages={"required": _("Type the account number (IBAN).")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    holder = LineField(
        label=_("Account holder"),
        ask=_("Type the holder's name as the bank has it, in up to 70 letters."),
        max_length=NAME_MAX,
        help_text=_("As the bank has it: the name is compared with each payout."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # What was read of the number, for a page that shows the bank's name.
    read: ReadIban | None = None

    field_order = ["iban", "holder"]

    @classmethod
    def of(cls, merchant: Merchant) -> "BankAccountForm":
        """Return the form with what is known from the shop's application."""
        initial: dict[str, Any] = {"country": merchant.country}
        application = Application.objects.filter(merchant=merchant).first()
        if application is not None:
            parts = ("street", "building_number", "postcode", "town", "country")
            initial |= {part: getattr(application, part) for part in parts}
            initial["holder"] = application.legal_name[:NAME_MAX]
        return cls(initial=initial)

    def clean_iban(self) -> str:
        """Return the number without blanks."""
        try:
            self.read = read_iban(self.cleaned_data["iban"], currency=settings.CURRENCIES[0])
        except (IbanRefused, IbanOutOfReach) as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.read.iban

    def read_account(self) -> NewAccount:
        """Return what was typed."""
        assert self.read is not None, "a valid form has read the number"
        return NewAccount(
            read=self.read, holder=self.cleaned_data["holder"], address=self.read_address()
        )
