"""The steps a new shop still has to take before its first sale."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from merchants.models import Merchant, Role, StaffMember
from pos.models import Charge, Item, Terminal

_AT_TILLS = [Role.CASHIER, Role.MANAGER, Role.OWNER]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and whether it is done."""

    title: str | Promise
    advice: str | Promise
    is_done: bool
    page: str = ""


def list_first_steps(merchant: Merchant) -> list[Step]:
    """List the steps to the first sale; empty once there was one."""
    if Charge.objects.filter(merchant=merchant, captured_at__isnull=False).exists():
        return []
    return [
        Step(
            _("A store"),
            _("Open one, with its address and currency."),
            merchant.stores.exists(),
            "pos:stores",
        ),
        Step(
            _("A till"),
            _("Add one, and type its pairing code on the tablet, at /till/."),
            Terminal.objects.filter(store__merchant=merchant, paired_at__isnull=False).exists(),
            "pos:tills",
        ),
        Step(
            _("Somebody at the till"),
            _("Add cashiers, each with a PIN; or set your own, under Me."),
            StaffMember.objects.filter(merchant=merchant, is_active=True, role__in=_AT_TILLS)
            .exclude(user__pin_hash="")
            .exists(),
            "merchants:people",
        ),
        Step(
            _("Something to sell"),
            _("Add items to tap. A till also charges any amount that is typed."),
            Item.objects.filter(store__merchant=merchant, is_active=True).exists(),
            "pos:catalogue",
        ),
        Step(
            _("The first sale"),
            _("Charge an amount on the till and pay it with a phone."),
            is_done=False,
            page="pos:till",
        ),
    ]
