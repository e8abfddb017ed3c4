"""Creditor references (ISO 11649): ours are RF, two check digits and twelve digits."""

import re
import secrets

from qr.checksum import is_creditor_reference

_DIGITS = 12
_LENGTH = 4 + _DIGITS
_OURS = re.compile(rf"RF[0-9]{{{_LENGTH - 2}}}")
_DROPPED = re.compile(r"[\s\-./]+")


def draw_reference() -> str:
    """Draw a new reference; one in 10^12, so a clash is drawn again."""
    return complete_reference("".join(secrets.choice("0123456789") for _ in range(_DIGITS)))


def complete_reference(digits: str) -> str:
    """Return the reference of these digits, with its check digits (ISO 7064, mod 97-10)."""
    # R and F are 27 and 15.
    check = 98 - int(f"{digits}271500") % 97
    return f"RF{check:02}{digits}"


def find_reference(*texts: str) -> str:
    """Return the first reference in the form of ours in these texts, or an empty text.

    Blanks, hyphens, points and strokes in it are dropped: banks and people put them in.
    """
    for text in texts:
        plain = _DROPPED.sub("", text).upper()
        # Overlapping, because what stands before a reference may look like its beginning.
        start = plain.find("RF")
        while start >= 0:
            found = _OURS.match(plain, start)
            if found and is_creditor_reference(found[0]):
                return found[0]
            start = plain.find("RF", start + 1)
    return ""


def space_reference(reference: str) -> str:
    """Return a reference in groups of four, as it is printed."""
    return " ".join(reference[place : place + 4] for place in range(0, len(reference), 4))
