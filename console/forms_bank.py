"""The console's forms about bank accounts, files and breaks."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banking.errors import IbanOutOfReach, IbanRefused
from banking.ibans import read_iban
from banking.models import BankAccount, Break, CsvMapping, DateOrder
from banking.payees import Payee
from foundation.forms import LineField, PageForm
from identity.sign_in import find_by_address, normalize_phone
from ledger.errors import AmountUnreadable
from ledger.money import format_money
from ledger.typed import read_money
from merchants.forms_stores import AddressForm
from merchants.models import Organisation
from wallet.models import Wallet

_ASK_FILE = _("Choose a file of the bank.")
_ASK_HOLDER = _("Type the holder as the bank writes it, in up to 70 letters.")
_NO_WALLET = _("Nobody with a wallet has this e-mail address or number.")


_Words = str | Promise


def _line(
    label: _Words, *, ask: _Words, most: int, required: bool = True, hint: _Words = ""
) -> LineField:
    return LineField(
        label=label,
        ask=ask,
        max_length=most,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ChangedAccountForm(AddressForm):
    """Whose an account is, and where the holder is."""

    holder = _line(_("Account holder"), ask=_ASK_HOLDER, most=70)
    bic = _line(
        _("BIC"),
        ask=_("Type the BIC, 8 or 11 signs, or nothing."),
        most=11,
        required=False,
        hint=_("Found by the IBAN where that is possible."),
    )

    field_order = ("iban", "currency", "holder", "bic")

    def read_facts(self) -> dict[str, str]:
        """Return what was typed."""
        typed = self.cleaned_data
        names = ("holder", "street", "building_number", "postcode", "town", "country")
        return {name: typed[name] for name in names} | {"bic": typed["bic"].upper()}

    @classmethod
    def of(cls, account: BankAccount) -> "ChangedAccountForm":
        """Return the form as it shows an account."""
        return cls(initial={name: getattr(account, name) for name in cls.base_fields})


class NewAccountForm(ChangedAccountForm):
    """A new account; its number and currency are for good."""

    iban = _line(_("IBAN"), ask=_("Type the IBAN."), most=60)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=lambda: [(code, code) for code in settings.CURRENCIES]
    )

    def clean(self) -> dict[str, Any]:
        """Read the IBAN, and find the BIC by it if none was typed."""
        typed = super().clean()
        if typed.get("iban") and typed.get("currency"):
            try:
                found = read_iban(typed["iban"], currency=typed["currency"])
            except (IbanRefused, IbanOutOfReach) as refusal:
                self.add_error("iban", str(refusal))
            else:
                typed["iban"] = found.iban
                typed["bic"] = typed.get("bic") or found.bic
        return typed

    @classmethod
    def of_organisation(cls, organisation: Organisation | None) -> "NewAccountForm":
        """Return the form with the organisation as the holder, who it is as a rule."""
        if organisation is None:
            return cls()
        parts = ("street", "building_number", "postcode", "town", "country", "currency")
        address = {part: getattr(organisation, part) for part in parts}
        return cls(initial={"holder": organisation.legal_name[:70]} | address)

    def read_account(self) -> BankAccount:
        """Return the account that was typed."""
        typed = self.cleaned_data
        return BankAccount(iban=typed["iban"], currency=typed["currency"], **self.read_facts())


class MappingForm(PageForm):
    """How an account's CSV files are read: the columns are named as in the file."""

    name = _line(_("Name"), ask=_("Type a name for it."), most=60)
    delimiter = forms.ChoiceField(
        label=_("Between fields"),
        choices=[(";", _("Semicolon")), (",", _("Comma")), ("\t", _("Tab"))],
    )
    encoding = forms.ChoiceField(
        label=_("Letters"),
        choices=[("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("iso8859-15", "Latin-9")],
    )
    decimal_mark = forms.ChoiceField(
        label=_("Before decimals"), choices=[(",", _("Comma")), (".", _("Point"))]
    )
    date_order = forms.ChoiceField(
        label=_("Dates"),
        choices=[
            (DateOrder.DAY_FIRST, _("Day, month, year")),
            (DateOrder.MONTH_FIRST, _("Month, day, year")),
            (DateOrder.YEAR_FIRST, _("Year, month, day")),
        ],
    )
    booked_on = _line(
        _("Column of the booking day"), ask=_("Type the column's title."), most=60
    )
    amount = _line(
        _("Column of the amount"),
        ask=_("Type the column's title."),
        most=60,
        required=False,
        hint=_("With its sign. Leave it empty if money in and money out have columns."),
    )
    money_in = _line(_("Money in"), ask=_("Type the column's title."), most=60, required=False)
    money_out = _line(
        _("Money out"), ask=_("Type the column's title."), most=60, required=False
    )
    currency = _line(_("Currency"), ask=_("Type the column's title."), most=60, required=False)
    party_name = _line(
        _("Name of the other side"), ask=_("Type the column's title."), most=60, required=False
    )
    party_iban = _line(
        _("IBAN of the other side"), ask=_("Type the column's title."), most=60, required=False
    )
    remittance = _line(_("Text"), ask=_("Type the column's title."), most=60, required=False)
    bank_reference = _line(
        _("Bank's reference"), ask=_("Type the column's title."), most=60, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one way to the amount."""
        typed = super().clean() or self.cleaned_data
        in_two = bool(typed.get("money_in") and typed.get("money_out"))
        if bool(typed.get("amount")) == in_two:
            self.add_error(
                "amount", str(_("Name one column with a sign, or one for each direction."))
            )
        return typed

    def read_mapping(self, account: BankAccount) -> CsvMapping:
        """Return the mapping that was typed."""
        typed = {name: self.cleaned_data[name] for name in self.base_fields}
        return CsvMapping(account=account, **typed)


class StatementForm(PageForm):
    """A file of the bank."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("camt.053, camt.054, MT940, or CSV by one of your mappings."),
        error_messages={
            "required": _ASK_FILE,
            "invalid": _ASK_FILE,
            "missing": _ASK_FILE,
            "empty": _("The file is empty."),
        },
    )
    mapping = forms.ModelChoiceField(
        label=_("CSV mapping"),
        queryset=CsvMapping.objects.order_by("name"),
        required=False,
        empty_label=_("No CSV"),
        error_messages={"invalid_choice": _("Choose one of the mappings.")},
    )


class BreakForm(PageForm):
    """One of the forms on a break's page; its fields' ids are its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["auto_id"] = f"{type(self).__name__.lower()}_%s"
        super().__init__(*args, **options)


class NoteForm(BreakForm):
    """Why something is decided."""

    note = _line(_("Note"), ask=_("Type up to 200 letters."), most=200, required=False)


class KeepForm(BreakForm):
    """Why money stays where it is."""

    note = _line(_("Why?"), ask=_("Type what it waits for, in up to 200 letters."), most=200)


class CreditForm(NoteForm):
    """Whose money it is."""

    address = _line(
        _("Customer's e-mail or phone number"), ask=_("Type whose wallet it is."), most=254
    )

    field_order = ("address", "note")

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._currency = currency

    def clean_address(self) -> Wallet:
        """Find the wallet."""
        typed = self.cleaned_data["address"]
        user = find_by_address(
            typed.lower() if "@" in typed else normalize_phone(typed) or typed
        )
        wallets = Wallet.objects.filter(currency=self._currency).select_related("user")
        wallet = user and wallets.filter(user=user).first()
        if not wallet:
            raise forms.ValidationError(str(_NO_WALLET))
        return wallet


class SendBackForm(NoteForm):
    """To whom money goes back."""

    name = _line(_("Name"), ask=_("Type the name, in up to 70 letters."), most=70)
    iban = _line(_("IBAN"), ask=_("Type the IBAN."), most=60)
    town = _line(
        _("Town"),
        ask=_("Type the town."),
        most=35,
        required=False,
        hint=_("Outside the European Economic Area banks want town and country."),
    )
    country = _line(
        _("Country, two letters"), ask=_("Type two letters."), most=2, required=False
    )

    field_order = ("name", "iban", "town", "country", "note")

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency

    @classmethod
    def of(cls, row: Break) -> "SendBackForm":
        """Return the form with what the bank told of the sender."""
        entry = row.entry
        initial = {"name": entry.party_name[:70], "iban": entry.party_iban}
        return cls(initial=initial, currency=row.currency)

    def clean_iban(self) -> str:
        """Read the IBAN."""
        try:
            return read_iban(self.cleaned_data["iban"], currency=self.currency).iban
        except (IbanRefused, IbanOutOfReach) as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def read_payee(self) -> Payee:
        """Return to whom it goes."""
        typed = self.cleaned_data
        return Payee(
            name=typed["name"],
            iban=typed["iban"],
            town=typed["town"],
            country=typed["country"].upper(),
        )


class SplitForm(BreakForm):
    """What one part of the money is; the rest is the other."""

    amount = forms.CharField(
        label=_("One part"),
        max_length=40,
        help_text=_("The rest becomes the other part."),
        error_messages={"required": _("Type the amount of one part.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, whole: Break, **options: Any) -> None:
        super().__init__(*args, **options)
        self.whole = whole

    def clean_amount(self) -> int:
        """Read the amount in minor units; something must be left for the other part."""
        currency, whole_minor = self.whole.currency, abs(self.whole.amount_minor)
        try:
            part_minor = read_money(self.cleaned_data["amount"], currency)
        except AmountUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if not 0 < part_minor < whole_minor:
            words = gettext("Type more than zero and less than %(whole)s.")
            raise forms.ValidationError(words % {"whole": format_money(whole_minor, currency)})
        return part_minor
