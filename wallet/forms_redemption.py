"""The form by which a customer takes money out."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from banking.errors import IbanOutOfReach, IbanRefused
from banking.ibans import ReadIban, read_iban
from banking.payees import NAME_MAX, Payee, wants_address
from foundation.forms import LineField, MakingForm
from identity.forms import KnownPinField
from ledger.errors import AmountUnreadable
from ledger.typed import read_money
from merchants.addresses import list_countries


class RedemptionForm(MakingForm):
    """How much, to which account, and the PIN; an address only where banks want one."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=40,
        error_messages={"required": _("Type the amount.")},
        widget=forms.TextInput(
            attrs={"class": "big", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    iban = forms.CharField(
        label=_("IBAN of your account"),
        max_length=60,
        error_messages={"required": _("Type the account number (IBAN).")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    holder = LineField(
        label=_("Account holder"),
        ask=_("Type your name as the bank has it, in up to 70 letters."),
        max_length=NAME_MAX,
        help_text=_("Your own name: money goes to an account of yours alone."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    town = LineField(
        label=_("Your town"),
        ask=_("Type the town, in up to 35 letters."),
        max_length=35,
        required=False,
        help_text=_("Banks want it with an account in that country."),
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(
        label=_("Country where you live"),
        required=False,
        choices=lambda: [("", ""), *list_countries(get_language() or "en")],
        error_messages={"invalid_choice": _("Choose the country.")},
    )
    pin = KnownPinField()
    read: ReadIban | None = None

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._currency = currency

    @property
    def asks_for_address(self) -> bool:
        """Return whether the account that was typed is one with which banks want an address."""
        return self.read is not None and wants_address(self.read.iban)

    def clean_amount(self) -> int:
        """Return the amount in minor units."""
        try:
            return read_money(self.cleaned_data["amount"], self._currency)
        except AmountUnreadable as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean_iban(self) -> str:
        """Return the number without blanks."""
        try:
            self.read = read_iban(self.cleaned_data["iban"], currency=self._currency)
        except (IbanRefused, IbanOutOfReach) as refusal:
            raise ValidationError(str(refusal)) from refusal
        return self.read.iban

    def read_payee(self) -> Payee:
        """Return the account that was typed."""
        assert self.read is not None, "a valid form has read the number"
        typed = self.cleaned_data
        address = {part: typed[part] for part in ("town", "country")}
        return Payee(
            name=typed["holder"],
            iban=self.read.iban,
            bic=self.read.bic,
            **(address if self.asks_for_address else {}),
        )
