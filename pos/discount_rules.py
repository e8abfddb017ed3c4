"""What a store says of discounts: its cashiers' cap, and what discounts are given for."""

import re
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext

from foundation.fields import is_plain
from ledger.errors import PercentUnreadable
from ledger.typed import read_percent
from merchants.models import Store
from pos.models import DiscountCap, DiscountReason

_REASONS_MAX = 12
_LENGTH_MAX = 40
# "Staff 20 %": a name, and a percentage at its end.
_WITH_PERCENT = re.compile(r"(.*\S)\s+([\d.,]+)\s*%")


class ReasonUnreadable(Exception):
    """A reason for discounts that cannot be kept; says which one, and why."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a discount is given for, and its usual percentage in basis points, if it has one."""

    name: str
    percent_bps: int | None = None


def list_reasons(store: Store) -> list[DiscountReason]:
    """List what a store gives discounts for, in its order."""
    return list(DiscountReason.objects.filter(store=store))


def write_reasons(reasons: list[DiscountReason]) -> str:
    """Return reasons as they are typed, one a line."""
    return "\n".join(
        f"{reason.name} {reason.percent} %" if reason.percent else reason.name
        for reason in reasons
    )


def read_reasons(text: str) -> list[Reason]:
    """Read reasons as they are typed, one a line, each perhaps with a percentage.

    Raises:
        ReasonUnreadable: names the line at fault.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    reasons = [_read_reason(line) for line in lines if line]
    if len(reasons) > _REASONS_MAX:
        words = gettext("Type %(most)s reasons at most: more do not fit on the till.")
        raise ReasonUnreadable(words % {"most": _REASONS_MAX})
    names = sorted(reason.name for reason in reasons)
    for before, after in pairwise(names):
        if before == after:
            words = gettext("“%(reason)s” is there twice.")
            raise ReasonUnreadable(words % {"reason": after})
    return reasons


def _read_reason(line: str) -> Reason:
    found = _WITH_PERCENT.fullmatch(line)
    name, percent = found.groups() if found else (line, "")
    if len(name) > _LENGTH_MAX or not is_plain(name):
        words = gettext("Type each reason in up to 40 letters: “%(reason)s”.")
        raise ReasonUnreadable(words % {"reason": name[:_LENGTH_MAX]})
    try:
        percent_bps = read_percent(percent) if percent else None
    except PercentUnreadable:
        percent_bps = 0
    if percent_bps == 0:
        words = gettext("Type a percentage from 0.01 to 100, or none: “%(reason)s”.")
        raise ReasonUnreadable(words % {"reason": line})
    return Reason(name, percent_bps)


@transaction.atomic
def choose_discounts(store: Store, *, most_bps: int, reasons: list[Reason]) -> None:
    """Choose the cashiers' cap and the reasons of a store; again changes nothing."""
    # The store's row, so that two who save at once leave one of the two lists.
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    DiscountCap.objects.update_or_create(store=store, defaults={"most_bps": most_bps})
    DiscountReason.objects.filter(store=store).delete()
    DiscountReason.objects.bulk_create(
        DiscountReason(
            store=store, position=position, name=reason.name, percent_bps=reason.percent_bps
        )
        for position, reason in enumerate(reasons)
    )
