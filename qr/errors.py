"""Reasons to refuse a payload, and deviations that a lenient reader only reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """The family of the rule that was broken; stable, for programs."""

    MISSING = "missing"
    UNEXPECTED = "unexpected"
    STRUCTURE = "structure"
    LENGTH = "length"
    CHARACTERS = "characters"
    VALUE = "value"
    CHECKSUM = "checksum"
    DUPLICATE = "duplicate"
    ORDER = "order"
    RESERVED = "reserved"
    AGREEMENT = "agreement"


class Weight(IntEnum):
    """How grave a deviation is: a note, refused by the strict reader, or fatal for all."""

    NOTE = 0
    TOLERABLE = 1
    FATAL = 2


@dataclass(frozen=True, slots=True)
class Deviation:
    """One rule that one object of a payload breaks.

    `object_id` is a path such as `62-05` or `creditor-name`; `rule` says what should be,
    `detail` what was found; `offset` counts characters of the text, where it is known.
    """

    object_id: str
    kind: Kind
    rule: str
    detail: str = ""
    weight: Weight = Weight.FATAL
    offset: int | None = None

    def __str__(self) -> str:
        subject = f"{self.object_id}: " if self.object_id else ""
        return f"{subject}{self.rule}" + (f" ({self.detail})" if self.detail else "")


class PayloadInvalid(ValueError):
    """The text is not a payload of the expected form; the only error this library raises."""

    def __init__(self, detail: str, *, deviation: Deviation | None = None) -> None:
        super().__init__(detail)
        self.deviation = deviation or Deviation("", Kind.STRUCTURE, detail)

    @classmethod
    def from_deviation(cls, deviation: Deviation) -> "PayloadInvalid":
        """Make the refusal that names the deviation's object and rule."""
        return cls(str(deviation), deviation=deviation)

    @property
    def object_id(self) -> str:
        """Return the path of the object that broke the rule; empty for the text as a whole."""
        return self.deviation.object_id

    @property
    def kind(self) -> Kind:
        """Return the family of the rule."""
        return self.deviation.kind

    @property
    def rule(self) -> str:
        """Return the rule in words."""
        return self.deviation.rule

    @property
    def detail(self) -> str:
        """Return what was found instead."""
        return self.deviation.detail


def raise_gravest(deviations: Iterable[Deviation]) -> None:
    """Refuse for the gravest deviation, the first of equals; notes are let through.

    Raises:
        PayloadInvalid: there is one.
    """
    gravest = max(deviations, key=lambda each: each.weight, default=None)
    if gravest is not None and gravest.weight is not Weight.NOTE:
        raise PayloadInvalid.from_deviation(gravest)
