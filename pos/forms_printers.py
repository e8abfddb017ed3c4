"""The dashboard's form of a new printer, and the till's that prints a receipt."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm
from merchants.models import Store
from pos.models import Protocol, Terminal
from pos.print.slips import COLUMNS

_CHOOSE = _("Choose one of the list.")
_REFUSED = {"required": _CHOOSE, "invalid_choice": _CHOOSE}
_WIDTHS = {48: _("80 mm"), 32: _("58 mm")}


class PrinterForm(MakingForm):
    """A new printer of a store."""

    name = LineField(
        label=_("Name"),
        ask=_("Type the printer's name, in up to 40 letters."),
        max_length=40,
        help_text=_("Where it stands, such as “Counter”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    protocol = forms.ChoiceField(
        label=_("How it asks"), choices=Protocol.choices, error_messages=_REFUSED
    )
    columns = forms.TypedChoiceField(
        label=_("Paper"),
        choices=[(columns, _WIDTHS[columns]) for columns in COLUMNS],
        coerce=int,
        error_messages=_REFUSED,
    )
    till = forms.ChoiceField(
        label=_("Print by itself what is paid at"),
        required=False,
        error_messages={"invalid_choice": _CHOOSE},
        help_text=_("Other receipts are printed when somebody presses Print."),
    )

    def __init__(self, *args: Any, store: Store, **options: Any) -> None:
        super().__init__(*args, **options)
        self.store = store
        self._tills = {str(one.pk): one for one in Terminal.objects.filter(store=store)}
        names = sorted((one.name, key) for key, one in self._tills.items())
        field = cast("forms.ChoiceField", self.fields["till"])
        field.choices = [("", _("No till")), *((key, name) for name, key in names)]

    def read_till(self) -> Terminal | None:
        """Return the till whose receipts come out by themselves, if there is one."""
        return self._tills.get(self.cleaned_data["till"])


class PrintForm(MakingForm):
    """A receipt that is to come out of a printer."""

    printer = forms.CharField(max_length=40)
