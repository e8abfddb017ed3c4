"""Typed digits of every script, converted to 0 to 9."""

from unicodedata import decimal


def fold_digits(text: str) -> str:
    """Write every decimal digit (Unicode category Nd, of any script) as 0 to 9."""
    return "".join(
        str(decimal(character)) if character.isdecimal() else character for character in text
    )
