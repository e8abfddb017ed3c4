"""Answers of the API: serializers whose fields name the source of each value.

The class that renders an answer is also its description, so the two cannot differ. Answers are
only written: requests to the API have ordinary serializers.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, cast

from rest_framework import serializers
from rest_framework.fields import SkipField

# The object a field is read from: a row, a tuple, another field's value.
Thing: TypeAlias = Any
Reader = Callable[[Thing], Thing]
# What these methods of the framework do, without the call in between.
_WRITERS: dict[Any, Reader] = {
    serializers.CharField.to_representation: str,
    serializers.IntegerField.to_representation: int,
}


class _Shown(serializers.Field[Any, Any, Any, Any]):
    """A field's value: `of` applied to the thing, or else its attribute `source`.

    Unlike with the framework's fields, a missing attribute is an error, never null. A None
    value of a field that is not required and not nullable is left out.
    """

    def __init__(self, *args: Any, of: Reader | None = None, **kwargs: Any) -> None:
        self._of = of
        super().__init__(*args, **kwargs)

    def find_reader(self) -> Reader:
        """Return the shortest way to the value of one thing."""
        read = self._of or self.find_source_reader()
        if self.required or self.allow_null:
            return read

        def read_or_skip(thing: Thing) -> Thing:
            value = read(thing)
            if value is None:
                raise SkipField
            return value

        return read_or_skip

    def find_source_reader(self) -> Reader:
        """Return the shortest way to the attribute named by `source`, which may be a path."""
        first, *others = map(attrgetter, self.source_attrs)
        if not others:
            return first

        def read(thing: Thing) -> Thing:
            found = first(thing)
            for look in others:
                if found is None:
                    return None
                found = look(found)
            return found

        return read


class Answer(_Shown, serializers.Serializer[Any]):
    """An object of the API, as it is answered."""

    def to_representation(self, instance: Thing) -> dict[str, Any]:
        """Return the object for one thing."""
        return self.fill(instance)

    def fill(self, thing: Thing, **beside: Thing) -> dict[str, Any]:
        """Return the object; `beside` holds values that the thing itself does not carry."""
        shown: dict[str, Any] = {}
        for name, read, write in self._plan:
            try:
                value = beside[name] if beside and name in beside else read(thing)
            except SkipField:
                continue
            shown[name] = None if value is None else write(value)
        return shown

    @cached_property
    def _plan(self) -> list[tuple[str, Reader, Reader]]:
        return [
            (
                name,
                field.find_reader() if isinstance(field, _Shown) else field.get_attribute,
                _WRITERS.get(type(field).to_representation, field.to_representation),
            )
            for name, field in self.fields.items()
        ]

    @classmethod
    def show(cls, thing: Thing = None, **beside: Thing) -> dict[str, Any]:
        """Return a thing as the API answers it, like `fill`."""
        return _keep(cls).fill(thing, **beside)


@cache
def _keep(kind: type[Answer]) -> Answer:
    # Cached: creating one copies every field, which costs more than filling it; it has no
    # state.
    return kind()


class TextField(_Shown, serializers.CharField):
    """A text."""


class NumberField(_Shown, serializers.IntegerField):
    """A whole number."""


class FlagField(_Shown, serializers.BooleanField):
    """Yes or no."""


class DayField(_Shown, serializers.DateField):
    """A day, as in 2026-03-01."""


class ChoiceField(_Shown, serializers.ChoiceField):
    """One of a few words."""


class TextsField(_Shown, serializers.ListField):
    """A list of texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"child": serializers.CharField()} | kwargs)


class InstantField(_Shown, serializers.DateTimeField):
    """An instant, in UTC with a `Z`, to the millisecond."""

    def to_representation(self, value: datetime) -> str:
        """Return the instant as the API writes it."""
        return show_time(value)


def make_answer(
    name: str, *, doc: str, **members: serializers.Field[Any, Any, Any, Any]
) -> type[Answer]:
    """Return an answer class with members whose names cannot be attributes, such as `data`."""
    return cast(type[Answer], type(f"{name}Serializer", (Answer,), {"__doc__": doc, **members}))


class Money(NamedTuple):
    """An amount in minor units, with its ISO 4217 currency."""

    amount_minor: int
    currency: str


class MoneySerializer(Answer):
    """An amount as it is answered; unlike one that is sent, it may be 0 or less."""

    amount_minor = NumberField()
    currency = TextField(help_text="ISO 4217, as in EUR.")

    def find_source_reader(self) -> Reader:
        """Return the way to the attribute `source` + `_minor`, in the thing's currency."""
        read = attrgetter(f"{self.source}_minor", "currency")
        return lambda thing: Money(*read(thing))

    def to_representation(self, instance: Money) -> dict[str, Any]:
        """Return the amount with its currency."""
        return instance._asdict()


def show_time(moment: datetime) -> str:
    """Return an instant as UTC with a `Z`, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
