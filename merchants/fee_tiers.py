"""Tiers: a month's share by what the shop sold in the month before.

On the last day of each month, in shop time, a job counts what the shop sold, and writes the
rule that applies from the first of the next month on, if another share is due then. A month is
counted from the last day of the one before to the day before its own last: each sale once, and
nothing in the way of a sale. The rule is written before it applies, as all rules are.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from merchants.fee_months import go_on
from merchants.fee_rules import lock_rules, write_methods
from merchants.fees import read_methods, read_tiers
from merchants.models import FeeRule, FeeTier, Merchant
from merchants.organisations import find_organisation
from merchants.queries import read_clock
from merchants.recipients import list_addresses
from relay.letters import send_letter

logger = logging.getLogger(__name__)
# Longer than any transaction may last, so that each sale of the days before is there.
_LAG = timedelta(minutes=20)
# As for rules that people agree to (`merchants/fee_rules.py`).
_LEAD = timedelta(minutes=10)
_SUM = """
    SELECT coalesce(sum(t.amount_minor), 0)::bigint
      FROM merchants_store s
      JOIN ledger_transfer t ON t.credit_account_id = s.takings_account_id
     WHERE s.merchant_id = %(merchant)s AND s.currency = %(currency)s
       AND t.kind = 'capture' AND t.phase IN ('single', 'post')
       AND t.posted_at >= %(since)s AND t.posted_at < %(until)s
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A coming month, and the instants between which sales decide its tier."""

    since: datetime
    until: datetime
    applies_from: datetime


def find_turn(now: datetime, time_zone: str) -> Turn | None:
    """Return the month that tiers are set for at an instant; None but on a month's last day."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    first = go_on(today.replace(day=1), months=1)
    turn = Turn(
        since=_begin(today.replace(day=1) - timedelta(days=1), zone),
        until=_begin(first - timedelta(days=1), zone),
        applies_from=_begin(first, zone),
    )
    is_time = turn.until + _LAG <= now < turn.applies_from - _LEAD
    return turn if is_time else None


def choose_tier(base_bps: int, tiers: tuple[tuple[int, int], ...], volume_minor: int) -> int:
    """Return a volume's share: the highest tier that it reaches, or else the rule's own."""
    return next(
        (bps for from_minor, bps in reversed(tiers) if volume_minor >= from_minor), base_bps
    )


def set_due_tiers() -> None:
    """Write the rules of the coming month where one is due; safe to run twice at a time."""
    now = read_clock()
    with_tiers = FeeTier.objects.filter(rule__agreed_at__isnull=False)
    merchants = Merchant.objects.filter(pk__in=with_tiers.values("rule__merchant_id"))
    for merchant in merchants.order_by("id"):
        try:
            turn = find_turn(now, merchant.time_zone)
            if turn is not None:
                _set_tier(merchant, turn)
        except Exception:
            # A fault in one must not keep those after it, in each round anew.
            logger.exception("The tier of merchant %s was not set.", merchant.id)


def sum_volume(merchant_id: UUID, turn: Turn, *, currency: str) -> int:
    """Sum what a shop sold in a currency, as the ledger has it; refunds do not lessen it."""
    facts: dict[str, Any] = {
        "merchant": merchant_id,
        "currency": currency,
        "since": turn.since,
        "until": turn.until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUM, facts)
        (volume_minor,) = cursor.fetchone()
    return int(volume_minor)


def _set_tier(merchant: Merchant, turn: Turn) -> None:
    organisation = find_organisation()
    current = _find_current(merchant.id, turn)
    if organisation is None or current is None:
        return
    base = current.tier_of or current
    tiers = read_tiers(base)
    known = FeeRule.objects.filter(tier_of=base, applies_from=turn.applies_from)
    if not tiers or known.exists():
        return
    volume_minor = sum_volume(merchant.id, turn, currency=organisation.currency)
    bps = choose_tier(base.mdr_bps, tiers, volume_minor)
    if bps != current.mdr_bps:
        _write_rule(current, turn, bps=bps, volume_minor=volume_minor)


def _find_current(merchant_id: UUID, turn: Turn) -> FeeRule | None:
    agreed = FeeRule.objects.filter(merchant_id=merchant_id, agreed_at__isnull=False)
    by_then = agreed.filter(applies_from__lte=turn.applies_from).select_related("tier_of")
    return by_then.order_by("-applies_from", "-agreed_at").first()


def _write_rule(current: FeeRule, turn: Turn, *, bps: int, volume_minor: int) -> None:
    base = current.tier_of or current
    try:
        with transaction.atomic():
            # Whoever agrees to a rule meanwhile is waited for: the tier, agreed to later, would
            # replace a rule that was not seen. The next beat sees it.
            lock_rules(base.merchant_id)
            if _find_current(base.merchant_id, turn) != current:
                return
            rule = FeeRule.objects.create(
                merchant_id=base.merchant_id,
                mdr_bps=bps,
                fee_fixed_minor=base.fee_fixed_minor,
                fee_min_minor=base.fee_min_minor,
                fee_max_minor=base.fee_max_minor,
                applies_from=turn.applies_from,
                by_method=base.by_method,
                tier_of=base,
                volume_minor=volume_minor,
                reason=base.reason,
                # Who agreed to the tiers has agreed to what follows from them.
                asked_by_id=base.asked_by_id,
                agreed_by_id=base.agreed_by_id,
                agreed_at=Now(),
            )
            write_methods(rule, read_methods(base))
            for address in list_addresses(base.merchant_id):
                send_letter("fee_rule", subject=rule.id, address=address)
    except IntegrityError:
        # Another beat wrote it, or it is too late: the month keeps the share of the one before.
        logger.info("The tier of %s for %s is set already.", base, turn.applies_from)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
