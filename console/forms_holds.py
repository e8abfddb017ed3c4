"""The console's forms about payouts that are held."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import MakingForm, PageForm
from merchants.hold_rules import RULES
from merchants.holds import NewHold

_ASK_RULE = _("Choose the rule.")
_ASK_DAY = _("Type the last day of the hold.")
_ASK_WHY = _("Type the reason, in up to 500 letters: the shop reads it.")
_ASK_APPEAL = _("Type how to appeal, in up to 500 letters: the shop reads it.")


class HoldForm(MakingForm):
    """A rule, a last day, and what the shop reads."""

    rule = forms.ChoiceField(
        label=_("Rule"),
        choices=[(rule.value, each.words) for rule, each in RULES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _ASK_RULE, "invalid_choice": _ASK_RULE},
    )
    last_day = forms.DateField(
        label=_("Last day"),
        help_text=_("The hold ends by itself at the end of this day, shop time."),
        error_messages={"required": _ASK_DAY, "invalid": _ASK_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("The shop reads it."),
        error_messages={"required": _ASK_WHY, "max_length": _ASK_WHY},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    appeal = forms.CharField(
        label=_("How to appeal"),
        max_length=500,
        help_text=_("To whom the shop writes, and what it has to show."),
        error_messages={"required": _ASK_APPEAL, "max_length": _ASK_APPEAL},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def read_hold(self) -> NewHold:
        """Return what was typed."""
        typed = self.cleaned_data
        return NewHold(
            rule=typed["rule"],
            last_day=typed["last_day"],
            reason=typed["reason"],
            appeal=typed["appeal"],
        )


class LiftForm(PageForm):
    """Why a hold is lifted."""

    because = forms.CharField(
        label=_("Why it is lifted"),
        max_length=500,
        help_text=_("The shop reads it."),
        error_messages={"required": _ASK_WHY, "max_length": _ASK_WHY},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
