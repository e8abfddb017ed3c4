"""What takes two people: one asks, another agrees or declines, and one statement decides."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import QuerySet
from django.db.models.functions import Now

from identity.errors import DecidedMeanwhile, OwnRequest
from identity.models import Agreement, User
from identity.persons import are_one_person

A = TypeVar("A", bound=Agreement)


def list_open(wishes: QuerySet[A]) -> QuerySet[A]:
    """List those that wait for a second person."""
    return wishes.filter(agreed_at=None, withdrawn_at=None)


def agree(wish: A, *, among: QuerySet[A], by: User, about: Iterable[User] = ()) -> None:
    """Agree to a wish, as a second person; of several at once one does.

    `among` are the wishes that can still be agreed to, and `about` are the people whom it
    concerns. Must run in the transaction that carries it out.

    Raises:
        OwnRequest: the person has asked for it, maybe by another account, or is one of `about`.
        DecidedMeanwhile: somebody was faster.
    """
    if any(are_one_person(each, by) for each in (wish.asked_by, *about)):
        raise OwnRequest
    if not list_open(among).filter(pk=wish.pk).update(agreed_by=by, agreed_at=Now()):
        raise DecidedMeanwhile
    wish.refresh_from_db(fields=["agreed_by", "agreed_at"])


def withdraw(wish: A, *, among: QuerySet[A], by: User) -> None:
    """Withdraw a wish, as the person who asked, or decline it, as anybody else.

    Raises:
        DecidedMeanwhile: somebody was faster.
    """
    if not list_open(among).filter(pk=wish.pk).update(withdrawn_by=by, withdrawn_at=Now()):
        raise DecidedMeanwhile
    wish.refresh_from_db(fields=["withdrawn_by", "withdrawn_at"])
