"""The form that asks for a long file."""

from django import forms
from django.http import QueryDict

from foundation.forms import MakingForm
from merchants.models import ExportKind

_QUERY_MAX = 1000


class ExportForm(MakingForm):
    """What the file is of: the kind and the address of its page, in no field that is seen."""

    kind = forms.ChoiceField(choices=ExportKind.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=_QUERY_MAX, widget=forms.HiddenInput)


def write_query(parameters: QueryDict) -> str:
    """Write a page's parameters in one order, so that the same wish is the same text."""
    kept = sorted(
        (name, value)
        for name, value in parameters.items()
        if value and name not in {"after", "as", "kind", "page"}
    )
    query = QueryDict(mutable=True)
    for name, value in kept:
        query[name] = str(value)
    return query.urlencode()
