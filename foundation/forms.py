"""Forms of pages: what was typed stays, and a refusal stands beside its field."""

from typing import Any
from uuid import UUID

import uuid6
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from foundation.fields import is_plain

_REFUSED_AS = ["required", "max_length", "null_characters_not_allowed", "invalid"]


class LineField(forms.CharField):
    """A text on one line, its blanks made single; `ask` is what any refusal of it says."""

    def __init__(self, *, ask: str | Promise, max_length: int, **options: Any) -> None:
        messages: dict[str, Any] = dict.fromkeys(_REFUSED_AS, ask)
        super().__init__(max_length=max_length, error_messages=messages, **options)

    def to_python(self, value: object) -> str:
        """Return the text with single blanks; refuse control characters."""
        text = " ".join((super().to_python(value) or "").split())
        if not is_plain(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text


class PageForm(forms.Form):
    """A form of a page; after a refusal the first refused field has the focus."""

    def full_clean(self) -> None:
        """Read what was typed, and point to the first field that is refused."""
        super().full_clean()
        self._point()

    def refuse(self, field: str | None, refusal: Exception | str) -> None:
        """Say beside a field, or above all if it is None, why the wish is refused."""
        self.add_error(field, str(refusal))
        self._point()

    def _point(self) -> None:
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["autofocus"] = True
                return


class MakingForm(PageForm):
    """A form that makes something, and carries its id (`foundation/once.py`)."""

    made_id = forms.CharField(
        required=False, initial=lambda: str(uuid6.uuid7()), widget=forms.HiddenInput
    )

    def read_id(self) -> UUID:
        """Return the id of what is to be made; a fresh one if the form carries none."""
        try:
            return UUID(self.cleaned_data.get("made_id", ""))
        except ValueError:
            return uuid6.uuid7()

    def renew(self, refusal: Exception) -> None:
        """Refuse a form that has made something else, and let it make one thing more."""
        self.data = {name: self.data[name] for name in self.data} | {
            "made_id": str(uuid6.uuid7())
        }
        self.refuse(None, refusal)
