"""The dashboard's form about what can be chosen of an item."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm, PageForm
from ledger.errors import AmountUnreadable
from ledger.money import format_number
from ledger.typed import read_money
from merchants.models import Store
from pos.models import OptionGroup
from pos.option_groups import GroupFacts, OptionFacts

_ROWS_MAX = 24
_BLANK_ROWS = 4
_NUMBERS = dict.fromkeys(
    ["required", "invalid", "min_value", "max_value"], _("Type a number from 0 to 24.")
)


class GroupForm(PageForm):
    """A group of options of an item; a row without a name is no option."""

    name = LineField(
        label=_("What is chosen"),
        ask=_("Type what is chosen, in up to 40 letters."),
        max_length=40,
        help_text=_("Such as “Size” or “Milk”. The till shows it above the choices."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    least = forms.IntegerField(
        label=_("At least how many"),
        min_value=0,
        max_value=_ROWS_MAX,
        initial=1,
        error_messages=_NUMBERS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    most = forms.IntegerField(
        label=_("At most how many"),
        min_value=1,
        max_value=_ROWS_MAX,
        initial=1,
        error_messages=_NUMBERS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, store: Store, count: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.store = store
        if self.is_bound:
            count = sum(f"name_{row}" in self.data for row in range(_ROWS_MAX)) - _BLANK_ROWS
        self.count = min(max(count, 0) + _BLANK_ROWS, _ROWS_MAX)
        for row in range(self.count):
            self.fields |= _make_row(row)

    @classmethod
    def of(cls, group: OptionGroup) -> "GroupForm":
        """Return the form as it shows a group."""
        store = group.item.store
        initial: dict[str, Any] = {
            "name": group.name,
            "least": group.least,
            "most": group.most,
        }
        listed = list(group.options.all())
        for row, option in enumerate(listed):
            initial |= {
                f"reference_{row}": option.public_id,
                f"name_{row}": option.name,
                f"price_{row}": _write_price(option.price_minor, store.currency),
                f"default_{row}": option.is_default,
                f"out_{row}": option.is_sold_out,
            }
        return cls(initial=initial, store=store, count=len(listed))

    def list_rows(self) -> list[dict[str, Any]]:
        """List the rows' fields, for the page."""
        names = ("reference", "name", "price", "default", "out")
        return [{name: self[f"{name}_{row}"] for name in names} for row in range(self.count)]

    def clean(self) -> dict[str, Any]:
        """Read the options, and refuse numbers that they cannot have."""
        typed = super().clean() or {}
        options = [*filter(None, (self._read_option(typed, row) for row in range(self.count)))]
        typed["options"] = options
        if self.errors:
            return typed
        if not options:
            self.add_error("name_0", gettext("Type at least one choice."))
        elif len({each.name for each in options}) < len(options):
            self.add_error("name_0", gettext("Two choices have the same name."))
        elif typed["least"] > typed["most"]:
            self.add_error("most", gettext("Type at least as many as above."))
        elif typed["least"] > len(options):
            self.add_error("least", gettext("There are fewer choices than that."))
        elif sum(each.is_default for each in options) > typed["most"]:
            self.add_error("most", gettext("More than these are chosen from the start."))
        return typed

    def _read_option(self, typed: dict[str, Any], row: int) -> OptionFacts | None:
        if not typed.get(f"name_{row}"):
            return None
        try:
            price_minor = _read_price(typed.get(f"price_{row}", ""), self.store.currency)
        except AmountUnreadable as refusal:
            self.add_error(f"price_{row}", str(refusal))
            return None
        return OptionFacts(
            reference=typed.get(f"reference_{row}", ""),
            name=typed[f"name_{row}"],
            price_minor=price_minor,
            is_default=typed.get(f"default_{row}", False),
            is_sold_out=typed.get(f"out_{row}", False),
        )

    def read_facts(self) -> GroupFacts:
        """Return what was typed."""
        typed = self.cleaned_data
        return GroupFacts(
            name=typed["name"],
            least=typed["least"],
            most=typed["most"],
            options=typed["options"],
        )


class NewGroupForm(GroupForm, MakingForm):
    """A new group."""


def _make_row(row: int) -> dict[str, forms.Field]:
    text = {"autocomplete": "off"}
    return {
        f"reference_{row}": forms.CharField(
            required=False, max_length=40, widget=forms.HiddenInput
        ),
        f"name_{row}": LineField(
            label=_("Choice"),
            ask=_("Type the choice in up to 40 letters, or nothing."),
            max_length=40,
            required=False,
            widget=forms.TextInput(attrs=text),
        ),
        f"price_{row}": forms.CharField(
            label=_("Adds"),
            max_length=40,
            required=False,
            widget=forms.TextInput(attrs=text | {"dir": "ltr"}),
        ),
        f"default_{row}": forms.BooleanField(label=_("Chosen from the start"), required=False),
        f"out_{row}": forms.BooleanField(label=_("Sold out"), required=False),
    }


def _read_price(text: str, currency: str) -> int:
    """Read what is added, with a sign; nothing adds nothing."""
    typed = text.strip().replace("\N{MINUS SIGN}", "-")
    amount = typed.lstrip("+-").strip()
    if not amount.strip("0.,"):
        return 0
    return (
        -read_money(amount, currency) if typed.startswith("-") else read_money(amount, currency)
    )


def _write_price(minor: int, currency: str) -> str:
    number = format_number(abs(minor), currency)
    return f"-{number}" if minor < 0 else number if minor else ""
