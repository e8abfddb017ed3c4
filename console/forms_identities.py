"""The console's forms about customers who want higher limits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm
from wallet.models import Tier


class GrantIdentityForm(PageForm):
    """The operator's word that they saw the document, where the tier asks for it."""

    seen = forms.BooleanField(
        label=_("I have seen the document, and it is theirs."),
        error_messages={"required": _("Look at the document first, then say so here.")},
    )

    def __init__(self, *args: Any, tier: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if tier != Tier.CHECKED:
            del self.fields["seen"]


class DeclineIdentityForm(PageForm):
    """Why a customer's limits are not raised."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The customer reads it, also in a letter."),
        error_messages={
            "required": _("Type the reason: the customer is told."),
            "max_length": _("Type the reason in up to 500 letters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
