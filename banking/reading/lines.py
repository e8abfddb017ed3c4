"""What every reader makes of a bank's file: heads of statements, and their lines."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from banking.references import find_reference

_BLANKS = re.compile(r"\s+")
# What banks write where they have no reference.
_NO_REFERENCES = frozenset({"NONREF", "NOTPROVIDED", "NOREF", "UNKNOWN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a statement; in an advice of single entries there are no balances.

    `account` is how the file names it: an IBAN, or a bank's number with an account's.
    `line` is where it stands in the file, for refusals.
    """

    format: str
    statement_id: str
    account: str
    currency: str
    opening_minor: int | None = None
    closing_minor: int | None = None
    closed_on: date | None = None
    # A further page of the statement before it; and one that a further page follows.
    goes_on: bool = False
    is_continued: bool = False
    line: int

    @property
    def is_statement(self) -> bool:
        """Return whether it is the bank's last word on a day, not an advice."""
        return self.closing_minor is not None


# Not frozen, as they might be: that would take longer than reading the fields.
@dataclass(slots=True, kw_only=True)
class Detail:
    """One payment: a whole entry, or one part of a batch; positive where money came in."""

    amount_minor: int
    end_to_end_id: str = ""
    creditor_reference: str = ""
    remittance: str = ""
    party_name: str = ""
    party_iban: str = ""
    reason_code: str = ""

    @property
    def match_reference(self) -> str:
        """Return the creditor reference, or the one of ours that is in another field."""
        given = squeeze(self.creditor_reference).upper()
        texts = (given, self.end_to_end_id, self.remittance)
        return find_reference(*texts) or given[:35]


@dataclass(slots=True, kw_only=True)
class Line:
    """One amount on the account, with its parts; their sum is the amount."""

    amount_minor: int
    booked_on: date
    valued_on: date | None = None
    is_booked: bool = True
    is_charge: bool = False
    is_reversal: bool = False
    # The bank could not or did not say what the sum consists of.
    is_lump: bool = False
    # How many payments a lump is of, where the bank says so.
    payments_count: int = 0
    bank_reference: str = ""
    details: tuple[Detail, ...] = ()
    line: int = 0

    def list_facts(self) -> tuple[str, ...]:
        """Return what makes it the same line in another file of the bank."""
        facts = (str(self.amount_minor), self.booked_on.isoformat())
        if known := drop_nothing(squeeze(self.bank_reference)):
            return (*facts, known)
        one = self.details[0] if len(self.details) == 1 else None
        if one is None:
            return (*facts, "", *(str(part.amount_minor) for part in self.details))
        # An advice often says more of the same line than the statement does.
        if one.end_to_end_id:
            return (*facts, "", squeeze(one.end_to_end_id))
        texts = (one.remittance, one.party_iban, one.creditor_reference)
        return (*facts, "", *(squeeze(text) for text in texts))


@dataclass(slots=True)
class Fingerprints:
    """Numbers equal lines of one statement, so that two equal payments stay two."""

    _named: dict[str, int] = field(default_factory=dict)
    # Of lines without a reference of the bank: how many were seen, by what they say.
    unnamed: dict[str, int] = field(default_factory=dict)

    def take(self, line: Line) -> str:
        """Return the line's fingerprint, as another file of the bank would have it too."""
        facts = "\0".join(line.list_facts()).encode()
        key = hashlib.blake2b(facts, digest_size=16)
        seen = self._named if line.bank_reference else self.unnamed
        said = key.hexdigest()
        number = seen.get(said, 0)
        seen[said] = number + 1
        if not number:
            return said
        key.update(b"\0\0%d" % number)
        return key.hexdigest()


Reading = Iterator[Head | Line]


def squeeze(text: str) -> str:
    """Return a text without any blanks: banks put some in, and break lines in references."""
    return _BLANKS.sub("", text)


def drop_nothing(reference: str) -> str:
    """Return a reference, or an empty text where it only says that there is none."""
    return "" if reference.upper() in _NO_REFERENCES else reference
