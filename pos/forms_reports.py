"""The form that asks for a report."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import PageForm
from merchants.access import Staff, list_own_stores
from pos.report_sums import By
from pos.reports import DAYS_MAX, Asked

_DAY = {"type": "date"}
# Far from where calendars end.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)


class ReportForm(PageForm):
    """The days and the store of a report; without days it is of this week."""

    by = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    since = forms.DateField(
        label=_("First day"),
        required=False,
        error_messages={"invalid": _("Choose the first day, such as 2026-11-30.")},
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        error_messages={"invalid": _("Choose the last day, such as 2026-11-30.")},
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )
    store = forms.TypedChoiceField(label=_("Store"), coerce=UUID, required=False)

    def __init__(self, *args: Any, staff: Staff, today: date, **options: Any) -> None:
        """Offer the stores of this member of staff; `today` is the shop's."""
        super().__init__(*args, **options)
        self.today = today
        field = self.fields["store"]
        assert isinstance(field, forms.TypedChoiceField), "it is declared as one"
        stores = list(list_own_stores(staff).order_by("name", "id"))
        self.has_cash = any(each.takes_cash for each in stores)
        field.choices = [("", gettext("All")), *((str(each.id), each.name) for each in stores)]
        field.error_messages["invalid_choice"] = gettext("Choose one of these.")

    def clean(self) -> dict[str, Any]:
        """Refuse days that are the wrong way round, too many, or beyond all calendars."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        until = cleaned["until"] or max(self.today, cleaned["since"] or self.today)
        since = cleaned["since"] or until - timedelta(days=until.weekday())
        if until < since:
            self.add_error("until", gettext("The last day is before the first one."))
        elif since < _EARLIEST or until > _LATEST:
            self.add_error("since", gettext("Choose days of this century or the next."))
        elif (until - since).days >= DAYS_MAX:
            words = ngettext(
                "Choose %(days)s day at most.", "Choose %(days)s days at most.", DAYS_MAX
            )
            self.add_error("until", words % {"days": DAYS_MAX})
        return cleaned | {"since": since, "until": until}

    def read(self) -> Asked:
        """Return what is asked for; the form must be valid."""
        found = self.cleaned_data
        return Asked(
            by=self.read_by(),
            first_day=found["since"],
            last_day=found["until"],
            store_id=found["store"] or None,
        )

    def read_by(self) -> By:
        """Return how the report is split: by days unless another way is named."""
        by = self.data.get("by", "")
        return By(by) if by in set(By) else By.DAY
