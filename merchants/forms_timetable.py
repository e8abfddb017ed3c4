"""The form by which an owner chooses when settlements close and are paid."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm
from ledger.errors import AmountUnreadable
from ledger.money import format_money, format_number
from ledger.typed import read_money
from merchants.models import Merchant, Rhythm
from merchants.timetable_change import NewTimetable

_ASK_RHYTHM = _("Choose when settlements close.")
_ASK_DAY = _("Choose a weekday.")
_ASK_TIME = _("Type a time such as 22:00.")
# Above it a shop would hardly ever be paid; the column holds more.
_MINIMUM_MAX_MINOR = 100_000_000


class TimetableForm(PageForm):
    """The rhythm, the weekday of a weekly one, the time of the cut, and the smallest payout."""

    rhythm = forms.ChoiceField(
        label=_("Settlements close"),
        choices=[
            (Rhythm.SAME_DAY, _("Each day, paid the same day")),
            (Rhythm.NEXT_DAY, _("Each day, paid the next banking day")),
            (Rhythm.WEEKLY, _("Once a week, paid the next banking day")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _ASK_RHYTHM, "invalid_choice": _ASK_RHYTHM},
    )
    closing_weekday = forms.TypedChoiceField(
        label=_("Weekday, if once a week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        error_messages={"required": _ASK_DAY, "invalid_choice": _ASK_DAY},
    )
    cut_off = forms.TimeField(
        label=_("At (shop time)"),
        input_formats=["%H:%M"],
        help_text=_("Sales from this time on are in the next settlement. 00:00 is midnight."),
        error_messages={"required": _ASK_TIME, "invalid": _ASK_TIME},
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    smallest = forms.CharField(
        label=_("Smallest payout"),
        required=False,
        max_length=20,
        help_text=_("Less is carried over to the next settlement. Empty: any amount is paid."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, currency: str | None, **options: Any) -> None:
        """Ask for the smallest payout only in the one currency of the shop, if it has one."""
        super().__init__(*args, **options)
        self.currency = currency
        if currency is None:
            del self.fields["smallest"]

    @classmethod
    def of(cls, merchant: Merchant, *, currency: str | None) -> "TimetableForm":
        """Return the form with what the merchant has."""
        facts = ("rhythm", "closing_weekday", "cut_off")
        initial = {fact: getattr(merchant, fact) for fact in facts}
        if currency is not None and merchant.payout_min_minor:
            initial["smallest"] = format_number(merchant.payout_min_minor, currency)
        return cls(initial=initial, currency=currency)

    def clean_cut_off(self) -> time:
        """Return the time, to the minute."""
        typed: time = self.cleaned_data["cut_off"]
        return typed.replace(second=0, microsecond=0)

    def clean_smallest(self) -> int:
        """Return the smallest payout in minor units; nothing is 0."""
        typed = self.cleaned_data["smallest"].strip()
        if not typed.strip("0.,"):
            return 0
        assert self.currency is not None, "the field is there only with a currency"
        try:
            smallest_minor = read_money(typed, self.currency)
        except AmountUnreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if smallest_minor > _MINIMUM_MAX_MINOR:
            most = format_money(_MINIMUM_MAX_MINOR, self.currency)
            raise forms.ValidationError(gettext("The most is %(most)s.") % {"most": most})
        return smallest_minor

    def read_timetable(self, merchant: Merchant) -> NewTimetable:
        """Return what was chosen; what was not asked stays as the merchant has it."""
        typed = self.cleaned_data
        return NewTimetable(
            rhythm=typed["rhythm"],
            closing_weekday=typed["closing_weekday"],
            cut_off=typed["cut_off"],
            payout_min_minor=typed.get("smallest", merchant.payout_min_minor),
        )
