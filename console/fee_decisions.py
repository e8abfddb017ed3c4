"""What operators decide about fees, each logged; two of them for every change."""

from uuid import UUID

from django.db import transaction

from console.audit import record_deed
from console.models import AuditEntry, Operator
from ledger.typed import write_percent
from merchants import fee_rules
from merchants.fee_rules import NewRule
from merchants.fees import read_methods, read_tiers
from merchants.models import FeeRule, Merchant


@transaction.atomic
def ask_for_fee(
    merchant: Merchant, new: NewRule, *, rule_id: UUID, by: Operator, device: str
) -> FeeRule:
    """Ask a second operator to change a shop's fee; sent again, return the same wish.

    Raises:
        OwnRequest, FeeRuleTooSoon, FeeRuleAlready, FormReused: as `merchants.fee_rules`.
    """
    rule = fee_rules.ask(merchant, new, rule_id=rule_id, by=by.user)
    if not AuditEntry.objects.filter(subject=rule.id, deed="fee.asked").exists():
        _log("fee.asked", rule, by=by, device=device)
    return rule


@transaction.atomic
def agree_to_fee(rule: FeeRule, *, by: Operator, device: str) -> None:
    """Agree to another fee, as the second operator.

    Raises:
        OwnRequest, FeeRuleTooSoon, DecidedMeanwhile: as `merchants.fee_rules`.
    """
    fee_rules.agree(rule, by=by.user)
    _log("fee.agreed", rule, by=by, device=device)


@transaction.atomic
def withdraw_fee(rule: FeeRule, *, by: Operator, device: str) -> None:
    """Withdraw the wish for another fee, or decline it.

    Raises:
        DecidedMeanwhile: as `merchants.fee_rules`.
    """
    fee_rules.withdraw(rule, by=by.user)
    _log("fee.withdrawn", rule, by=by, device=device)


def _log(deed: str, rule: FeeRule, *, by: Operator, device: str) -> None:
    record_deed(
        deed,
        rule.id,
        by=by,
        device=device,
        after={
            "shop": rule.merchant.name,
            "total": f"{write_percent(rule.mdr_bps)} % + {rule.fee_fixed_minor}"
            f"{_write_bounds(rule)}, {rule.applies_from.date().isoformat()}",
            "reason": rule.reason,
            **_write_more(rule),
        },
    )


def _write_bounds(rule: FeeRule) -> str:
    least = f" >= {rule.fee_min_minor}" if rule.fee_min_minor else ""
    return least if rule.fee_max_minor is None else f"{least} <= {rule.fee_max_minor}"


def _write_more(rule: FeeRule) -> dict[str, str]:
    words = [
        f"{each.method}: {write_percent(each.mdr_bps)} % + {each.fee_fixed_minor}"
        for each in read_methods(rule)
    ]
    words += [f"{least}: {write_percent(bps)} %" for least, bps in read_tiers(rule)]
    return {"what": ", ".join(words)} if words else {}
