"""The rules by which payouts may be held, in words that every shop can read."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from merchants.models import HoldRule


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason for holding payouts, and for how many days at most."""

    words: str | Promise
    days_max: int


RULES = {
    HoldRule.IDENTITY: Rule(_("It has to be checked again who owns or runs the business."), 30),
    HoldRule.BANK_ACCOUNT: Rule(
        _("It is in doubt whether the bank account is the shop's."), 14
    ),
    HoldRule.REFUNDS: Rule(_("Refunds or complaints are far more than the shop's usual."), 90),
    HoldRule.MISUSE: Rule(_("Customers may have paid without knowing or wanting it."), 60),
    HoldRule.AUTHORITY: Rule(_("A court or an authority has ordered it."), 365),
}


def explain_rule(rule: str) -> str | Promise:
    """Return a rule in words."""
    return RULES[HoldRule(rule)].words
