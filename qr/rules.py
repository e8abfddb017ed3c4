"""Rules as data: the object, whether it must be present, its form, and the rule in words.

The same tables serve every format: `values` maps a path (`62-05`, `creditor-name`) to text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from qr.errors import Deviation, Kind, Weight

Values = Mapping[str, str]
Condition = Callable[[Values], bool]
Test = Callable[[str], bool]
# What may stand in a text for people: nothing that controls, ends a line or turns the
# direction of reading, with which a name could pass for another.
PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
_SHOWN = 40


class Presence(Enum):
    """Whether an object is wanted."""

    MANDATORY = "mandatory"
    ONE_OF = "one of several"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a table; `when` limits it to payloads for which it answers true."""

    object_id: str
    presence: Presence
    test: Test | None
    text: str
    when: Condition | None = None
    kind: Kind = Kind.VALUE
    weight: Weight = Weight.FATAL


def must(object_id: str, test: str | Test | None, text: str, **limits: Any) -> Rule:
    """Demand an object; `test` is a pattern for its whole value, or a predicate of it."""
    return Rule(object_id, Presence.MANDATORY, _compile(test), text, **limits)


def may(object_id: str, test: str | Test | None, text: str, **limits: Any) -> Rule:
    """Allow an object, and declare its form if it is present."""
    return Rule(object_id, Presence.OPTIONAL, _compile(test), text, **limits)


def never(object_id: str, text: str, **limits: Any) -> Rule:
    """Forbid an object."""
    return Rule(object_id, Presence.FORBIDDEN, None, text, **limits)


def _compile(test: str | Test | None) -> Test | None:
    if not isinstance(test, str):
        return test
    # DOTALL, so that only the pattern's own words exclude line ends.
    match = re.compile(test, re.DOTALL).fullmatch
    return lambda value: match(value) is not None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A deviation from the base rules that a dialect allows; it stays as a note."""

    object_id: str
    kind: Kind
    when: Condition | None = None


def without(*object_ids: str) -> tuple[Waiver, ...]:
    """Allow mandatory objects to be absent."""
    return tuple(Waiver(object_id, Kind.MISSING) for object_id in object_ids)


def _show(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")


def check(
    values: Values,
    rules: Iterable[Rule],
    *,
    prefix: str = "",
    show: Callable[[str], str] = _show,
) -> Iterator[Deviation]:
    """Yield every rule the values break, in the table's order.

    `prefix` (`26-`) goes before the rules' object ids, for tables written for a template.
    `show` writes a refused value into the deviation; where values are secrets, it does not.
    """
    for rule in rules:
        if rule.when is not None and not rule.when(values):
            continue
        path = prefix + rule.object_id
        value = values.get(path)
        if value is None:
            if rule.presence is Presence.MANDATORY:
                yield Deviation(path, Kind.MISSING, rule.text, "it is missing", rule.weight)
        elif rule.presence is Presence.FORBIDDEN:
            yield Deviation(path, Kind.UNEXPECTED, rule.text, show(value), rule.weight)
        elif rule.test is not None and not rule.test(value):
            yield Deviation(path, rule.kind, rule.text, show(value), rule.weight)


def waive(
    deviations: Iterable[Deviation], waivers: Iterable[Waiver], values: Values
) -> Iterator[Deviation]:
    """Turn deviations that a dialect allows into notes; leave the others."""
    allowed = {
        (waiver.object_id, waiver.kind)
        for waiver in waivers
        if waiver.when is None or waiver.when(values)
    }
    for each in deviations:
        if (each.object_id, each.kind) in allowed:
            yield Deviation(
                each.object_id, each.kind, each.rule, each.detail, Weight.NOTE, each.offset
            )
        else:
            yield each


def flatten(fields: Mapping[str, Any], *, prefix: str = "") -> dict[str, str]:
    """Return nested fields as paths to text; what is None counts as absent."""
    values: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            values |= flatten(value, prefix=f"{prefix}{name}-")
        elif isinstance(value, str):
            values[prefix + name] = value
        elif value is not None:
            values |= flatten(dict(_number(value)), prefix=f"{prefix}{name}-")
    return values


def _number(values: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    return ((str(number), value) for number, value in enumerate(values, start=1))
