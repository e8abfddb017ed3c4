"""Forms of pages: what was typed stays, and a refusal stands beside its field."""

from typing import Any
from uuid import UUID

import uuid6
from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
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
    """A form that makes something, and carries its id (`foundation/once.py`).

    The id is signed for this kind of form: a browser cannot choose it, and what was drawn for
    one form makes nothing by another.
    """

    made_id = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["made_id"].initial = lambda: self.sign_id(uuid6.uuid7())

    @classmethod
    def sign_id(cls, made_id: UUID) -> str:
        """Return the id with the signature by which this kind of form takes it."""
        return cls._signer().sign(str(made_id))

    def read_id(self) -> UUID:
        """Return the id of what is to be made; a fresh one if the form carries none of ours."""
        try:
            return UUID(self._signer().unsign(self.cleaned_data.get("made_id", "")))
        except (BadSignature, ValueError):
            return uuid6.uuid7()

    def renew(self, refusal: Exception) -> None:
        """Refuse a form that has made something else, and let it make one thing more."""
        self.data = {name: self.data[name] for name in self.data} | {
            "made_id": self.sign_id(uuid6.uuid7())
        }
        self.refuse(None, refusal)

    @classmethod
    def _signer(cls) -> Signer:
        return Signer(salt=f"{cls.__module__}.{cls.__name__}")
