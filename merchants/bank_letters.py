"""What a shop's people are told of a payout that did not reach their bank account."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from banking.ibans import mask_iban
from banking.models import Order, OrderKind, OrderStatus
from banking.reasons import explain_reason
from ledger.money import format_money
from merchants.models import Role, Settlement, StaffMember
from relay.letters import Text, send_letter

_BACK = {OrderStatus.REFUSED, OrderStatus.RETURNED}


def tell_order(order: Order) -> None:
    """Write owners and managers that a payout is owed again; must run in that transaction."""
    if order.kind != OrderKind.PAYOUT or order.status not in _BACK:
        return
    settlement = Settlement.objects.filter(pk=order.subject).select_related("balance").first()
    if settlement is None:
        return
    people = StaffMember.objects.filter(
        merchant_id=settlement.balance.merchant_id,
        is_active=True,
        role__in=[Role.OWNER, Role.MANAGER],
        store=None,
    )
    for address in sorted(filter(None, set(people.values_list("user__email", flat=True)))):
        send_letter("payout_back", subject=order.id, address=address)


def write_back(order_id: UUID) -> Text | None:
    """Write to a shop's people whose payout was refused or came back."""
    order = Order.objects.filter(pk=order_id).first()
    settlement = order and Settlement.objects.filter(pk=order.subject).first()
    if order is None or settlement is None:
        return None
    page = reverse("merchants:settlement", args=[settlement.public_id])
    facts = {
        "amount": format_money(order.amount_minor, order.currency),
        "iban": mask_iban(order.creditor_iban),
        "reason": explain_reason(order.reason_code),
    }
    words = gettext(
        "The payout of %(amount)s to %(iban)s did not reach your bank account. %(reason)s"
    )
    todo = gettext(
        "It is owed to you as before. Look whether the bank account is right, then have it paid"
        " again here:"
    )
    return Text(
        subject=gettext("Your payout of %(amount)s came back") % facts,
        body=f"{(words % facts).strip()}\n\n{todo}\n\n{settings.PUBLIC_URL}{page}\n",
    )
