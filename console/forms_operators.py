"""The console's forms about operators."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm, PageForm
from identity.forms import NewPasswordField

_ASK_MAIL = _("Type the e-mail address: the invitation goes there.")


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The log keeps it."),
        error_messages={
            "required": _("Type the reason: the log keeps it."),
            "max_length": _("Type the reason in up to 500 letters."),
        },
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class OperatorForm(MakingForm):
    """Who is to become an operator."""

    name = LineField(
        label=_("Name"),
        ask=_("Type the name, in up to 80 letters."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={"required": _ASK_MAIL, "invalid": _ASK_MAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = _reason()


class EndForm(MakingForm):
    """Why somebody is to be an operator no more."""

    reason = _reason()


class AcceptForm(PageForm):
    """The answer of somebody who has no sign-in yet."""

    name = LineField(
        label=_("Your name"),
        ask=_("Type your name, in up to 80 letters."),
        max_length=80,
        help_text=_("The log shows it beside what you do."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = NewPasswordField()
