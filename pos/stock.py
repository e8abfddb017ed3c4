"""How many of an item are left: taken when a charge opens, returned if it ends unpaid.

Only items that a shop counts have a number, and only their sales come here. The item's row is
the lock: whoever changes its number has it, and writes the move with it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from foundation.once import make_once
from ledger.transactions import retry_clashes
from merchants.models import StaffMember
from pos.errors import ItemSoldOut
from pos.item_refusals import StockTooLarge, StockTooSmall
from pos.lines import NewLine
from pos.models import Charge, Item, StockMove, StockMoveKind
from pos.transitions import EXPIRE

STOCK_MAX = 1_000_000


def is_counted(lines: Sequence[NewLine]) -> bool:
    """Return whether the shop counts any of these."""
    return any(line.item is not None and line.item.stock is not None for line in lines)


def take_stock(charge: Charge, lines: Sequence[NewLine]) -> None:
    """Take what a charge sells from the counts; must run inside the transaction that opens it.

    Raises:
        ItemSoldOut: names the first one of which too few are left.
    """
    wanted = Counter[UUID]()
    for line in lines:
        if line.item is not None and line.item.stock is not None:
            wanted[line.item.id] += line.quantity
    moves = []
    for item in _lock(list(wanted)):
        left = (item.stock or 0) - wanted[item.id]
        if left < 0:
            raise ItemSoldOut(item.name, left=item.stock or 0)
        moves.append(
            StockMove(
                item=item,
                kind=StockMoveKind.SALE,
                quantity=-wanted[item.id],
                left=left,
                charge=charge,
            )
        )
    _write(moves)


def return_stock(charge_id: UUID) -> None:
    """Return what a charge took that ended unpaid; must run inside the ending transaction.

    Again changes nothing. An item that is not counted any more stays so.
    """
    taken = {
        move.item_id: -move.quantity
        for move in StockMove.objects.filter(charge_id=charge_id, kind=StockMoveKind.SALE)
    }
    if not taken:
        return
    locked = _lock(list(taken))
    back = StockMove.objects.filter(charge_id=charge_id, kind=StockMoveKind.ENDED)
    known = set(back.values_list("item_id", flat=True))
    _write(
        [
            StockMove(
                item=item,
                kind=StockMoveKind.ENDED,
                quantity=taken[item.id],
                left=(item.stock or 0) + taken[item.id],
                charge_id=charge_id,
            )
            for item in locked
            if item.id not in known
        ]
    )


def list_overdue_holders(lines: Sequence[NewLine]) -> list[UUID]:
    """List the charges that hold pieces of these although they are over by the clock."""
    items = [line.item for line in lines if line.item is not None]
    over = Charge.objects.filter(EXPIRE.when_due(Now()))
    held = StockMove.objects.filter(item__in=items, kind=StockMoveKind.SALE)
    return list(over.filter(pk__in=held.values("charge_id")).values_list("id", flat=True))


@retry_clashes
def count_stock(item: Item, *, left: int, staff: StaffMember, move_id: UUID) -> StockMove:
    """Write how many somebody counted, from now on; the same form again changes nothing.

    Raises:
        StockTooLarge: more than a million.
        FormReused: the form counted something else before.
    """
    move = StockMove(id=move_id, item=item, kind=StockMoveKind.COUNT, staff=staff)
    return _correct(
        move, work_out=lambda before: left - before, is_same=lambda made: made.left == left
    )


@retry_clashes
def change_stock(
    item: Item, *, by: int, note: str, staff: StaffMember, move_id: UUID
) -> StockMove:
    """Add what was delivered, or take away what was lost; the same form again changes nothing.

    Raises:
        StockTooSmall: there would be less than none.
        StockTooLarge: more than a million.
        FormReused: the form changed something else before.
    """
    move = StockMove(id=move_id, item=item, kind=StockMoveKind.CHANGE, staff=staff, note=note)
    return _correct(move, work_out=lambda _: by, is_same=lambda made: made.quantity == by)


@retry_clashes
def stop_counting(item: Item, *, staff: StaffMember, move_id: UUID) -> None:
    """Sell an item without a count; again changes nothing."""
    with transaction.atomic():
        (locked,) = Item.objects.select_for_update(no_key=True).filter(pk=item.pk)
        if locked.stock is None:
            return
        StockMove.objects.create(
            id=move_id,
            item=locked,
            kind=StockMoveKind.STOP,
            quantity=-locked.stock,
            left=0,
            staff=staff,
        )
        Item.objects.filter(pk=item.pk).update(stock=None)


def list_moves(item: Item, *, most: int = 100) -> list[StockMove]:
    """List the last moves of an item, newest first, with who made them and for which sale."""
    moves = StockMove.objects.filter(item=item).select_related("staff__user", "charge")
    return list(moves.order_by("-made_at")[:most])


def _correct(
    wanted: StockMove, *, work_out: Callable[[int], int], is_same: Callable[[StockMove], bool]
) -> StockMove:
    def make(made_id: UUID) -> StockMove:
        (item,) = Item.objects.select_for_update(no_key=True).filter(pk=wanted.item_id)
        before = item.stock or 0
        quantity = work_out(before)
        if before + quantity < 0:
            raise StockTooSmall(before)
        if before + quantity > STOCK_MAX:
            raise StockTooLarge
        move = StockMove.objects.create(
            id=made_id,
            item=item,
            kind=wanted.kind,
            quantity=quantity,
            left=before + quantity,
            staff=wanted.staff,
            note=wanted.note,
        )
        Item.objects.filter(pk=item.pk).update(stock=before + quantity)
        return move

    mine = StockMove.objects.filter(item=wanted.item_id, kind=wanted.kind)
    return make_once(mine, wanted.id, make=make, is_same=is_same)


def _lock(item_ids: list[UUID]) -> list[Item]:
    # Key order, so two sales of the same items wait and never deadlock.
    locked = Item.objects.select_for_update(no_key=True).filter(pk__in=item_ids)
    return list(locked.exclude(stock=None).order_by("id"))


def _write(moves: list[StockMove]) -> None:
    StockMove.objects.bulk_create(moves)
    for move in moves:
        Item.objects.filter(pk=move.item_id).update(stock=F("stock") + move.quantity)
