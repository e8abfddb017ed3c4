"""What a new installation still needs before the first payout."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banking.models import BankAccount
from console.models import Operator
from merchants.models import Merchant
from merchants.organisations import find_organisation


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and whether it is done."""

    title: str | Promise
    advice: str | Promise
    is_done: bool
    page: str = ""


def list_first_steps() -> list[Step]:
    """List what an installation needs; empty once all of it is done."""
    steps = [
        Step(
            _("The organisation"),
            _("Who runs this installation: asked at /setup/, or by “manage.py first_run”."),
            find_organisation() is not None,
        ),
        Step(
            _("The bank account"),
            _("Where customers' money lies: top-ups arrive there, payouts leave from it."),
            BankAccount.objects.filter(is_in_use=True).exists(),
            "console:bank_accounts",
        ),
        Step(
            _("A second operator"),
            _("Some decisions take two people. “manage.py add_operator” makes another one."),
            Operator.objects.filter(is_active=True).count() > 1,
        ),
        Step(
            _("The first shop"),
            _("Shops apply at /join/, and wait here until you approve them."),
            Merchant.objects.exists(),
            "console:applications",
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps
