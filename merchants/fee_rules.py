"""Fee rules: asked for by one operator, agreed to by another, in force from a day to come.

Each capture reads the rule in force at its own instant (`merchants/sql/find_fee_rule.sql`). A
rule is agreed to some minutes before it applies at the latest, so that no sale of its time can
have been captured without seeing it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from foundation.once import make_once
from identity import agreements
from identity.errors import OwnRequest
from identity.models import User
from identity.persons import are_one_person
from merchants.errors import FeeRuleAlready, FeeRuleTooSoon
from merchants.fees import Fee, MethodFee, read_fee, read_methods, read_tiers
from merchants.models import FeeMethod, FeeRule, FeeTier, Merchant, StaffMember
from merchants.queries import read_clock
from merchants.recipients import list_addresses
from relay.letters import send_letter

# Longer than any transaction may last that agrees to a rule.
_LEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """Another fee, the day from which it is to apply, and why.

    A tier is the volume of a month from which on it applies, in minor units, and its share. A
    method that is named has its own parts whatever the tier.
    """

    fee: Fee
    applies_on: date
    reason: str
    tiers: tuple[tuple[int, int], ...] = ()
    methods: tuple[MethodFee, ...] = ()


def find_first_day(merchant: Merchant) -> date:
    """Return the first day from which a new rule may apply: tomorrow, where the shop is."""
    return read_clock().astimezone(ZoneInfo(merchant.time_zone)).date() + timedelta(days=1)


def ask(merchant: Merchant, new: NewRule, *, rule_id: UUID, by: User) -> FeeRule:
    """Ask for another fee from the beginning of a day; sent again, return the same one.

    Raises:
        OwnRequest: the person works for this shop.
        FeeRuleTooSoon: the day is not to come.
        FeeRuleAlready: another change waits for a second person.
        FormReused: the form asked for something else before.
    """
    refuse_own_shop(merchant, by)
    if new.applies_on < find_first_day(merchant):
        raise FeeRuleTooSoon
    applies_from = _begin(new.applies_on, merchant)

    def make(made_id: UUID) -> FeeRule:
        rule = FeeRule.objects.create(
            id=made_id,
            merchant=merchant,
            mdr_bps=new.fee.mdr_bps,
            fee_fixed_minor=new.fee.fee_fixed_minor,
            fee_min_minor=new.fee.fee_min_minor,
            fee_max_minor=new.fee.fee_max_minor,
            applies_from=applies_from,
            by_method=bool(new.methods),
            reason=new.reason,
            asked_by=by,
        )
        write_methods(rule, new.methods)
        FeeTier.objects.bulk_create(
            FeeTier(rule=rule, from_minor=from_minor, mdr_bps=mdr_bps)
            for from_minor, mdr_bps in new.tiers
        )
        return rule

    def is_same(made: FeeRule) -> bool:
        kept = (read_fee(made), made.applies_from, made.reason, read_tiers(made))
        wanted = (new.fee, applies_from, new.reason, new.tiers)
        return kept == wanted and read_methods(made) == new.methods

    try:
        return make_once(
            FeeRule.objects.filter(merchant=merchant, asked_by=by),
            rule_id,
            make=make,
            is_same=is_same,
        )
    except IntegrityError:
        raise FeeRuleAlready from None


@transaction.atomic
def agree(rule: FeeRule, *, by: User) -> None:
    """Agree to a rule, as a second person, and write to the shop.

    Raises:
        OwnRequest: the person has asked for it, or works for this shop.
        FeeRuleTooSoon: its day has come meanwhile, or is about to.
        DecidedMeanwhile: it was agreed to or withdrawn.
    """
    refuse_own_shop(rule.merchant, by)
    lock_rules(rule.merchant_id)
    if rule.applies_from <= read_clock() + _LEAD:
        raise FeeRuleTooSoon
    # By the statement's clock once more: this transaction may have waited for another.
    in_time = FeeRule.objects.filter(applies_from__gt=Now() + _LEAD)
    agreements.agree(rule, among=in_time, by=by)
    for address in list_addresses(rule.merchant_id):
        send_letter("fee_rule", subject=rule.id, address=address)


def write_methods(rule: FeeRule, methods: tuple[MethodFee, ...]) -> None:
    """Write what a new rule takes of some payment methods."""
    FeeMethod.objects.bulk_create(
        FeeMethod(
            rule=rule,
            method=each.method,
            mdr_bps=each.mdr_bps,
            fee_fixed_minor=each.fee_fixed_minor,
        )
        for each in methods
    )


def withdraw(rule: FeeRule, *, by: User) -> None:
    """Withdraw a rule, or decline it, before a second person has agreed.

    Raises:
        DecidedMeanwhile: it was agreed to or withdrawn.
    """
    agreements.withdraw(rule, among=FeeRule.objects.all(), by=by)


def lock_rules(merchant_id: UUID) -> None:
    """Lock what a shop's rules are agreed to under, until the transaction ends.

    Of two rules for one instant the one agreed to last applies: each must see the other.
    """
    Merchant.objects.select_for_update(no_key=True).only("pk").get(pk=merchant_id)


def find_open(merchant_id: UUID) -> FeeRule | None:
    """Return the rule that waits for a second person."""
    waiting = agreements.list_open(FeeRule.objects.filter(merchant_id=merchant_id))
    return waiting.select_related("asked_by", "merchant").first()


def list_waiting() -> list[FeeRule]:
    """List the rules that wait for a second person, of all shops, the oldest first."""
    waiting = agreements.list_open(FeeRule.objects.select_related("merchant", "asked_by"))
    return list(waiting.order_by("id"))


def list_rules(merchant_id: UUID, *, count_max: int) -> list[FeeRule]:
    """List the rules that were agreed to, the latest first."""
    agreed = FeeRule.objects.filter(merchant_id=merchant_id, agreed_at__isnull=False)
    people = agreed.select_related("asked_by", "agreed_by").prefetch_related("tiers", "methods")
    return list(people.order_by("-applies_from", "-agreed_at")[:count_max])


def refuse_own_shop(merchant: Merchant, person: User) -> None:
    """Refuse people who work for the shop, by another sign-in too.

    Raises:
        OwnRequest: the person does.
    """
    people = StaffMember.objects.filter(merchant=merchant, is_active=True)
    if any(are_one_person(each.user, person) for each in people.select_related("user")):
        raise OwnRequest


def _begin(day: date, merchant: Merchant) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(merchant.time_zone))
