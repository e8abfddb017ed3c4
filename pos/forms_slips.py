"""The form that chooses the printer whose slip is shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm
from pos.print.code_pages import MODELS, Model, find_model
from pos.print.slips import COLUMNS

_NAMES = {
    "epson": _("Epson TM, since 2010"),
    "older": _("Older Epson TM, and printers like it"),
    "other": _("Another one, ESC/POS"),
    "star": _("Star, with StarPRNT"),
}
_WIDTHS = {48: _("80 mm"), 32: _("58 mm")}
_CHOOSE = _("Choose one of the list.")


class SlipForm(PageForm):
    """Which printer, which paper, and whether the slip is a copy."""

    printer = forms.ChoiceField(
        label=_("Printer"),
        choices=[(model.key, _NAMES[model.key]) for model in MODELS],
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    columns = forms.TypedChoiceField(
        label=_("Paper"),
        choices=[(columns, _WIDTHS[columns]) for columns in COLUMNS],
        coerce=int,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    copy = forms.BooleanField(label=_("Mark it as a duplicate"), required=False)

    def read_model(self) -> Model:
        """Return the chosen family of printers."""
        return find_model(self.cleaned_data["printer"])
