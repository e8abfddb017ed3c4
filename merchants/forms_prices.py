"""The form about a store's VAT and tips."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm
from ledger.errors import PercentUnreadable
from ledger.typed import read_percent, write_percent
from merchants.models import Store, VatMode
from merchants.stores import PriceRules
from merchants.vat_rates import AS_OF, list_usual_rates

_TYPED = {"autocomplete": "off", "inputmode": "decimal"}
_TIPS = ("tip_low", "tip_middle", "tip_high", "tip_max")


class PercentField(forms.CharField):
    """A percentage, read in basis points; None where nothing was typed."""

    widget = forms.TextInput(attrs=_TYPED)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, **options)

    def clean(self, value: Any) -> Any:  # noqa: ANN401  as Django's field has it
        """Read the percentage."""
        text = super().clean(value)
        try:
            return read_percent(text) if text else None
        except PercentUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None


class PricesForm(PageForm):
    """How a store's prices are told, and whether its customers are asked for a tip."""

    vat_mode = forms.ChoiceField(
        label=_("Prices"),
        choices=[
            (VatMode.INCLUDED.value, _("With VAT")),
            (VatMode.EXCLUDED.value, _("Without VAT")),
            (VatMode.NONE.value, _("No VAT")),
        ],
        error_messages={
            "required": _("Choose how prices are told."),
            "invalid_choice": _("Choose how prices are told."),
        },
    )
    vat_default = PercentField(
        label=_("Default rate in percent"),
        required=False,
        widget=forms.TextInput(attrs=_TYPED | {"list": "usual-rates"}),
    )
    asks_tips = forms.BooleanField(label=_("Ask customers for a tip"), required=False)
    tip_low = PercentField(label=_("First offer in percent"))
    tip_middle = PercentField(label=_("Second offer in percent"))
    tip_high = PercentField(label=_("Third offer in percent"))
    tip_max = PercentField(
        label=_("At most, in percent of the goods"),
        help_text=_("A larger tip is refused. 100 is the price of the goods again."),
    )

    def __init__(self, *args: Any, store: Store, **options: Any) -> None:
        super().__init__(*args, **options)
        self.usual_rates = [
            write_percent(bps) for bps in list_usual_rates(_read_country(store))
        ]
        self.fields["vat_default"].help_text = self._say_usual()
        for name in _TIPS:
            self.fields[name].error_messages["required"] = gettext("Type a part, such as 10.")

    @classmethod
    def of(cls, store: Store) -> "PricesForm":
        """Return the form as it shows a store."""
        default_bps = store.vat_default_bps
        initial = {
            "vat_mode": store.vat_mode,
            "vat_default": "" if default_bps is None else write_percent(default_bps),
            "asks_tips": store.asks_tips,
            **{name: write_percent(getattr(store, f"{name}_bps")) for name in _TIPS},
        }
        return cls(initial=initial, store=store)

    def clean(self) -> dict[str, Any]:
        """Ask for offers that rise, up to the most."""
        cleaned = super().clean() or {}
        if any(cleaned.get(name) is None for name in _TIPS):
            return cleaned
        low, middle, high, most = (int(cleaned[name]) for name in _TIPS)
        if not low:
            self.add_error("tip_low", gettext("Type a part above 0."))
        elif middle <= low:
            self.add_error("tip_middle", gettext("Type more than the offer before it."))
        elif high <= middle:
            self.add_error("tip_high", gettext("Type more than the offer before it."))
        elif most < high:
            self.add_error("tip_max", gettext("Type at least the third offer."))
        return cleaned

    def read_rules(self) -> PriceRules:
        """Return what was typed."""
        typed = self.cleaned_data
        return PriceRules(
            vat_mode=VatMode(typed["vat_mode"]),
            vat_default_bps=typed["vat_default"],
            asks_tips=typed["asks_tips"],
            **{f"{name}_bps": typed[name] for name in _TIPS},
        )

    def _say_usual(self) -> str:
        own = gettext("Of typed amounts, and of items without a rate of their own.")
        if not self.usual_rates:
            return own
        words = gettext("Usual here are %(rates)s %%, as of %(day)s.")
        rates = " · ".join(self.usual_rates)
        return f"{own} {words % {'rates': rates, 'day': date_format(AS_OF, 'j M Y')}}"


def _read_country(store: Store) -> str:
    address = getattr(store, "address", None)
    return address.country if address else store.merchant.country
