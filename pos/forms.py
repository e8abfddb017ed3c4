"""The dashboard's forms about items and tills."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm, PageForm
from ledger.errors import AmountUnreadable, PercentUnreadable
from ledger.money import find_exponent, format_number
from ledger.typed import read_money, read_percent, write_percent
from merchants.models import Store
from pos.articles import read_article, shorten_article
from pos.categories import list_categories
from pos.item_refusals import ArticleUnreadable
from pos.items import ItemFacts
from pos.models import Item, ItemColor, Terminal


class ItemForm(PageForm):
    """What is typed about an item of a store."""

    name = LineField(
        label=_("Name"),
        ask=_("Type the item's name, in up to 80 letters."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    price = forms.CharField(
        label=_("Price"),
        max_length=40,
        error_messages={"required": _("Type the price.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    is_open = forms.BooleanField(label=_("The price is typed at the till"), required=False)
    least = forms.CharField(
        label=_("Least price"),
        max_length=40,
        required=False,
        help_text=_("The till suggests the price above, and takes no less than this."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    is_favourite = forms.BooleanField(label=_("First on the till"), required=False)
    category = LineField(
        label=_("Category"),
        ask=_("Type a category in up to 40 letters, or none."),
        max_length=40,
        required=False,
        help_text=_("Items of a category stand together on the till, under its name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "categories"}),
    )
    color = forms.ChoiceField(
        label=_("Colour on the till"),
        choices=ItemColor.choices,
        required=False,
        error_messages={"invalid_choice": _("Choose one of the colours.")},
    )
    number = LineField(
        label=_("Article number"),
        ask=_("Type the number in up to 40 letters and digits, or none."),
        max_length=40,
        required=False,
        help_text=_("Your own. A list that you import knows the item by it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    barcode = forms.CharField(
        label=_("Bar code"),
        max_length=40,
        required=False,
        help_text=_("A scanner at the till adds the item to the sale."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    vat = forms.CharField(
        label=_("VAT rate in percent"),
        max_length=20,
        required=False,
        help_text=_("It is part of the price."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )

    min_age = forms.IntegerField(
        label=_("Minimum age"),
        min_value=0,
        max_value=99,
        required=False,
        help_text=_("The till asks for it once a sale. Empty: everybody may buy it."),
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value"], _("Type an age from 0 to 99, or none.")
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store = store
        self.fields["price"].widget.attrs |= {
            "data-currency": store.currency,
            "data-exponent": find_exponent(store.currency),
        }

    @classmethod
    def of(cls, item: Item) -> "ItemForm":
        """Return the form as it shows an item."""
        initial = {
            "name": item.name,
            "price": format_number(item.price_minor, item.currency),
            "is_open": item.least_price_minor is not None,
            "least": ""
            if item.least_price_minor is None
            else format_number(item.least_price_minor, item.currency),
            "is_favourite": item.is_favourite,
            "category": item.category.name if item.category else "",
            "color": item.color,
            "number": item.number,
            "barcode": item.barcode and shorten_article(item.barcode),
            "vat": "" if item.vat_bps is None else write_percent(item.vat_bps),
            "min_age": item.min_age or "",
        }
        return cls(initial=initial, store=item.store)

    def clean_price(self) -> int:
        """Read the price in minor units of the store's currency."""
        return self._read_amount(self.cleaned_data["price"])

    def clean_least(self) -> int | None:
        """Read the least price, at most the suggested one; None where the price is fixed."""
        if not self.cleaned_data["is_open"]:
            return None
        typed = self.cleaned_data["least"]
        least_minor = self._read_amount(typed) if typed else 1
        if least_minor > self.cleaned_data.get("price", least_minor):
            raise forms.ValidationError(_("Type at most the price above."))
        return least_minor

    def _read_amount(self, typed: str) -> int:
        try:
            return read_money(typed, self.store.currency)
        except AmountUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_barcode(self) -> str:
        """Read the bar code in 14 digits; empty if there is none."""
        typed = self.cleaned_data["barcode"]
        try:
            return read_article(typed) if typed else ""
        except ArticleUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_vat(self) -> int | None:
        """Read the rate in basis points; None if there is none."""
        typed = self.cleaned_data["vat"]
        try:
            return read_percent(typed) if typed else None
        except PercentUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def read_facts(self) -> ItemFacts:
        """Return what was typed."""
        typed = self.cleaned_data
        return ItemFacts(
            name=typed["name"],
            price_minor=typed["price"],
            category=typed["category"],
            color=ItemColor(typed["color"]),
            number=typed["number"],
            barcode=typed["barcode"],
            vat_bps=typed["vat"],
            min_age=typed["min_age"] or 0,
            least_price_minor=typed["least"],
            is_favourite=typed["is_favourite"],
        )

    def list_categories(self) -> list[str]:
        """List the names of the store's categories, for the field to suggest."""
        return [category.name for category in list_categories(self.store)]


class NewItemForm(ItemForm, MakingForm):
    """A new item."""


class NewTillForm(MakingForm):
    """A new till of a store."""

    name = LineField(
        label=_("Name"),
        ask=_("Type the till's name, in up to 40 letters."),
        max_length=40,
        help_text=_("Where it stands, such as “Bar” or “Till 2”. Receipts show it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TillForm(PageForm):
    """A till's name and the store it stands in."""

    name = LineField(
        label=_("Name"),
        ask=_("Type the till's name, in up to 40 letters."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    store = forms.ChoiceField(
        label=_("Store"),
        help_text=_(
            "A till that moves is locked, and its sales that wait to be paid are canceled."
            " Programs that sell by a token of this till go on, for the new store."
        ),
        error_messages={
            "required": _("Choose the store."),
            "invalid_choice": _("Choose the store."),
        },
    )

    def __init__(self, *args: Any, stores: list[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stores = {store.public_id: store for store in stores}
        self.fields["store"].choices = [  # type: ignore[attr-defined]  # it is a choice
            (reference, store.name) for reference, store in self._stores.items()
        ]

    @classmethod
    def of(cls, terminal: Terminal, *, stores: list[Store]) -> "TillForm":
        """Return the form as it shows a till."""
        initial = {"name": terminal.name, "store": terminal.store.public_id}
        return cls(initial=initial, stores=stores)

    def read_store(self) -> Store:
        """Return the store that was chosen."""
        return self._stores[self.cleaned_data["store"]]
