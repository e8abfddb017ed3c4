"""IBANs and names, as a bank looks at them."""

import re
import unicodedata

BIC = "DEMOIE2D"
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
# These are letters of their own, and no accents.
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})


def is_iban(text: str) -> bool:
    """Return whether the text has the form of an IBAN, and its check digits are right."""
    return _IBAN.fullmatch(text) is not None and _count_rest(text) == 1


def make_iban(number: int) -> str:
    """Return the IBAN of an account of this bank, whose code no real bank has."""
    account = f"DEMO990000{number:08}"
    return f"IE{98 - _count_rest(f'IE00{account}'):02}{account}"


def tidy_iban(text: str) -> str:
    """Return an IBAN as it was typed without its blanks, in capitals."""
    return "".join(text.split()).upper()


def show_iban(iban: str) -> str:
    """Return the IBAN in blocks of four, as people read it."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def is_same_name(one: str, other: str) -> bool:
    """Return whether both may be one name, whatever its accents, case and order of words."""
    return _list_words(one) == _list_words(other)


def _list_words(name: str) -> list[str]:
    spelled = unicodedata.normalize("NFKD", name.casefold().translate(_SPELLED))
    return sorted(re.findall(r"[^\W_]+", re.sub(r"[\u0300-\u036f.'\u2019]", "", spelled)))


def _count_rest(iban: str) -> int:
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97
