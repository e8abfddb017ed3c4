"""Numbers of articles, as their bar codes say them (GS1 General Specifications, 7.9).

`static/js/typed.js` reads the same; one table tests both, `tests/pos/articles.json`.
"""

import re

from stdnum import ean

from foundation.digits import fold_digits
from pos.item_refusals import ArticleUnreadable

_DIGITS = 14


def read_article(typed: str) -> str:
    """Return an article's number in 14 digits: EAN-8, EAN-13, UPC-A, UPC-E or GTIN-14.

    Some scanners send UPC-E without its last digit. Eight digits that begin with 0 may be right
    as UPC-E and as EAN-8, of which no maker has such a number.

    Scanners send one article with different zeros in front; in 14 digits it is one number.

    Raises:
        ArticleUnreadable: of another length, or its last digit does not check the others.
    """
    digits = re.sub(r"[\s-]", "", fold_digits(typed))
    ways = (_expand(digits), digits) if digits.startswith("0") else (digits, _expand(digits))
    for number in ways:
        if re.fullmatch(r"[0-9]+", number) and ean.is_valid(number):
            return number.zfill(_DIGITS)
    raise ArticleUnreadable


def shorten_article(number: str) -> str:
    """Return a number of 14 digits as it stands below its bars: in 8, 12, 13 or 14."""
    lengths = (8, 12, 13)
    plain = number.lstrip("0")
    return number[-next((each for each in lengths if len(plain) <= each), _DIGITS) :]


def _expand(digits: str) -> str:
    """Return the UPC-A number that a UPC-E one shortens."""
    if not re.fullmatch(r"[01][0-9]{6,7}", digits):
        return ""
    system, body, check = digits[0], digits[1:7], digits[7:]
    last = body[5]
    if last in "012":
        middle = f"{body[:2]}{last}0000{body[2:5]}"
    elif last == "3":
        middle = f"{body[:3]}00000{body[3:5]}"
    elif last == "4":
        middle = f"{body[:4]}00000{body[4]}"
    else:
        middle = f"{body[:5]}0000{last}"
    return system + middle + (check or str(ean.calc_check_digit(system + middle)))
