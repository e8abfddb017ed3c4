"""Refusals: what the API tells of one stands beside it, and beside a view which it may meet."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import unwrap
from typing import Any, TypeVar

_Refusal = TypeVar("_Refusal", bound=type[Exception])
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a problem's answer beside those that all have.

    `kind` is what it holds: `int`, `str` or an enumeration of Django's; `source` is the
    refusal's attribute, where that is called otherwise.
    """

    name: str
    kind: type[int] | type[str]
    note: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the API tells of a refusal: status, code, the field to blame, and more members."""

    status: int
    code: str
    field: str = ""
    members: tuple[Member, ...] = ()


_PROBLEMS: dict[type[Exception], Problem] = {}
_REFUSED: dict[Callable[..., Any], tuple[type[Exception], ...]] = {}


def problem(
    status: int, code: str, *, field: str = "", members: tuple[Member, ...] = ()
) -> Callable[[_Refusal], _Refusal]:
    """Say at a refusal's class how the API answers it; its subclasses are answered alike."""

    def keep(refusal: _Refusal) -> _Refusal:
        _PROBLEMS[refusal] = Problem(status, code, field, members)
        return refusal

    return keep


def refuses(*refusals: type[Exception]) -> Callable[[_View], _View]:
    """Say beside a view which refusals its callers may meet, besides those of every view."""

    def keep(view: _View) -> _View:
        _REFUSED[view] = refusals
        return view

    return keep


def find_problem(refusal: type[Exception]) -> Problem | None:
    """Return what the API tells of this kind of refusal. None: nothing, it is a mistake."""
    return next((_PROBLEMS[kind] for kind in refusal.__mro__ if kind in _PROBLEMS), None)


def list_problems() -> dict[type[Exception], Problem]:
    """Return every refusal that the API answers, of all modules imported so far."""
    return dict(_PROBLEMS)


def list_refused(view: Callable[..., Any]) -> tuple[type[Exception], ...]:
    """Return the refusals that were declared beside a view."""
    return _REFUSED.get(unwrap(view), ())
