"""Text for files that spreadsheets open."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def quote_formula(text: str) -> str:
    """Keep a spreadsheet from running a customer's text as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
