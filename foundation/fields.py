"""Fields of requests to the API: strict about JSON's types."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# They join or separate letters: Persian, Hindi and emoji need them.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


def is_plain(text: str) -> bool:
    """Return whether a text is one line of visible characters, and not only joiners."""
    seen = text.translate(_JOINERS)
    return seen.isprintable() and bool(seen) == bool(text)


class WholeNumberField(serializers.IntegerField):
    """An integer that is one in JSON too: `480`, but not `"480"`, `4.8`, `4e2` or `true`."""

    def to_internal_value(self, data: object) -> int:
        """Refuse every other type before checking the value."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class PlainTextField(serializers.CharField):
    """A short text on one line; numbers are not quietly turned into text."""

    default_error_messages = {"control": _("Control characters are not allowed.")}

    def to_internal_value(self, data: object) -> str:
        """Refuse other types and control characters."""
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if not is_plain(text):
            self.fail("control")
        return text
