"""The console's forms."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm


class DeclineForm(PageForm):
    """Why a shop is declined."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The shop reads it in a mail."),
        error_messages={
            "required": _("Type the reason: the shop is told."),
            "max_length": _("Type the reason in up to 500 letters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(PageForm):
    """Why something is done; the log keeps it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The log keeps it. Customers do not see it."),
        error_messages={
            "required": _("Type the reason: the log keeps it."),
            "max_length": _("Type the reason in up to 500 letters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
