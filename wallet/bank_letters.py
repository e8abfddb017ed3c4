"""What a customer is told of money that went to a bank account, came back, or came in."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from banking.ibans import mask_iban
from banking.models import Expectation, Order, OrderKind, OrderStatus
from banking.reasons import explain_reason
from ledger.templatetags.money import money_of
from relay.letters import Text, send_to_each
from wallet.models import Wallet
from wallet.top_ups import TopUp

_KINDS = {
    OrderStatus.BOOKED: "redemption_booked",
    OrderStatus.REFUSED: "redemption_back",
    OrderStatus.RETURNED: "redemption_back",
}


def tell_order(order: Order) -> None:
    """Write a customer what became of a redemption; must run in the transaction that did it."""
    if order.kind == OrderKind.REDEMPTION:
        _tell(_KINDS[OrderStatus(order.status)], order.id, account_id=order.source_account_id)


def tell_arrivals(expectation_ids: Sequence[UUID]) -> None:
    """Write customers that top-ups have arrived; must run in the booking's transaction."""
    arrived = Expectation.objects.filter(pk__in=expectation_ids)
    for top_up_id, account_id in arrived.values_list("id", "credit_account_id"):
        _tell("top_up_arrived", top_up_id, account_id=account_id)


def write_booked(order_id: UUID) -> Text | None:
    """Write to a customer whose money has left for their bank account."""
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        return None
    words = gettext(
        "%(amount)s from your wallet was paid to your bank account %(iban)s. Your bank shows it"
        " within one working day."
    )
    subject = gettext("%(amount)s was paid to your bank account")
    return _write(subject, words, order)


def write_back(order_id: UUID) -> Text | None:
    """Write to a customer whose money is back in the wallet."""
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        return None
    words = gettext(
        "%(amount)s could not be paid to your bank account %(iban)s, and is back in your"
        " wallet. %(reason)s"
    )
    subject = gettext("%(amount)s is back in your wallet")
    return _write(subject, words, order)


def write_arrived(top_up_id: UUID) -> Text | None:
    """Write to a customer whose top-up has arrived."""
    expectation = Expectation.objects.filter(pk=top_up_id).first()
    if expectation is None:
        return None
    top_up = TopUp(expectation)
    facts = {"amount": money_of(top_up.amount_minor, top_up.currency)}
    link = _link("wallet:top_up", top_up.public_id)
    words = gettext("%(amount)s has arrived, and is in your wallet.") % facts
    return Text(
        subject=gettext("%(amount)s is in your wallet") % facts, body=f"{words}\n\n{link}\n"
    )


def _tell(kind: str, subject: UUID, *, account_id: UUID) -> None:
    wallet = Wallet.objects.filter(account_id=account_id).select_related("user").first()
    if wallet is not None:
        send_to_each(kind, subject=subject, addresses=wallet.user.addresses)


def _write(subject: str, words: str, order: Order) -> Text:
    facts = {
        "amount": money_of(order.amount_minor, order.currency),
        "iban": mask_iban(order.creditor_iban),
        "reason": explain_reason(order.reason_code),
    }
    link = _link("wallet:redemption", order.public_id)
    body = f"{(words % facts).strip()}\n\n{link}\n"
    return Text(subject=subject % facts, body=body)


def _link(page: str, reference: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(page, args=[reference])}"
