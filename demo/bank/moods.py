"""How the bank misbehaves on purpose: by somebody's wish, or by a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What the bank may do badly."""

    TRANSFER = "transfer"
    RUN = "run"
    ORDER = "order"
    ADVICE = "advice"
    REPORT = "report"
    STATEMENT = "statement"


class Mood(StrEnum):
    """One way to do it; WELL is to do it as it should be."""

    WELL = "well"
    # A transfer to the operator.
    WRONG_AMOUNT = "wrong_amount"
    WRONG_REFERENCE = "wrong_reference"
    NO_REFERENCE = "no_reference"
    REFERENCE_AS_TEXT = "reference_as_text"
    PENDING = "pending"
    PENDING_GONE = "pending_gone"
    # A run of orders.
    BATCH = "batch"
    NO_ANSWER = "no_answer"
    LOST = "lost"
    # One order of a run.
    REFUSED = "refused"
    REFUSED_LATER = "refused_later"
    RETURNED = "returned"
    # Any file.
    AGAIN = "again"
    HALF = "half"
    # A statement.
    OVERLAP = "overlap"
    CHARGE = "charge"
    # Anything.
    LATE = "late"


_FILE = (Mood.LATE, Mood.AGAIN, Mood.HALF)
MOODS = {
    Topic.TRANSFER: (
        Mood.LATE,
        Mood.WRONG_AMOUNT,
        Mood.WRONG_REFERENCE,
        Mood.NO_REFERENCE,
        Mood.REFERENCE_AS_TEXT,
        Mood.PENDING,
        Mood.PENDING_GONE,
    ),
    Topic.RUN: (Mood.BATCH, Mood.NO_ANSWER, Mood.LOST),
    Topic.ORDER: (Mood.REFUSED, Mood.REFUSED_LATER, Mood.RETURNED, Mood.LATE),
    Topic.ADVICE: _FILE,
    Topic.REPORT: _FILE,
    Topic.STATEMENT: (*_FILE, Mood.OVERLAP, Mood.CHARGE),
}
# ISO 20022 reasons of a return and of a refusal.
RETURN_CODES = ("AC04", "AC06", "MD07", "BE05")
REFUSAL_CODES = ("AC04", "AC06", "AG01", "RR04")
Choose = Callable[[Topic, str], Mood]


def behave(_topic: Topic, _key: str) -> Mood:
    """Do everything well."""
    return Mood.WELL


@dataclass(frozen=True, slots=True)
class Temper:
    """Misbehaves in `rate` of all cases.

    The same seed does the same with the same thing, whatever happened before it.
    """

    seed: int
    rate: float = 0.25

    def __call__(self, topic: Topic, key: str) -> Mood:
        """Choose the mood for the thing that has this key."""
        chance = random.Random(f"{self.seed}/{topic}/{key}")  # noqa: S311  a test's dice
        return chance.choice(MOODS[topic]) if chance.random() < self.rate else Mood.WELL


def draw_code(codes: tuple[str, ...], key: str) -> str:
    """Return one of the codes, always the same for the same key."""
    return random.Random(key).choice(codes)  # noqa: S311  any of them will do
