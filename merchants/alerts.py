"""What a shop's people should look at before anything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef

from banking.models import Order, OrderKind, OrderStatus
from banking.reasons import explain_reason
from merchants.holds import show_hold
from merchants.models import Merchant, PayoutAccount, PayoutHold, Settlement
from merchants.owed import Owed
from merchants.payout_accounts import find_change
from merchants.payouts import load_payouts
from merchants.queries import find_payout_account

_SHOWN_MAX = 3
_BACK = (OrderStatus.REFUSED, OrderStatus.RETURNED)


class AlertKind(StrEnum):
    """Why a shop is alerted."""

    CAME_BACK = "came_back"
    HELD = "held"
    ASKED = "asked"
    NO_ACCOUNT = "no_account"
    CHANGE_WAITS = "change_waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to look at; of a payout, its settlement, and the bank's reason in words.

    Of a hold, the newest settlements whose payouts it holds.
    """

    kind: AlertKind
    settlement: Settlement | None = None
    reason: str = ""
    account: PayoutAccount | None = None
    hold: PayoutHold | None = None
    held: Sequence[Settlement] = ()


def list_alerts(merchant: Merchant, owed: Sequence[Owed]) -> list[Alert]:
    """List what is to be looked at, the most urgent first; `owed` is what is owed now."""
    alerts = _list_payouts(merchant, AlertKind.CAME_BACK, _BACK)
    hold = show_hold(merchant.id)
    if hold is not None:
        alerts.append(Alert(kind=AlertKind.HELD, hold=hold, held=_list_held(merchant)))
    if find_payout_account(merchant.id) is None and any(each.waiting_minor for each in owed):
        alerts.append(Alert(kind=AlertKind.NO_ACCOUNT))
    change = find_change(merchant.id)
    if change is not None:
        alerts.append(Alert(kind=AlertKind.CHANGE_WAITS, account=change))
    return alerts + _list_payouts(merchant, AlertKind.ASKED, (OrderStatus.UNKNOWN,))


def _list_held(merchant: Merchant) -> list[Settlement]:
    mine = Settlement.objects.filter(balance__merchant=merchant, payout_minor__gt=0)
    latest = list(mine.order_by("-closed_at", "-id")[:_SHOWN_MAX])
    load_payouts(latest)
    return [each for each in latest if each.payout_status == "held"]


def _list_payouts(
    merchant: Merchant, kind: AlertKind, statuses: Sequence[OrderStatus]
) -> list[Alert]:
    paid_again = Order.objects.filter(follows=OuterRef("pk"))
    orders = Order.objects.filter(
        ~Exists(paid_again),
        kind=OrderKind.PAYOUT,
        source_account__in=merchant.balances.values("payable_account"),
        status__in=statuses,
    )
    latest = list(orders.order_by("-changed_at", "-id")[:_SHOWN_MAX])
    settlements = Settlement.objects.in_bulk([order.subject for order in latest])
    return [
        Alert(
            kind=kind,
            settlement=settlements[order.subject],
            reason=explain_reason(order.reason_code),
        )
        for order in latest
        if order.subject in settlements
    ]
