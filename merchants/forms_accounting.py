"""The dashboard's forms of a shop's books, and of the days that a journal is of."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, PageForm
from merchants.journals.books import PURPOSES, NewBook
from merchants.journals.formats import Format
from merchants.models import Book, BookAccount, BookFormat, Purpose, Settlement
from merchants.organisations import list_currencies

_HINTS: dict[Purpose, str | Promise] = {
    Purpose.CLEARING: _("What sales bring until it is paid out, such as a clearing account."),
    Purpose.REFUNDS: _("The account of sales, if refunds have none of their own."),
    Purpose.ADJUSTMENTS: _("Corrections by hand, which statements explain."),
    Purpose.TRANSIT: _("The first account again, if you book payouts when they arrive."),
    Purpose.BANK: _("Leave it empty if your program reads the bank's statements itself."),
}
# By the names of French charts of accounts.
_NAMES = {
    Purpose.CLEARING: "Créances sur l'opérateur",
    Purpose.SALES: "Ventes",
    Purpose.REFUNDS: "Remboursements",
    Purpose.FEES: "Services bancaires",
    Purpose.ADJUSTMENTS: "Régularisations",
    Purpose.TRANSIT: "Virements internes",
    Purpose.BANK: "Banque",
}
_TAX_WORDS = {"sage": "T9", "xero": "Tax Exempt"}
_TAX_CODE = re.compile("T[0-9]{1,2}")
_ASK_DAY = _("Type a day such as 2026-11-30.")
_DAYS_MAX = 366
_SHORT = {"autocomplete": "off", "spellcheck": "false"}


class _NumberField(LineField):
    def __init__(
        self, *, low: int, high: int, label: str | Promise, ask: str | Promise
    ) -> None:
        digits = {**_SHORT, "inputmode": "numeric"}
        super().__init__(
            label=label,
            ask=ask,
            max_length=len(str(high)),
            widget=forms.TextInput(attrs=digits),
        )
        self._numbers = range(low, high + 1)

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        if text and not (text.isascii() and text.isdigit() and int(text) in self._numbers):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return text and str(int(text))


class BookForm(PageForm):
    """How a shop keeps its books in a program, and the account for each purpose."""

    def __init__(
        self,
        *args: Any,
        chosen: Format,
        book: Book | None,
        accounts: dict[Purpose, BookAccount],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.chosen = chosen
        made = _make_facts(chosen)
        for name in chosen.facts:
            self.fields[name] = made[name]
            if book is not None:
                self.fields[name].initial = getattr(book, name)
        for purpose, label in PURPOSES.items():
            account = accounts.get(purpose)
            self.fields[purpose.value] = self._make_account(purpose, label, account)
            if chosen.names_accounts:
                self.fields[f"{purpose.value}_name"] = _make_name(purpose, label, account)

    @property
    def facts(self) -> list[forms.BoundField]:
        """Return the fields of how the books are kept."""
        return [self[name] for name in self.chosen.facts]

    @property
    def accounts(self) -> list[forms.BoundField]:
        """Return the fields of accounts: each number, then its name where it has one."""
        names = [name for each in PURPOSES for name in (each.value, f"{each.value}_name")]
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> None:
        """Refuse what the format refuses of an account's number."""
        length = self.cleaned_data.get("account_length")
        for purpose in PURPOSES:
            number = self.cleaned_data.get(purpose.value, "")
            if not number:
                continue
            if not self.chosen.takes(number):
                self.add_error(purpose.value, str(self.chosen.ask))
            elif length and len(number) not in {int(length), int(length) + 1}:
                words = gettext(
                    "Accounts have %(length)s digits here, those of customers one more."
                )
                self.add_error(purpose.value, words % {"length": length})

    def clean_siren(self) -> str:
        """Refuse a number whose check digit is wrong."""
        typed: str = self.cleaned_data["siren"].replace(" ", "")
        if not (typed.isascii() and typed.isdigit() and len(typed) == 9 and _is_luhn(typed)):
            raise forms.ValidationError(gettext("Type the nine digits of the SIREN."))
        return typed

    def clean_tax_word(self) -> str:
        """Refuse what is no tax code where the program has codes."""
        typed: str = self.cleaned_data["tax_word"]
        if self.chosen.key == BookFormat.SAGE and not _TAX_CODE.fullmatch(typed):
            raise forms.ValidationError(gettext("Type a tax code, T0 to T99."))
        return typed

    def read_book(self) -> NewBook:
        """Return what was typed."""
        typed = self.cleaned_data
        return NewBook(
            currency=self.chosen.only_currency or typed["currency"],
            facts={name: typed[name] for name in self.chosen.facts},
            accounts={
                purpose: (typed[purpose.value], typed.get(f"{purpose.value}_name", ""))
                for purpose in PURPOSES
            },
        )

    def _make_account(
        self, purpose: Purpose, label: str | Promise, account: BookAccount | None
    ) -> forms.Field:
        return LineField(
            label=label,
            ask=self.chosen.ask,
            max_length=100,
            required=False,
            initial=account.number if account else "",
            help_text=_HINTS.get(purpose, ""),
            widget=forms.TextInput(attrs=_SHORT),
        )


class JournalForm(PageForm):
    """The settlement, or else the days, that a journal is of."""

    settlement = forms.ChoiceField(
        label=_("Settlement"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of these settlements, or days.")},
    )
    first = forms.DateField(
        label=_("First day"),
        required=False,
        error_messages={"invalid": _ASK_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        error_messages={"invalid": _ASK_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, settlements: Sequence[Settlement], **options: Any) -> None:
        super().__init__(*args, **options)
        self._settlements = {each.public_id: each for each in settlements}
        field = self.fields["settlement"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("By days")),
            *(
                (public_id, f"ST-{each.number:04} · {each.period.last_day.isoformat()}")
                for public_id, each in self._settlements.items()
            ),
        ]

    def clean(self) -> None:
        """Refuse days without order or end."""
        if self.errors or self.cleaned_data["settlement"]:
            return
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        if first is None or last is None:
            self.add_error("first", gettext("Choose a settlement, or a first and a last day."))
        elif first.year < 2000 or last.year > 2999:
            self.add_error("first", gettext("Choose days from the year 2000 on."))
        elif not 0 <= (last - first).days < _DAYS_MAX:
            words = gettext("Choose a last day after the first one, within a year.")
            self.add_error("last", words)

    def read_settlement(self) -> Settlement | None:
        """Return the settlement that was chosen; None if days were."""
        return self._settlements.get(self.cleaned_data["settlement"])

    def read_days(self) -> tuple[date, date]:
        """Return the first and the last day."""
        return self.cleaned_data["first"], self.cleaned_data["last"]


def _make_facts(chosen: Format) -> dict[str, forms.Field]:
    return {
        "currency": forms.ChoiceField(
            label=_("Currency of the books"),
            choices=[(each, each) for each in list_currencies()],
        ),
        "year_begins": forms.TypedChoiceField(
            label=_("The financial year begins in"), choices=list(MONTHS.items()), coerce=int
        ),
        "adviser": _NumberField(
            label=_("Adviser's number (Beraternummer)"),
            ask=_("Type the adviser's number, 1001 to 9999999."),
            low=1001,
            high=9_999_999,
        ),
        "client": _NumberField(
            label=_("Client's number (Mandantennummer)"),
            ask=_("Type the client's number, 1 to 99999."),
            low=1,
            high=99_999,
        ),
        "account_length": forms.TypedChoiceField(
            label=_("Digits of account numbers (Sachkontenlänge)"),
            choices=[(digits, str(digits)) for digits in range(4, 9)],
            coerce=int,
        ),
        "siren": LineField(
            label=_("SIREN"),
            ask=_("Type the nine digits of the SIREN."),
            max_length=11,
            widget=forms.TextInput(attrs={**_SHORT, "inputmode": "numeric"}),
        ),
        "journal_code": forms.RegexField(
            "^[0-9A-Za-z]{1,6}$",
            label=_("Code of the journal"),
            initial="TES",
            error_messages=dict.fromkeys(
                ["required", "invalid"], _("Type a code of up to 6 letters and digits.")
            ),
        ),
        "tax_word": LineField(
            label=_("The program's name for “no tax”"),
            ask=_("Type it as the program has it, in up to 50 letters."),
            max_length=50,
            initial=_TAX_WORDS.get(chosen.key, ""),
            widget=forms.TextInput(attrs=_SHORT),
        ),
    }


def _make_name(
    purpose: Purpose, label: str | Promise, account: BookAccount | None
) -> forms.Field:
    named = gettext("Name of: %(account)s") % {"account": label}
    return LineField(
        label=named,
        ask=_("Type the account's name in up to 60 letters."),
        max_length=60,
        initial=account.name if account else _NAMES[purpose],
        widget=forms.TextInput(attrs=_SHORT),
    )


def _is_luhn(digits: str) -> bool:
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits))]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0
