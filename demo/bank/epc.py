"""Reads what the customer's banking app scans: EPC069-12, by a reader of the bank's own."""

import re
from dataclasses import dataclass

from demo.bank.accounts import is_iban, tidy_iban

_AMOUNT = re.compile(r"EUR(\d{1,9})(?:\.(\d{1,2}))?")


class CodeRefused(Exception):
    """The text is no EPC code of a transfer in euros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpcCode:
    """What the code asks for; an amount of 0 is the payer's to choose."""

    name: str
    iban: str
    amount_minor: int
    reference: str
    remittance: str


def read_code(text: str) -> EpcCode:
    """Read the lines of an EPC code, however the lines end.

    Raises:
        CodeRefused: it is none.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    lines += [""] * (12 - len(lines))
    if lines[0] != "BCD" or lines[1] not in {"001", "002"} or lines[3] != "SCT":
        raise CodeRefused("This is no EPC code: it begins with BCD, a version and SCT.")
    iban, amount = tidy_iban(lines[6]), lines[7]
    if not is_iban(iban):
        raise CodeRefused("The code's IBAN is wrong.")
    found = _AMOUNT.fullmatch(amount)
    if amount and not found:
        raise CodeRefused("The code's amount is not one in euros.")
    return EpcCode(
        name=lines[5],
        iban=iban,
        amount_minor=int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0,
        reference="".join(lines[9].split()),
        remittance=lines[10],
    )
