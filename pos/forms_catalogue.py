"""The dashboard's forms about categories, counts and pictures of items."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.digits import fold_digits
from foundation.forms import LineField, MakingForm, PageForm
from pos.item_imports import BYTES_MAX
from pos.models import Category, ItemColor
from pos.stock import STOCK_MAX

_ASK_COUNT = _("Type a whole number such as 12.")


class CategoryForm(PageForm):
    """A category's name and colour."""

    name = LineField(
        label=_("Name"),
        ask=_("Type the category's name, in up to 40 letters."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    color = forms.ChoiceField(
        label=_("Colour on the till"),
        choices=ItemColor.choices,
        required=False,
        help_text=_("Items that have no colour of their own are shown in it."),
        error_messages={"invalid_choice": _("Choose one of the colours.")},
    )

    @classmethod
    def of(cls, category: Category) -> "CategoryForm":
        """Return the form as it shows a category."""
        return cls(initial={"name": category.name, "color": category.color})

    def read_color(self) -> ItemColor:
        """Return the colour that was chosen."""
        return ItemColor(self.cleaned_data["color"])


class NewCategoryForm(CategoryForm, MakingForm):
    """A new category."""


class CountField(forms.CharField):
    """A whole number, in the digits of any script, perhaps with a sign before it."""

    def __init__(self, *, is_signed: bool = False, **options: object) -> None:
        super().__init__(
            max_length=12,
            error_messages={"required": _ASK_COUNT, "max_length": _ASK_COUNT},
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
            **options,  # type: ignore[arg-type]  # as a text field takes them
        )
        self._is_signed = is_signed

    def clean(self, value: object) -> int:
        """Return the number."""
        typed = fold_digits(super().clean(value)).replace("\N{MINUS SIGN}", "-")
        sign, digits = ("-", typed[1:]) if typed.startswith("-") else ("", typed.lstrip("+"))
        if not digits.isdecimal() or (sign and not self._is_signed):
            raise forms.ValidationError(_ASK_COUNT)
        if int(digits) > STOCK_MAX:
            raise forms.ValidationError(_("A count is at most a million."))
        return int(sign + digits)


class CountForm(MakingForm):
    """How many of an item somebody counted."""

    left = CountField(label=_("How many there are"))


class StockChangeForm(MakingForm):
    """How many came or went."""

    by = CountField(
        label=_("How many more or fewer"),
        is_signed=True,
        help_text=_("Such as 24 that were delivered, or -2 that fell down."),
    )
    note = LineField(
        label=_("Why"),
        ask=_("Say why in up to 140 letters, or nothing."),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_by(self) -> int:
        """Refuse a change by nothing."""
        by: int = self.cleaned_data["by"]
        if by == 0:
            raise forms.ValidationError(_("Type how many came or went."))
        return by


class PictureForm(PageForm):
    """A picture of an item."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG or WebP, up to 12 MB."),
        error_messages=dict.fromkeys(
            ["required", "invalid", "missing", "empty"], _("Choose a picture.")
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


class ItemListForm(MakingForm):
    """A list of items to check."""

    file = forms.FileField(
        label=_("List"),
        help_text=_("A CSV file, as spreadsheets save it, up to 5 MB."),
        error_messages=dict.fromkeys(
            ["required", "invalid", "missing", "empty"], _("Choose a file with items.")
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a file that is too large."""
        typed = super().clean() or {}
        if "file" in typed and typed["file"].size > BYTES_MAX:
            self.add_error("file", _("This file is larger than 5 MB. Send it in parts."))
        return typed


class StopCountingForm(MakingForm):
    """An item whose count ends."""
