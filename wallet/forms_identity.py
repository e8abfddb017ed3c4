"""The form by which a customer asks for higher limits."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm
from merchants.forms_stores import AddressForm
from wallet.identity_requests import Facts
from wallet.models import DocumentKind

DOCUMENTS = {
    DocumentKind.PASSPORT: _("Passport"),
    DocumentKind.CARD: _("Identity card"),
    DocumentKind.PERMIT: _("Residence permit"),
    DocumentKind.LICENCE: _("Driving licence"),
}
_BORN_FIRST = date(1900, 1, 1)
_ASK_TAIL = _("Type the last 3 or 4 signs of the document's number: letters and digits.")
_ASK_BORN = _("Type your date of birth.")


class IdentityForm(AddressForm, MakingForm):
    """Who the customer is, and the document that shows it."""

    # As on the page: the first field that is wrong gets the focus.
    field_order = (
        *("legal_name", "born_on", "street", "building_number", "postcode", "town", "country"),
        *("document_kind", "document_tail"),
    )

    legal_name = LineField(
        label=_("Your name in law"),
        ask=_("Type your name as the document has it, in up to 140 letters."),
        max_length=140,
        help_text=_("All of it, as your document has it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        error_messages={"required": _ASK_BORN, "invalid": _ASK_BORN},
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}
        ),
    )
    document_kind = forms.ChoiceField(
        label=_("Document"),
        choices=[("", _("Choose one")), *DOCUMENTS.items()],
        error_messages={
            "required": _("Choose the document."),
            "invalid_choice": _("Choose the document."),
        },
    )
    document_tail = LineField(
        label=_("Last signs of its number"),
        ask=_ASK_TAIL,
        max_length=4,
        help_text=_("Never type the whole number: the last 3 or 4 signs are enough."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("street", "postcode"):
            self.fields[name].widget.attrs["autocomplete"] = (
                "address-line1" if name == "street" else "postal-code"
            )

    def clean_born_on(self) -> date:
        """Refuse days on which nobody alive was born."""
        born_on: date = self.cleaned_data["born_on"]
        if not _BORN_FIRST <= born_on < timezone.localdate():
            raise forms.ValidationError(gettext("Type your date of birth: a day in the past."))
        return born_on

    def clean_document_tail(self) -> str:
        """Return the signs in capitals."""
        tail = str(self.cleaned_data["document_tail"]).upper()
        if not re.fullmatch(r"[^\W_]{3,4}", tail):
            raise forms.ValidationError(str(_ASK_TAIL))
        return tail

    def read_facts(self) -> Facts:
        """Return what was typed."""
        typed = self.cleaned_data
        return Facts(
            legal_name=typed["legal_name"],
            born_on=typed["born_on"],
            address=self.read_address(),
            document_kind=DocumentKind(typed["document_kind"]),
            document_tail=typed["document_tail"],
        )
