"""The forms of a day's end: count the drawer and close the till; put cash in, take it out."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm
from ledger.errors import AmountUnreadable
from ledger.money import format_money
from ledger.typed import read_money
from merchants.models import Store
from pos.cash_rounding import list_pieces
from pos.closings import Count
from pos.models import MovementKind

_NOTHING = re.compile(r"[0.,]*0[0.,]*")
_PIECES_MAX = 100_000
_MONEY = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
_REASON = _("Type up to 140 letters.")


class ClosingForm(MakingForm):
    """The wish to close the till; sent again, it is the same closing.

    Where the store takes cash, it may say what was counted: a sum, or pieces of each kind.
    """

    counted = forms.CharField(
        label=_("Cash counted, in all"), required=False, max_length=40, widget=_MONEY
    )
    reason = LineField(
        label=_("Why it differs from what is expected"),
        ask=_REASON,
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, store: Store, **options: Any) -> None:
        """Ask for the notes and coins of the store's currency, if it takes cash."""
        super().__init__(*args, **options)
        self._store = store
        self._units = list_pieces(store.currency) if store.takes_cash else ()
        for unit in self._units:
            self.fields[f"piece_{unit}"] = forms.IntegerField(
                label=format_money(unit, store.currency),
                required=False,
                min_value=0,
                max_value=_PIECES_MAX,
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), gettext("Type how many there are.")
                ),
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "data-unit": unit}
                ),
            )

    @property
    def pieces(self) -> list[forms.BoundField]:
        """Return the fields of notes and coins, the largest first."""
        return [self[f"piece_{unit}"] for unit in self._units]

    def clean(self) -> dict[str, Any]:
        """Add up what was counted."""
        found = super().clean() or {}
        parts = [(unit, found.get(f"piece_{unit}") or 0) for unit in self._units]
        pieces = tuple((unit, count) for unit, count in parts if count)
        self._pieces_minor = sum(unit * count for unit, count in pieces)
        typed_minor = self._read_sum(found.get("counted", ""))
        if typed_minor is not None and pieces and typed_minor != self._pieces_minor:
            told = format_money(self._pieces_minor, self._store.currency)
            raise ValidationError(
                {
                    "counted": gettext("The notes and coins are %(sum)s. Type that, or no sum.")
                    % {"sum": told}
                }
            )
        found["pieces"], found["total"] = pieces, typed_minor
        return found

    def read_count(self) -> Count | None:
        """Return what was counted; None where nobody did. The form must be valid."""
        found = self.cleaned_data
        if not self._store.takes_cash or (found["total"] is None and not found["pieces"]):
            return None
        total_minor = self._pieces_minor if found["pieces"] else found["total"]
        return Count(total_minor, pieces=found["pieces"], reason=found.get("reason", ""))

    def _read_sum(self, text: str) -> int | None:
        bare = text.strip()
        if not bare:
            return None
        if _NOTHING.fullmatch(bare):
            return 0
        try:
            return read_money(bare, self._store.currency)
        except AmountUnreadable as refusal:
            raise ValidationError({"counted": str(refusal)}) from None


class DrawerForm(MakingForm):
    """Cash that goes into the drawer or comes out of it."""

    kind = forms.ChoiceField(
        label=_("What is done"),
        choices=[
            (MovementKind.FLOAT.value, _("Float: cash to begin with")),
            (MovementKind.IN.value, _("Paid in")),
            (MovementKind.OUT.value, pgettext_lazy("of a drawer", "Paid out")),
        ],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose what is done with the cash.")
        ),
    )
    amount = forms.CharField(
        label=_("Amount"),
        max_length=40,
        error_messages={"required": _("Type the amount.")},
        widget=_MONEY,
    )
    why = LineField(
        label=_("Reason"),
        ask=_REASON,
        max_length=140,
        required=False,
        help_text=_("Such as: coins from the bank. A float needs none."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, store: Store, **options: Any) -> None:
        """Read amounts in the store's currency; its fields have ids of their own."""
        super().__init__(*args, auto_id="drawer_%s", **options)
        self._store = store

    def clean(self) -> dict[str, Any]:
        """Read the amount, and ask for a reason where there has to be one."""
        found = super().clean() or {}
        if found.get("amount"):
            try:
                found["amount_minor"] = read_money(found["amount"], self._store.currency)
            except AmountUnreadable as refusal:
                self.add_error("amount", str(refusal))
        kind = found.get("kind")
        if kind and kind != MovementKind.FLOAT and not found.get("why"):
            self.add_error("why", gettext("Say what it is for."))
        return found
