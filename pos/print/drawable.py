"""Texts of letters that the fonts have: PDF/UA refuses a whole document for one without."""

from collections.abc import Mapping
from typing import Any

from pos.print.fonts import replace_undrawn


class Drawable:
    """Makes texts ready for the fonts of a country; each text once."""

    def __init__(self, country: str) -> None:
        """Begin with no text."""
        self._country = country
        self._known: dict[str, str] = {}

    def clean(self, value: Any) -> Any:  # noqa: ANN401  texts in lists in mappings, as in JSON
        """Return the same structure with texts of letters that the fonts have."""
        if isinstance(value, Mapping):
            return {key: self.clean(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.clean(each) for each in value]
        return self._clean_text(value)

    def _clean_text(self, text: str) -> str:
        if text not in self._known:
            is_plain = text.isascii() and text.isprintable()
            self._known[text] = text if is_plain else replace_undrawn(text, self._country)
        return self._known[text]
