"""Discounts: what they come to, shared over a sale's lines, and who may give how much."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from django.db.models.functions import Now

from ledger.shares import divide, share_out
from merchants.access import can_manage
from merchants.models import StaffMember, Store
from pos.errors import DiscountNotAllowed, DiscountTooLarge, NotFound
from pos.lines import NewLine
from pos.models import (
    Approval,
    Charge,
    ChargeDiscount,
    ChargeLine,
    ChargeStatus,
    DiscountCap,
)
from pos.models.discounts import CAP_BPS, WHOLE_BPS
from pos.principals import Principal
from pos.queries import read_reference

_APPROVAL_LIFE = timedelta(minutes=30)
_UNPAID = {ChargeStatus.CANCELED, ChargeStatus.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDiscount:
    """A discount as it is asked for: a share in basis points, or else an amount."""

    percent_bps: int | None = None
    amount_minor: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a discount came to, of which line; `position` None is the whole sale."""

    position: int | None
    name: str
    percent_bps: int | None
    amount_minor: int
    # What it was taken from.
    base_minor: int
    reason: str

    @property
    def share_bps(self) -> int:
        """Return its share of what it is taken from, rounded up."""
        if self.percent_bps is not None:
            return self.percent_bps
        return -(-self.amount_minor * WHOLE_BPS // self.base_minor)


def take_percent(minor: int, bps: int) -> int:
    """Return a share of an amount in minor units, rounded half up: for the customer."""
    return divide(minor * bps, WHOLE_BPS)


def take_discounts(
    lines: Sequence[NewLine],
    *,
    own: Sequence[NewDiscount | None],
    whole: NewDiscount | None,
) -> tuple[tuple[NewLine, ...], tuple[Taken, ...]]:
    """Take each line's own discount off it, then the whole sale's off all of them.

    Raises:
        DiscountTooLarge: one is more than what it is taken from.
    """
    taken = [
        _take(discount, line.price_minor, position=position, name=line.name)
        for position, (line, discount) in enumerate(zip(lines, own, strict=True))
        if discount
    ]
    off = {each.position: each.amount_minor for each in taken}
    nets = [line.price_minor - off.get(place, 0) for place, line in enumerate(lines)]
    shares = [0] * len(lines)
    if whole and sum(nets):
        taken.append(_take(whole, sum(nets), position=None, name=""))
        shares = share_out(taken[-1].amount_minor, nets)
    discounted = tuple(
        replace(line, discount_minor=off.get(place, 0) + shares[place])
        for place, line in enumerate(lines)
    )
    return discounted, tuple(each for each in taken if each.amount_minor)


def _take(discount: NewDiscount, minor: int, *, position: int | None, name: str) -> Taken:
    if discount.percent_bps is not None:
        amount_minor = take_percent(minor, discount.percent_bps)
    else:
        amount_minor = discount.amount_minor or 0
    if amount_minor > minor:
        raise DiscountTooLarge(position)
    return Taken(
        position=position,
        name=name,
        percent_bps=discount.percent_bps,
        amount_minor=amount_minor,
        base_minor=minor,
        reason=discount.reason,
    )


def sum_shares(taken: Iterable[Taken]) -> int:
    """Return how far discounts go, in basis points: the largest line's plus the whole's."""
    shares = [(each.position is None, each.share_bps) for each in taken]
    return max((bps for is_whole, bps in shares if not is_whole), default=0) + sum(
        bps for is_whole, bps in shares if is_whole
    )


def read_cap(store: Store) -> int:
    """Return how much a store's cashiers may take off by themselves, in basis points."""
    chosen = DiscountCap.objects.filter(store=store).first()
    return chosen.most_bps if chosen else CAP_BPS


def find_allower(
    principal: Principal, taken: Sequence[Taken], *, approval: str
) -> Approval | None:
    """Return the approval that a sale's discounts need; None if they need none.

    Locks it, so that two sales which use the same one are decided one after the other. Must run
    inside the transaction that opens the charge.

    Raises:
        DiscountNotAllowed: the cashier may not give so much, and no manager has allowed it.
    """
    cashier, needed_bps = principal.cashier, sum_shares(taken)
    # A server or an integration acts for the shop itself.
    if cashier is None or can_manage(cashier):
        return None
    cap_bps = read_cap(principal.store)
    if needed_bps <= cap_bps:
        return None
    found = _lock_approval(principal, approval) if approval else None
    if found is None or found.most_bps < needed_bps:
        raise DiscountNotAllowed(cap_bps)
    if found.charge_id and Charge.objects.get(pk=found.charge_id).status_now not in _UNPAID:
        raise DiscountNotAllowed(cap_bps)
    return found


def _lock_approval(principal: Principal, reference: str) -> Approval | None:
    try:
        approval_id = read_reference("av", reference)
    except NotFound:
        return None
    return (
        Approval.objects.select_for_update(no_key=True)
        .filter(
            pk=approval_id,
            terminal=principal.terminal,
            cashier=principal.cashier,
            created_at__gt=Now() - _APPROVAL_LIFE,
        )
        .first()
    )


def record_discounts(
    charge: Charge,
    taken: Iterable[Taken],
    *,
    giver: StaffMember | None,
    allowed: Approval | None,
) -> None:
    """Write what was given, by whom, and who allowed it; must run with the charge's opening."""
    ChargeDiscount.objects.bulk_create(
        ChargeDiscount(
            charge=charge,
            position=each.position,
            name=each.name,
            percent_bps=each.percent_bps,
            amount_minor=each.amount_minor,
            reason=each.reason,
            given_by=giver,
            allowed_by=allowed.manager if allowed else None,
        )
        for each in taken
    )
    if allowed is not None:
        Approval.objects.filter(pk=allowed.pk).update(charge=charge)


def list_discounts(charge: Charge, lines: Iterable[ChargeLine]) -> list[ChargeDiscount]:
    """List what was given on a sale, with who gave it; asks nothing where no line has any."""
    if not any(line.discount_minor for line in lines):
        return []
    given = ChargeDiscount.objects.filter(charge=charge)
    people = given.select_related("given_by__user", "allowed_by__user")
    # Each one's currency is this charge's, which is at hand.
    return [*map(partial(_keep_charge, charge), people)]


def _keep_charge(charge: Charge, given: ChargeDiscount) -> ChargeDiscount:
    given.charge = charge
    return given
