"""Refusals: `@problem` says how the API answers one, `@refuses` which ones a view has."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import unwrap
from typing import Any, TypeVar

_Refusal = TypeVar("_Refusal", bound=type[Exception])
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Member:
    """A further member of a problem's answer, beside the common ones.

    `kind` is its type: `int`, `str` or an enumeration of Django's; `source` is the refusal's
    attribute, if it has another name.
    """

    name: str
    kind: type[int] | type[str]
    note: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """The API's answer to a refusal: status, code, the field at fault, and further members."""

    status: int
    code: str
    field: str = ""
    members: tuple[Member, ...] = ()


_PROBLEMS: dict[type[Exception], Problem] = {}
_REFUSED: dict[Callable[..., Any], tuple[type[Exception], ...]] = {}


def problem(
    status: int, code: str, *, field: str = "", members: tuple[Member, ...] = ()
) -> Callable[[_Refusal], _Refusal]:
    """Declare at a refusal's class how the API answers it and its subclasses."""

    def keep(refusal: _Refusal) -> _Refusal:
        _PROBLEMS[refusal] = Problem(status, code, field, members)
        return refusal

    return keep


def refuses(*refusals: type[Exception]) -> Callable[[_View], _View]:
    """Declare a view's refusals, besides those of every view."""

    def keep(view: _View) -> _View:
        _REFUSED[view] = refusals
        return view

    return keep


def find_problem(refusal: type[Exception]) -> Problem | None:
    """Return the API's answer to this kind of refusal; None for an error of ours."""
    return next((_PROBLEMS[kind] for kind in refusal.__mro__ if kind in _PROBLEMS), None)


def list_problems() -> dict[type[Exception], Problem]:
    """Return every refusal that the API answers, of all modules imported so far."""
    return dict(_PROBLEMS)


def list_refused(view: Callable[..., Any]) -> tuple[type[Exception], ...]:
    """Return the refusals that were declared beside a view."""
    return _REFUSED.get(unwrap(view), ())
