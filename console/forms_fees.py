"""The console's form about a shop's fee."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import MakingForm
from ledger.errors import AmountUnreadable, PercentUnreadable
from ledger.money import format_money
from ledger.typed import read_money, read_percent
from merchants.fee_rules import NewRule
from merchants.fees import Fee, MethodFee
from merchants.models import PaymentMethod
from merchants.organisations import find_organisation

_ASK_DAY = _("Type the day from which it applies, tomorrow or later.")
_ASK_RATE = _("Type the share of each sale, such as 0.6, or 0.")
# What the column holds, and a day that is a day in every time zone.
_FIXED_MAX_MINOR, _LAST_DAY = 2**31 - 1, date(2999, 12, 31)
_TIERS_MAX = 8


class _PartField(forms.CharField):
    """A share or a fixed part that may be left out, which is None."""

    def __init__(self, label: str, *, read: Callable[[str], int | None]) -> None:
        self._read = read
        super().__init__(
            label=label,
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        )

    def clean(self, value: object) -> int | None:
        """Return what was typed in basis points or minor units."""
        return self._read(super().clean(value))


class FeeRuleForm(MakingForm):
    """Another fee, and the day from which it applies."""

    percent = forms.CharField(
        label=_("Share of each sale, in %"),
        max_length=10,
        error_messages={"required": _ASK_RATE, "max_length": _ASK_RATE},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    fixed = forms.CharField(
        label=_("Fixed part of each sale"),
        required=False,
        max_length=20,
        help_text=_("An amount such as 0.05, or nothing."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    least = forms.CharField(
        label=_("At least, for each sale"),
        required=False,
        max_length=20,
        help_text=_("No sale costs more than itself."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    most = forms.CharField(
        label=_("At most, for each sale"),
        required=False,
        max_length=20,
        help_text=_("Nothing: without a bound."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    tiers = forms.CharField(
        label=_("Tiers by the month before"),
        required=False,
        max_length=500,
        help_text=_(
            "One a line: what the shop sold, a colon, the share in %, such as 10000: 0.5."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    applies_on = forms.DateField(
        label=_("Applies from"),
        error_messages={"required": _ASK_DAY, "invalid": _ASK_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The log keeps it. The shop does not see it."),
        error_messages={
            "required": _("Type the reason: the log keeps it."),
            "max_length": _("Type the reason in up to 500 letters."),
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        """Read the fixed part in the shop's first currency."""
        super().__init__(*args, **options)
        self.currency = currency
        for method in PaymentMethod:
            self.fields[f"{method}_percent"] = _PartField(
                gettext("Share, in %"), read=_read_part
            )
            self.fields[f"{method}_fixed"] = _PartField(
                gettext("Fixed part"), read=partial(_read_amount, currency=currency)
            )
        organisation = find_organisation()
        self.tiers_currency = currency if organisation is None else organisation.currency

    def list_methods(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """List the fields of each payment method, with its words."""
        for method in PaymentMethod:
            yield str(method.label), self[f"{method}_percent"], self[f"{method}_fixed"]

    @property
    def has_methods(self) -> bool:
        """Return whether something was typed for a payment method."""
        fields = (field for _label, *pair in self.list_methods() for field in pair)
        return any(field.value() for field in fields)

    def clean_percent(self) -> int:
        """Return the share in basis points."""
        return _read_share(self.cleaned_data["percent"])

    def clean_fixed(self) -> int:
        """Return the fixed part in minor units; nothing is none."""
        return self._read("fixed")

    def clean_tiers(self) -> tuple[tuple[int, int], ...]:
        """Return each tier's volume in minor units and its share; the lowest first."""
        lines = [line for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        if len(lines) > _TIERS_MAX:
            raise forms.ValidationError(
                gettext("Type %(most)s lines at most.") % {"most": _TIERS_MAX}
            )
        tiers = sorted(self._read_tier(line) for line in lines)
        if len({from_minor for from_minor, _bps in tiers}) < len(tiers):
            raise forms.ValidationError(gettext("Type each amount once."))
        return tuple(tiers)

    def _read_tier(self, line: str) -> tuple[int, int]:
        volume, colon, percent = line.partition(":")
        if not colon:
            words = gettext("Type a colon between amount and share: “%(line)s”.")
            raise forms.ValidationError(words % {"line": line.strip()})
        try:
            return read_money(volume.strip(), self.tiers_currency), read_percent(
                percent.strip()
            )
        except (AmountUnreadable, PercentUnreadable) as refusal:
            # Of several lines people have to know the one.
            raise forms.ValidationError(f"“{line.strip()}”: {refusal}") from None

    def clean_least(self) -> int:
        """Return what a sale costs at least, in minor units; nothing is 0."""
        return self._read("least")

    def clean_most(self) -> int | None:
        """Return what a sale costs at most, in minor units; None is no bound."""
        return self._read("most") if self.cleaned_data["most"].strip() else None

    def clean(self) -> None:
        """Refuse a least above the most, and one that would be the whole fee."""
        least, most = self.cleaned_data.get("least"), self.cleaned_data.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", gettext("Type no less than the amount of “At least”."))
        typed = self.cleaned_data
        # A share or fixed part that was not read has its own error, and may not be 0.
        is_read = {"percent", "fixed"} <= set(typed)
        if least and is_read and not (typed["percent"] or typed["fixed"]):
            words = gettext("Type it as the fixed part: there is no share.")
            self.add_error("least", words)
        self.methods = tuple(self._read_methods())

    def _read_methods(self) -> Iterator[MethodFee]:
        for method in PaymentMethod:
            # One that was not read has its own error.
            share, fixed_minor = map(
                self.cleaned_data.get, (f"{method}_percent", f"{method}_fixed")
            )
            if share is not None:
                yield MethodFee(method.value, share, fixed_minor or 0)
            elif fixed_minor is not None and f"{method}_percent" in self.cleaned_data:
                self.add_error(f"{method}_percent", gettext("Type the share too, or 0."))

    def _read(self, name: str) -> int:
        return _read_amount(self.cleaned_data[name], self.currency) or 0

    def clean_applies_on(self) -> date:
        """Return the day; one that is too far to be written is refused."""
        day: date = self.cleaned_data["applies_on"]
        if day > _LAST_DAY:
            raise forms.ValidationError(str(_ASK_DAY))
        return day

    def read_rule(self) -> NewRule:
        """Return what was typed."""
        typed = self.cleaned_data
        return NewRule(
            fee=Fee(typed["percent"], typed["fixed"], typed["least"], typed["most"]),
            applies_on=typed["applies_on"],
            reason=typed["reason"],
            tiers=typed["tiers"],
            methods=self.methods,
        )


def _read_part(typed: str) -> int | None:
    return _read_share(typed) if typed.strip() else None


def _read_share(typed: str) -> int:
    try:
        return read_percent(typed)
    except PercentUnreadable as refusal:
        raise forms.ValidationError(str(refusal)) from None


def _read_amount(typed: str, currency: str) -> int | None:
    typed = typed.strip()
    if not typed.strip("0.,"):
        return 0 if typed else None
    try:
        amount_minor = read_money(typed, currency)
    except AmountUnreadable as refusal:
        raise forms.ValidationError(str(refusal)) from None
    if amount_minor > _FIXED_MAX_MINOR:
        most = format_money(_FIXED_MAX_MINOR, currency)
        raise forms.ValidationError(gettext("The most is %(most)s.") % {"most": most})
    return amount_minor
