"""The form that asks for a report by mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import MakingForm
from merchants.models import Every


class ReportMailForm(MakingForm):
    """How the report is split, and how long the time is that it is of."""

    by = forms.ChoiceField(
        label=_("By"),
        choices=[
            ("day", _("Day")),
            ("store", _("Store")),
            ("till", _("Till")),
            ("cashier", _("Cashier")),
            ("item", _("Item")),
            ("vat", _("VAT rate")),
        ],
        error_messages={"invalid_choice": _("Choose one of these.")},
    )
    every = forms.ChoiceField(
        label=_("How often"),
        choices=Every.choices,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )
