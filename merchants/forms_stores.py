"""The dashboard's forms about stores."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm, PageForm
from merchants.addresses import WITHOUT_POSTCODE, Address, list_countries
from merchants.models import Store
from merchants.organisations import list_currencies
from merchants.stores import WEEK, Hours, read_address, read_hours


class AddressForm(PageForm):
    """The parts of an address."""

    street = LineField(
        label=_("Street"),
        ask=_("Type the street, in up to 70 letters."),
        max_length=70,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    building_number = LineField(
        label=_("Number"),
        ask=_("Type the number of the building, in up to 16 letters."),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    postcode = LineField(
        label=_("Postcode"),
        ask=_("Type the postcode, in up to 16 letters."),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    town = LineField(
        label=_("Town"),
        ask=_("Type the town, in up to 35 letters."),
        max_length=35,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=lambda: [("", _("Choose one")), *list_countries(get_language() or "en")],
        error_messages={
            "required": _("Choose the country."),
            "invalid_choice": _("Choose the country."),
        },
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the postcode wherever the country has them: banks refuse to do without."""
        typed = super().clean() or self.cleaned_data
        country = typed.get("country")
        is_missing = "postcode" not in self.errors and not typed.get("postcode")
        if country and country not in WITHOUT_POSTCODE and is_missing:
            self.add_error("postcode", gettext("Type the postcode, in up to 16 letters."))
        return typed

    def read_address(self) -> Address:
        """Return the address that was typed."""
        typed = self.cleaned_data
        return Address(
            street=typed["street"],
            building_number=typed["building_number"],
            postcode=typed["postcode"],
            town=typed["town"],
            country=typed["country"],
        )


class _NamedForm(AddressForm):
    field_order = ("name",)

    name = LineField(
        label=_("Name"),
        ask=_("Type the name that customers know, in up to 80 letters."),
        max_length=80,
        help_text=_("Customers see it before they pay, and on receipts."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class StoreForm(_NamedForm):
    """A store's name and address."""

    @classmethod
    def of(cls, store: Store) -> "StoreForm":
        """Return the form as it shows a store."""
        address = read_address(store)
        parts = ("street", "building_number", "postcode", "town", "country")
        return cls(
            initial={part: getattr(address, part) for part in parts} | {"name": store.name}
        )


class NewStoreForm(_NamedForm, MakingForm):
    """A new store; its currency is for good."""

    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=lambda: [(code, code) for code in list_currencies()],
        help_text=_("It cannot be changed later: sales, refunds and settlements are in it."),
        error_messages={
            "required": _("Choose the currency."),
            "invalid_choice": _("Choose the currency."),
        },
    )


class HoursForm(PageForm):
    """When a store is open: two times for each day of the week, or none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in WEEK:
            for name, label in (("opens", _("Opens")), ("closes", _("Closes"))):
                self.fields[f"{name}_{weekday}"] = forms.TimeField(
                    label=label,
                    required=False,
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                    error_messages={"invalid": _("Type a time such as 08:30.")},
                )

    @classmethod
    def of(cls, store: Store) -> "HoursForm":
        """Return the form as it shows a store."""
        initial = {}
        for weekday, hours in read_hours(store).items():
            if hours:
                initial[f"opens_{weekday}"], initial[f"closes_{weekday}"] = hours
        return cls(initial=initial)

    def clean(self) -> dict[str, Any]:
        """Ask for both times of a day or none, and for two that differ."""
        typed = super().clean() or self.cleaned_data
        for weekday in WEEK:
            opens, closes = f"opens_{weekday}", f"closes_{weekday}"
            if opens in self.errors or closes in self.errors:
                continue
            if bool(typed[opens] is None) != bool(typed[closes] is None):
                missing = opens if typed[opens] is None else closes
                self.add_error(missing, gettext("Type both times of the day, or none."))
            elif typed[opens] is not None and typed[opens] == typed[closes]:
                self.add_error(closes, gettext("Type another time than the one it opens at."))
        return typed

    def read_hours(self) -> dict[int, Hours | None]:
        """Return the hours that were typed."""
        typed = self.cleaned_data
        return {
            weekday: (typed[f"opens_{weekday}"], typed[f"closes_{weekday}"])
            if typed[f"opens_{weekday}"] is not None
            else None
            for weekday in WEEK
        }

    def list_days(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """List the days of the week by name, each with its two fields."""
        return [
            (str(WEEKDAYS[weekday]), self[f"opens_{weekday}"], self[f"closes_{weekday}"])
            for weekday in WEEK
        ]
