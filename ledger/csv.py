"""Text for files that spreadsheets open."""

import unicodedata

_FORMULA = ("=", "+", "-", "@")
_BREAKS = ("\t", "\r", "\n")
# Blanks, line breaks, control and format characters.
_UNSEEN = {"Zs", "Zl", "Zp", "Cc", "Cf"}


def quote_formula(text: str) -> str:
    """Keep a spreadsheet from running a customer's text as a formula."""
    # Programs for Chinese and Japanese read the full-width signs, such as U+FF1D, as plain
    # ones; others strip blanks, invisible marks and quotes of their own before they look.
    plain = unicodedata.normalize("NFKC", text)
    shown = "".join(sign for sign in plain if unicodedata.category(sign) not in _UNSEEN)
    is_formula = shown.startswith(_FORMULA) or text.startswith(_BREAKS)
    return f"'{text}" if is_formula else text
