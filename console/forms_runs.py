"""The console's forms about runs, orders and reports."""

import re

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banking.models import AnswerStatus
from foundation.forms import PageForm

_ASK_DAY = _("Type the day on which the bank is to pay, today or later.")
_ASK_FILE = _("Choose the file that the bank gave you (pain.002).")


class RunForm(PageForm):
    """The day on which a run is to be paid."""

    execute_on = forms.DateField(
        label=_("To be paid on"),
        error_messages={"required": _ASK_DAY, "invalid": _ASK_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
    )

    def clean_execute_on(self) -> object:
        """Return the day; banks refuse one that is over."""
        day = self.cleaned_data["execute_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(str(_ASK_DAY))
        return day


class AnswerForm(PageForm):
    """What the bank said of an order."""

    status = forms.ChoiceField(
        label=_("The bank says"),
        choices=[
            (AnswerStatus.ACCEPTED, _("It has the order and pays it")),
            (AnswerStatus.REFUSED, _("It does not pay it, and has not")),
            (AnswerStatus.UNKNOWN, _("Nobody can say yet: keep asking")),
        ],
        error_messages={
            "required": _("Choose what the bank says."),
            "invalid_choice": _("Choose what the bank says."),
        },
        widget=forms.RadioSelect,
    )
    reason_code = forms.CharField(
        label=_("The bank's code"),
        required=False,
        max_length=4,
        help_text=_("Such as AC04, if it gave one."),
        error_messages={"max_length": _("Type the four signs of the code, or none.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_reason_code(self) -> str:
        """Return the code in capitals."""
        code = str(self.cleaned_data["reason_code"]).strip().upper()
        if code and not re.fullmatch("[A-Z0-9]{4}", code):
            raise forms.ValidationError(gettext("Type the four signs of the code, or none."))
        return code


class ReportForm(PageForm):
    """A report of the bank on our files."""

    file = forms.FileField(
        label=_("File"),
        error_messages={
            "required": _ASK_FILE,
            "invalid": _ASK_FILE,
            "missing": _ASK_FILE,
            "empty": _("The file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )
