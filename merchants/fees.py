"""The fee that a merchant pays, in words and examples; SQL works it out, for sales too."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from ledger.money import find_exponent
from merchants.models import FeeMethod, FeeRule, FeeTier

# What a page shows an example of, in whole units of the currency.
_EXAMPLES = (2, 10, 50)
_CALCULATE = """
    SELECT amount, merchants_calculate_fee(
               amount, %(bps)s, %(fixed)s, %(minimum)s::bigint, %(maximum)s::bigint)
      FROM unnest(%(amounts)s::bigint[]) amount
"""
_FIND = """
    SELECT bps, fixed, coalesce(minimum, 0), maximum FROM merchants_find_fee_rule(
        merchant => %s, at => coalesce(%s::timestamptz, clock_timestamp()))
"""


@dataclass(frozen=True, slots=True)
class Fee:
    """A share of each sale in basis points, a fixed part, and bounds; in minor units."""

    mdr_bps: int
    fee_fixed_minor: int
    fee_min_minor: int = 0
    fee_max_minor: int | None = None


@dataclass(frozen=True, slots=True)
class MethodFee:
    """Another share and fixed part for one payment method; in minor units."""

    method: str
    mdr_bps: int
    fee_fixed_minor: int


@dataclass(frozen=True, slots=True)
class FeeExample:
    """A sale, its fee, and what the merchant gets of it."""

    amount_minor: int
    fee_minor: int
    currency: str

    @property
    def rest_minor(self) -> int:
        """Return what is left of the sale."""
        return self.amount_minor - self.fee_minor


def find_fee(merchant_id: UUID, *, at: datetime | None = None) -> Fee:
    """Return the fee of a sale that is captured at an instant, or now."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [merchant_id, at])
        return Fee(*cursor.fetchone())


def read_fee(rule: FeeRule) -> Fee:
    """Return the fee of a rule."""
    return Fee(rule.mdr_bps, rule.fee_fixed_minor, rule.fee_min_minor, rule.fee_max_minor)


def read_tiers(rule: FeeRule) -> tuple[tuple[int, int], ...]:
    """Return a rule's tiers: from which volume on, in minor units, and the share."""
    return tuple(rule.tiers.values_list("from_minor", "mdr_bps"))


def read_methods(rule: FeeRule) -> tuple[MethodFee, ...]:
    """Return what a rule takes of payment methods that have parts of their own."""
    rows = rule.methods.values_list("method", "mdr_bps", "fee_fixed_minor")
    return tuple(MethodFee(*row) for row in rows)


def list_tiers(merchant_id: UUID) -> list[FeeTier]:
    """List the tiers of the rule in force, the lowest first."""
    rule = find_rule(merchant_id)
    # A month's own rule follows the tiers of another one.
    return [] if rule is None else list(FeeTier.objects.filter(rule=rule.tier_of_id or rule.id))


def list_methods(merchant_id: UUID, *, at: datetime | None = None) -> list[FeeMethod]:
    """List the payment methods with parts of their own by the rule of an instant, or of now."""
    rule = find_rule(merchant_id, at=at)
    return [] if rule is None else list(rule.methods.all())


def find_rule(merchant_id: UUID, *, at: datetime | None = None) -> FeeRule | None:
    """Return the rule in force at an instant, or now; None is the fee it was opened with."""
    agreed = FeeRule.objects.filter(merchant_id=merchant_id, agreed_at__isnull=False)
    by_then = agreed.filter(applies_from__lte=Now() if at is None else at)
    return by_then.order_by("-applies_from", "-agreed_at").first()


def apply_method(fee: Fee, method: FeeMethod) -> Fee:
    """Return a fee with the parts that one payment method has."""
    return replace(fee, mdr_bps=method.mdr_bps, fee_fixed_minor=method.fee_fixed_minor)


def list_fee_examples(fee: Fee, currency: str) -> list[FeeExample]:
    """List examples of sales with a fee, by the function that charges it."""
    unit = 10 ** find_exponent(currency)
    # Where a unit is the smallest amount, a coffee costs hundreds of it.
    scale = unit if unit > 1 else 100
    facts: dict[str, Any] = {
        "bps": fee.mdr_bps,
        "fixed": fee.fee_fixed_minor,
        "minimum": fee.fee_min_minor,
        "maximum": fee.fee_max_minor,
        "amounts": [each * scale for each in _EXAMPLES],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CALCULATE, facts)
        return [FeeExample(amount, fee, currency) for amount, fee in cursor.fetchall()]


def list_coming_rules(merchant_id: UUID) -> QuerySet[FeeRule]:
    """List the agreed rules that do not apply yet, the next one first.

    Of two for the same instant only the later one will apply.
    """
    coming = FeeRule.objects.filter(
        merchant_id=merchant_id, agreed_at__isnull=False, applies_from__gt=Now()
    )
    return coming.order_by("applies_from", "-agreed_at").distinct("applies_from")
