"""Orders: money that is to leave a bank account, and each step of its way.

One conditional UPDATE decides each step, and the ledger's transfer is posted in its
transaction. What the bank did moves money that only the banker may move.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import uuid6
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from banking.errors import (
    EntryDiffers,
    OrderAlive,
    OrderDiffers,
    OrderElsewhere,
    OrderOnItsWay,
)
from banking.listeners import tell_order
from banking.models import FileStatus, Order, OrderKind, OrderStatus, PaymentFile
from banking.payees import Payee, check_payee
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.posting import BATCH_MAX, post_together
from ledger.transactions import retry_clashes
from ledger.transfers import AnyTransfer, NewPending, NewTransfer, PendingPost, PendingVoid
from qr.errors import PayloadInvalid
from qr.references import decode_reference

_LEAVES_BY = {OrderKind.PAYOUT: "pay_out", OrderKind.SEND_BACK: "send_back"}
# The bank may have it, and has not said that its money is gone.
OUT = (OrderStatus.SENT, OrderStatus.ACCEPTED, OrderStatus.UNKNOWN)
# Its money is where it came from, and another order may follow.
OVER = (OrderStatus.REFUSED, OrderStatus.RETURNED, OrderStatus.CANCELED)
_END_TO_END = "PO"


class BookedEntry(Protocol):
    """The entry of a statement by which an order is booked or returned."""

    id: UUID
    amount_minor: int
    currency: str
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A wish to pay somebody; `follows` is the order that it replaces, if any."""

    kind: OrderKind
    subject: UUID
    source_account_id: UUID
    currency: str
    amount_minor: int
    payee: Payee
    remittance: str
    follows_id: UUID | None = None


@transaction.atomic
def create_order(new: NewOrder) -> Order:
    """Make the order of a settlement, redemption or entry; made again, return the same one.

    Kind, subject and the order it follows are the key. A redemption's money is held from now
    on; other money stays where it is until the order is sent.

    Raises:
        OrderDiffers: the same order was made with another amount or payee.
        OrderAlive: another one for this subject is under way, or followed the same order.
        InsufficientFunds: a wallet holds too little.
        AddressIncomplete, NameUnwritable: no bank would take this payee.
    """
    check_payee(new.payee)
    if new.follows_id is not None:
        _require_over(new, follows_id=new.follows_id)
    try:
        with transaction.atomic():
            order = _write(new)
    except IntegrityError:
        return _find_made(new)
    if order.kind == OrderKind.REDEMPTION:
        post_together([_hold(order)])
    return order


def create_payouts(new: Sequence[NewOrder]) -> None:
    """Make the first orders of settlements that the caller's transaction has written.

    Raises:
        AddressIncomplete, NameUnwritable: no bank would take one of the payees.
    """
    for each in new:
        check_payee(each.payee)
    Order.objects.bulk_create(_plan(each) for each in new)


@retry_clashes
@transaction.atomic
def cancel_order(order: Order) -> Order:
    """Cancel an order that no released file holds; again changes nothing.

    Raises:
        OrderOnItsWay: it is in a released file, or was sent.
    """
    order.refresh_from_db()
    if order.status == OrderStatus.CANCELED:
        return order
    file = _lock_draft(order)
    pending = Order.objects.filter(
        pk=order.pk, status=OrderStatus.PENDING, file_id=order.file_id
    )
    if not pending.update(status=OrderStatus.CANCELED, file=None, changed_at=Now()):
        order.refresh_from_db()
        if order.status == OrderStatus.CANCELED:
            return order
        raise OrderOnItsWay
    _take_out(order, file)
    if order.kind == OrderKind.REDEMPTION:
        post_together([PendingVoid(uuid6.uuid7(), order.id)])
    order.refresh_from_db()
    return order


@retry_clashes
@transaction.atomic
def send_file(file_id: UUID) -> bool:
    """Move the money of a released file's orders, which is on its way from now on.

    Return whether it was this call that did.
    """
    released = PaymentFile.objects.filter(pk=file_id, status=FileStatus.RELEASED)
    if not released.update(status=FileStatus.SENT, sent_at=Now()):
        return False
    orders = Order.objects.filter(file_id=file_id, status=OrderStatus.PENDING).order_by("id")
    leaving = list(orders)
    orders.update(status=OrderStatus.SENT, changed_at=Now())
    _post_all(_leave(order) for order in leaving)
    return True


def accept_order(order: Order) -> bool:
    """Note that the bank took an order that was sent or unknown; return whether it was so."""
    return _move(order, to=OrderStatus.ACCEPTED, of=(OrderStatus.SENT, OrderStatus.UNKNOWN))


def doubt_order(order: Order) -> bool:
    """Note that nobody can say whether the bank took a sent order; return whether it was sent.

    It is asked about, and never sent again: its money stays on its way.
    """
    return _move(order, to=OrderStatus.UNKNOWN, of=(OrderStatus.SENT,))


@transaction.atomic
def refuse_order(order: Order, *, reason_code: str) -> bool:
    """Take the money of an order back to where it came from; return whether it was out.

    For the banker: the transfer is one of the bank's events. Again changes nothing.
    """
    if not _move(order, to=OrderStatus.REFUSED, of=OUT, reason_code=reason_code[:4]):
        return False
    transit_id = _find_transit(order)
    post_together(
        [_transfer(order, "bounce", debit=transit_id, credit=order.source_account_id)]
    )
    tell_order(order)
    return True


@transaction.atomic
def book_order(order: Order, entry: BookedEntry) -> None:
    """Book the entry by which an order's money left the bank: transit to safeguard.

    A file that nobody has said was handed over is at the bank all the same, and so is one that
    was canceled here. For the banker.

    Raises:
        EntryDiffers: the entry has another amount or currency.
        OrderElsewhere: the order is not out; nothing moved.
    """
    if (entry.amount_minor, entry.currency) != (-order.amount_minor, order.currency):
        raise EntryDiffers(order.public_id)
    is_booked = _move(order, to=OrderStatus.BOOKED, of=OUT)
    if not is_booked and order.status == OrderStatus.PENDING:
        if order.file_id is None or not send_file(order.file_id):
            _send_alone(order)
        is_booked = _move(order, to=OrderStatus.BOOKED, of=OUT)
    if not is_booked:
        raise OrderElsewhere(order.public_id, order.status, "booked")
    safeguard_id = get_or_open_house_account(AccountKind.SAFEGUARD, currency=order.currency)
    transit_id = _find_transit(order)
    post_together(
        [_transfer(order, "book", made_id=entry.id, debit=transit_id, credit=safeguard_id)]
    )
    tell_order(order)


@transaction.atomic
def return_order(order: Order, entry: BookedEntry) -> None:
    """Book the entry by which a booked order's money came back, and owe it again, once.

    For the banker.

    Raises:
        EntryDiffers: the entry has another amount or currency.
        OrderElsewhere: the order is not booked, or was returned before; nothing moved.
    """
    if (entry.amount_minor, entry.currency) != (order.amount_minor, order.currency):
        raise EntryDiffers(order.public_id)
    code = entry.reason_code[:4]
    if not _move(order, to=OrderStatus.RETURNED, of=(OrderStatus.BOOKED,), reason_code=code):
        raise OrderElsewhere(order.public_id, order.status, "returned")
    safeguard_id = get_or_open_house_account(AccountKind.SAFEGUARD, currency=order.currency)
    post_together(
        [
            _transfer(
                order,
                "return",
                made_id=entry.id,
                debit=safeguard_id,
                credit=order.source_account_id,
            )
        ]
    )
    tell_order(order)


def find_order(end_to_end_id: str) -> Order | None:
    """Find an order by the id that its payment keeps from bank to bank."""
    text = "".join(end_to_end_id.split())
    if not text.startswith(_END_TO_END):
        return None
    try:
        order_id = decode_reference("po", "po_" + text.removeprefix(_END_TO_END).lower())
    except PayloadInvalid:
        return None
    return Order.objects.filter(pk=order_id).first()


def find_by_reference(reference: str) -> Order | None:
    """Find an order by its public reference, `po_…`."""
    try:
        order_id = decode_reference("po", reference)
    except PayloadInvalid:
        return None
    return Order.objects.filter(pk=order_id).first()


def find_latest(kind: OrderKind, subjects: Sequence[UUID]) -> dict[UUID, Order]:
    """Return the last order of each subject that has one."""
    orders = Order.objects.filter(kind=kind, subject__in=subjects).select_related("file")
    orders = orders.order_by("id")
    return {order.subject: order for order in orders}


def _require_over(new: NewOrder, *, follows_id: UUID) -> None:
    replaced = Order.objects.filter(
        pk=follows_id, kind=new.kind, subject=new.subject, status__in=OVER
    )
    if not replaced.exists():
        raise OrderAlive


def _write(new: NewOrder) -> Order:
    order = _plan(new)
    order.save(force_insert=True)
    return order


def _plan(new: NewOrder) -> Order:
    payee = new.payee
    return Order(
        kind=new.kind,
        subject=new.subject,
        source_account_id=new.source_account_id,
        currency=new.currency,
        amount_minor=new.amount_minor,
        creditor_name=payee.name,
        creditor_iban=payee.iban,
        creditor_bic=payee.bic,
        street=payee.street,
        building_number=payee.building_number,
        postcode=payee.postcode,
        town=payee.town,
        country=payee.country,
        remittance=new.remittance,
        follows_id=new.follows_id,
    )


def _find_made(new: NewOrder) -> Order:
    made = Order.objects.filter(
        kind=new.kind, subject=new.subject, follows_id=new.follows_id
    ).first()
    if made is None:
        raise OrderAlive
    wanted = (new.source_account_id, new.currency, new.amount_minor, new.payee.iban)
    kept = (made.source_account_id, made.currency, made.amount_minor, made.creditor_iban)
    if wanted != kept or made.creditor_name != new.payee.name:
        raise OrderDiffers
    return made


def _send_alone(order: Order) -> None:
    """Move the money of an order that the bank carried out from a file that was canceled here.

    Otherwise the next run would pay it again, or hold it already.
    """
    try:
        draft = _lock_draft(order)
    except OrderOnItsWay:
        return
    waiting = Order.objects.filter(
        pk=order.pk, status=OrderStatus.PENDING, file_id=order.file_id
    )
    if waiting.update(status=OrderStatus.SENT, file=None, changed_at=Now()):
        _take_out(order, draft)
        _post_all([_leave(order)])


def _take_out(order: Order, file: PaymentFile | None) -> None:
    if file is not None:
        file.orders_count -= 1
        file.total_minor -= order.amount_minor
        file.save(update_fields=["orders_count", "total_minor"])


def _lock_draft(order: Order) -> PaymentFile | None:
    if order.status != OrderStatus.PENDING:
        raise OrderOnItsWay
    if order.file_id is None:
        return None
    # Before the order, as whoever sends does, so that the two wait and never deadlock.
    file = PaymentFile.objects.select_for_update(no_key=True).get(pk=order.file_id)
    if file.status != FileStatus.DRAFT:
        raise OrderOnItsWay
    return file


def _move(order: Order, *, to: OrderStatus, of: tuple[OrderStatus, ...], **facts: Any) -> bool:
    rows = Order.objects.filter(pk=order.pk, status__in=of)
    moved = rows.update(status=to, changed_at=Now(), **facts)
    order.refresh_from_db()
    return bool(moved)


def _post_all(transfers: Iterable[AnyTransfer]) -> None:
    whole = list(transfers)
    for begin in range(0, len(whole), BATCH_MAX):
        post_together(whole[begin : begin + BATCH_MAX])


def _hold(order: Order) -> NewPending:
    return NewPending(
        id=order.id,
        debit_account_id=order.source_account_id,
        credit_account_id=_find_transit(order),
        amount_minor=order.amount_minor,
        currency=order.currency,
        kind="redeem",
        reference=order.public_id,
    )


def _leave(order: Order) -> AnyTransfer:
    if order.kind == OrderKind.REDEMPTION:
        return PendingPost(uuid6.uuid7(), order.id)
    kind = _LEAVES_BY[OrderKind(order.kind)]
    transit_id = _find_transit(order)
    return _transfer(
        order, kind, made_id=order.id, debit=order.source_account_id, credit=transit_id
    )


def _transfer(
    order: Order, kind: str, *, debit: UUID, credit: UUID, made_id: UUID | None = None
) -> NewTransfer:
    return NewTransfer(
        id=made_id or uuid6.uuid7(),
        debit_account_id=debit,
        credit_account_id=credit,
        amount_minor=order.amount_minor,
        currency=order.currency,
        kind=kind,
        reference=order.public_id,
    )


def _find_transit(order: Order) -> UUID:
    return get_or_open_house_account(AccountKind.TRANSIT, currency=order.currency)
