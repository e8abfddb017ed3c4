"""Holds: payouts of a shop wait, for a reason and until a day that the shop is told.

Settlements close as ever; only their payouts are left out of runs (`banking/holds.py`). A hold
ends by itself: nothing has to run at that instant.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from banking.runs import wait_for_releases
from foundation.once import make_once
from identity.models import User
from merchants.errors import HoldDayUnfit, HoldOver
from merchants.fee_rules import find_first_day, refuse_own_shop
from merchants.hold_rules import RULES, explain_rule
from merchants.models import HoldRule, Merchant, MerchantBalance, PayoutHold
from merchants.payouts import find_hold, list_in_force
from merchants.recipients import list_addresses
from merchants.timetables import find_cut
from relay.letters import send_letter


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """A rule, the last day of the hold, and what the shop reads of it."""

    rule: str
    last_day: date
    reason: str
    appeal: str


@transaction.atomic
def place_hold(merchant: Merchant, new: NewHold, *, hold_id: UUID, by: User) -> PayoutHold:
    """Hold a shop's payouts to the end of a day, and write to it; again, return the same one.

    Payouts that a released run holds already are not stopped.

    Raises:
        OwnRequest: the person works for this shop.
        HoldDayUnfit: the day is over, or later than the rule allows.
        FormReused: the form made another hold before.
    """
    refuse_own_shop(merchant, by)
    days_max = RULES[HoldRule(new.rule)].days_max
    today = find_first_day(merchant) - timedelta(days=1)
    if not today <= new.last_day <= today + timedelta(days=days_max):
        raise HoldDayUnfit(days_max)
    ends_at = find_cut(new.last_day + timedelta(days=1), time.min, merchant.time_zone)

    def make(made_id: UUID) -> PayoutHold:
        balances = MerchantBalance.objects.filter(merchant=merchant)
        wait_for_releases(balances.values_list("payable_account_id", flat=True))
        hold = PayoutHold.objects.create(
            id=made_id,
            merchant=merchant,
            rule=new.rule,
            reason=new.reason,
            appeal=new.appeal,
            ends_at=ends_at,
            placed_by=by,
        )
        _tell("payouts_held", hold)
        return hold

    def is_same(made: PayoutHold) -> bool:
        kept = (made.rule, made.reason, made.appeal, made.ends_at)
        return kept == (new.rule, new.reason, new.appeal, ends_at)

    mine = PayoutHold.objects.filter(merchant=merchant, placed_by=by)
    return make_once(mine, hold_id, make=make, is_same=is_same)


@transaction.atomic
def lift_hold(hold: PayoutHold, *, because: str, by: User) -> None:
    """Lift a hold before its end, and write to the shop.

    Raises:
        OwnRequest: the person works for this shop.
        HoldOver: it was lifted, or has ended; nothing is changed.
    """
    refuse_own_shop(hold.merchant, by)
    mine = PayoutHold.objects.filter(pk=hold.pk, lifted_at=None, ends_at__gt=Now())
    if not mine.update(lifted_by=by, lifted_at=Now(), lifted_because=because):
        raise HoldOver
    hold.refresh_from_db()
    _tell("payouts_free", hold)


def show_hold(merchant_id: UUID) -> PayoutHold | None:
    """Return the hold in force that ends last, with its rule in words for a page."""
    hold = find_hold(merchant_id)
    if hold is not None:
        hold.words = explain_rule(hold.rule)
    return hold


def list_holds(merchant: Merchant, *, count_max: int) -> list[PayoutHold]:
    """List a shop's holds, the latest first."""
    holds = PayoutHold.objects.filter(merchant=merchant)
    return list(holds.select_related("placed_by", "lifted_by").order_by("-id")[:count_max])


def list_held_shops() -> list[Merchant]:
    """List the shops whose payouts are held at present, by name."""
    held = list_in_force().values("merchant_id")
    return list(Merchant.objects.filter(pk__in=held).order_by("name", "id"))


def list_held_accounts() -> QuerySet[MerchantBalance, UUID]:
    """List the ledger's accounts whose payouts are held at present, for `banking/holds.py`."""
    held = MerchantBalance.objects.filter(merchant__in=list_in_force().values("merchant_id"))
    return held.values_list("payable_account_id", flat=True)


def _tell(kind: str, hold: PayoutHold) -> None:
    for address in list_addresses(hold.merchant_id):
        send_letter(kind, subject=hold.id, address=address)
