"""The form that looks for payments."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, PageForm
from merchants.access import Staff, list_own_stores
from merchants.people import list_people
from pos.models import ChargeStatus, Terminal
from pos.search import Wanted

STATUSES = [*ChargeStatus.values, "refunded"]
_DAY = {"type": "date"}


class SearchForm(PageForm):
    """What to look for among the payments that a member of staff sees."""

    q = LineField(
        label=_("Search"),
        ask=_("Type up to 80 letters: an amount, a code, a reference or a name."),
        max_length=80,
        required=False,
        help_text=_("An amount, a code, a reference, or letters of a name."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
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
    till = forms.TypedChoiceField(label=_("Till"), coerce=UUID, required=False)
    cashier = forms.TypedChoiceField(label=_("Cashier"), coerce=UUID, required=False)
    status = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, staff: Staff, **options: Any) -> None:
        """Offer the stores, tills and people of this member of staff."""
        super().__init__(*args, **options)
        stores = list(list_own_stores(staff).order_by("name", "id"))
        self.has_cash = any(each.takes_cash for each in stores)
        tills = Terminal.objects.filter(store__in=stores).order_by("name", "id")
        several = len(stores) > 1
        # Whoever works for the whole shop takes payments in each store.
        people = list_people(staff).filter(Q(store=None) | Q(store__in=stores))
        self._offer("store", [(each.id, each.name) for each in stores])
        self._offer(
            "till",
            [
                (each.id, f"{each.name} · {each.store.name}" if several else each.name)
                for each in tills.select_related("store")
            ],
        )
        self._offer("cashier", [(each.id, each.user.name) for each in people])

    def clean(self) -> dict[str, Any]:
        """Refuse days that are the wrong way round."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("The last day is before the first one."))
        return cleaned

    def read(self) -> Wanted:
        """Return what is looked for; the form must be valid."""
        found = self.cleaned_data
        status = found["status"]
        return Wanted(
            text=found["q"],
            first_day=found["since"],
            last_day=found["until"],
            store_id=found["store"] or None,
            terminal_id=found["till"] or None,
            cashier_id=found["cashier"] or None,
            status=status if status in STATUSES else "",
        )

    @property
    def is_narrowed(self) -> bool:
        """Return whether a day, a place or a person is asked for, or one of them is refused."""
        names = ("since", "until", "store", "till", "cashier")
        return any(self.data.get(name) or self.errors.get(name) for name in names)

    def _offer(self, name: str, choices: list[tuple[UUID, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField), "it is declared as one"
        field.choices = [("", gettext("All")), *((str(key), label) for key, label in choices)]
        field.error_messages["invalid_choice"] = gettext("Choose one of these.")
