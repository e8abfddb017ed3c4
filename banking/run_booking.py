"""Books a run that the bank took from the account as one sum, without saying its parts.

The entry names the run, by the id of its file or of its payment block; or else it says how many
payments it is of, and no other run that is out is of this sum and number.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from banking.errors import EntryDiffers, OrderElsewhere
from banking.listeners import tell_order
from banking.matching import Unposted
from banking.models import FileStatus, Order, OrderStatus, PaymentFile
from banking.orders import OUT, send_file
from banking.reading.lines import squeeze
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from qr.errors import PayloadInvalid
from qr.references import decode_reference

_PREFIXES = ("PF", "PI")
_OUT_OF_HOUSE = (FileStatus.RELEASED, FileStatus.SENT)


def find_runs(entries: Sequence[Unposted]) -> dict[UUID, PaymentFile]:
    """Return, by entry, the run that it is of; an entry of a single order has none."""
    went_out = [entry for entry in entries if entry.amount_minor < 0 and not entry.is_reversal]
    named = {entry.id: run for entry in went_out if (run := _read_run_id(entry))}
    files = PaymentFile.objects.in_bulk(list(set(named.values())))
    found = {entry_id: files[run] for entry_id, run in named.items() if run in files}
    for entry in went_out:
        if entry.id not in named and entry.payments_count > 1:
            file = _find_by_sum(entry)
            if file is not None:
                found[entry.id] = file
    return found


@transaction.atomic
def book_run(file: PaymentFile, entry: Unposted) -> None:
    """Book all orders of a run that are out by one entry, which is one transfer.

    For the banker.

    Raises:
        EntryDiffers: the orders that are out make up another sum, or in another currency.
        OrderElsewhere: none is out, because the run was booked before; nothing moved.
    """
    send_file(file.pk)
    orders = Order.objects.filter(file_id=file.pk, status__in=OUT)
    locked = list(orders.select_for_update(no_key=True).order_by("id"))
    if not locked:
        raise OrderElsewhere(file.public_id, file.status, "booked")
    total_minor = sum(order.amount_minor for order in locked)
    if (-total_minor, locked[0].currency) != (entry.amount_minor, entry.currency):
        raise EntryDiffers(file.public_id)
    Order.objects.filter(pk__in=[order.pk for order in locked]).update(
        status=OrderStatus.BOOKED, changed_at=Now()
    )
    transit, safeguard = (
        get_or_open_house_account(kind, currency=entry.currency)
        for kind in (AccountKind.TRANSIT, AccountKind.SAFEGUARD)
    )
    post_together(
        [
            NewTransfer(
                id=entry.id,
                debit_account_id=transit,
                credit_account_id=safeguard,
                amount_minor=total_minor,
                currency=entry.currency,
                kind="book",
                reference=file.public_id,
            )
        ]
    )
    for order in locked:
        order.status = OrderStatus.BOOKED
        tell_order(order)


def _read_run_id(entry: Unposted) -> UUID | None:
    text = squeeze(entry.end_to_end_id).upper()
    prefix, rest = text[:2], text[2:]
    if prefix not in _PREFIXES:
        return None
    try:
        return decode_reference(prefix.lower(), f"{prefix}_{rest}".lower())
    except PayloadInvalid:
        return None


def _find_by_sum(entry: Unposted) -> PaymentFile | None:
    same = PaymentFile.objects.filter(
        status__in=_OUT_OF_HOUSE,
        total_minor=-entry.amount_minor,
        orders_count=entry.payments_count,
        account__currency=entry.currency,
        pk__in=Order.objects.filter(status__in=OUT, currency=entry.currency).values("file_id"),
    )
    files = list(same[:2])
    return files[0] if len(files) == 1 else None
