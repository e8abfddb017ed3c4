"""Lists of items that people send: checked by a worker, and written when they say so.

A list is written whole or not at all, and compared anew when it is: what is in it and in the
store already changes nothing, so a list may be sent as often as one likes.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import uuid6
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext

from foundation.once import make_once
from merchants.models import StaffMember, Store
from pos.categories import get_or_add_category
from pos.item_list_files import ListRow, read_item_list
from pos.item_plans import Plan, plan_import
from pos.item_refusals import ListUnreadable
from pos.models import Category, Item, ItemImport, ItemImportProblem, StockMove, StockMoveKind
from relay.jobs import enqueue_on_commit

logger = logging.getLogger(__name__)
BYTES_MAX = 5 * 2**20
TRIES_MAX = 5
_LEASE_S = 120
_NOTE_EVERY_S = 0.5
_SLICE = 500
_SHOWN_MAX = 20
_UNDONE = Q(checked_at=None) | Q(wanted_at__isnull=False, applied_at=None)
_ITEM_FIELDS = (
    *("name", "price_minor", "category", "color", "number", "barcode"),
    *("vat_bps", "min_age", "is_sold_out", "is_active"),
)


def send_import(
    store: Store,
    staff: StaffMember,
    *,
    file_name: str,
    source: bytes,
    language: str,
    import_id: UUID,
) -> ItemImport:
    """Take a list to check; the same form sent again returns it.

    Raises:
        FormReused: the form sent another list before.
    """

    def make(made_id: UUID) -> ItemImport:
        made = ItemImport.objects.create(
            id=made_id,
            store=store,
            staff=staff,
            file_name=file_name,
            source=source,
            language=language,
        )
        enqueue_on_commit("pos.import_items")
        return made

    return make_once(
        ItemImport.objects.filter(store=store),
        import_id,
        make=make,
        is_same=lambda made: made.file_name == file_name,
    )


def apply_import(item_import: ItemImport) -> None:
    """Ask for a list to be written that was found good; again changes nothing."""
    good = ItemImport.objects.filter(
        pk=item_import.pk, checked_at__isnull=False, bad_count=0, refusal="", failed_at=None
    )
    with transaction.atomic():
        if good.filter(wanted_at=None).update(wanted_at=Now(), tries=0, leased_until=None):
            enqueue_on_commit("pos.import_items")


def list_imports(store: Store) -> list[ItemImport]:
    """List the store's last lists, the newest first, without what they say."""
    listed = ItemImport.objects.filter(store=store).select_related("staff__user")
    return list(listed.defer("source").order_by("-id")[:_SHOWN_MAX])


def find_import(import_id: UUID, stores: QuerySet[Store]) -> ItemImport | None:
    """Find a list that was sent for one of these stores."""
    found = ItemImport.objects.filter(pk=import_id, store__in=stores).defer("source")
    return found.select_related("store__merchant").first()


def run_due_imports() -> None:
    """Check and write the lists that wait, one after the other.

    Safe to run at the same time elsewhere: each is leased for two minutes a try, and what a
    worker has found whose lease is over is not taken.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=Now())
    failed: set[UUID] = set()
    while True:
        waiting = ItemImport.objects.filter(_UNDONE, free, failed_at=None)
        found = waiting.exclude(pk__in=failed).order_by("id").first()
        if found is None:
            return
        leased = waiting.filter(pk=found.pk, tries=found.tries)
        if found.tries >= TRIES_MAX:
            leased.update(failed_at=Now(), source=b"")
            continue
        lease = Now() + timedelta(seconds=_LEASE_S)
        if not leased.update(tries=F("tries") + 1, leased_until=lease, done_count=0):
            continue
        found.tries += 1
        try:
            _run(found)
        except Exception:
            logger.exception("The list %s was not read.", found.public_id)
            failed.add(found.pk)
            _mine(found).update(leased_until=None)


def _run(found: ItemImport) -> None:
    with translation.override(found.language):
        try:
            if found.wanted_at is None:
                _check(found)
            else:
                _write(found)
        except ListUnreadable as refusal:
            words = {"refusal": str(refusal), "source": b""}
            _mine(found).update(checked_at=Now(), failed_at=Now(), **words)


def _check(found: ItemImport) -> None:
    rows = read_item_list(bytes(found.source))
    items = list(_list_items(found.store))
    plan = plan_import(found.store, items, _note_rows(found, rows))
    facts = {
        "new_count": len(plan.new),
        "changed_count": len(plan.changed),
        "same_count": plan.same_count,
        "bad_count": len({problem.line for problem in plan.problems}),
        "done_count": len(rows),
        "all_count": len(rows),
        "leased_until": None,
        "checked_at": Now(),
    }
    with transaction.atomic():
        if not _mine(found).filter(checked_at=None).update(**facts):
            return
        ItemImportProblem.objects.bulk_create(
            ItemImportProblem(
                item_import=found, line=each.line, column=each.column, words=each.words[:400]
            )
            for each in plan.problems
        )


def _write(found: ItemImport) -> None:
    rows = read_item_list(bytes(found.source))
    changed_meanwhile = gettext(
        "The items were changed since the list was checked. Nothing was written. Send it again."
    )
    try:
        with transaction.atomic():
            # Key order, as whoever sorts them has it.
            items = list(_list_items(found.store).select_for_update(no_key=True, of=["self"]))
            plan = plan_import(found.store, items, rows)
            if plan.problems:
                raise ListUnreadable(changed_meanwhile)
            _write_plan(found, plan)
            done = {"applied_at": Now(), "leased_until": None, "source": b""}
            if not _mine(found).update(**done):
                transaction.set_rollback(True)
    except IntegrityError:
        raise ListUnreadable(changed_meanwhile) from None


def _write_plan(found: ItemImport, plan: Plan) -> None:
    store = found.store
    named = {facts.get("category", "") for facts in plan.new}
    named |= {changes.get("category", "") for _, changes in plan.changed}
    categories: dict[str, Category | None] = {
        name: get_or_add_category(store, name) for name in sorted(named)
    }
    last = Item.objects.filter(store=store).aggregate(last=Max("position"))["last"] or 0
    made = []
    for position, facts in enumerate(plan.new, start=last + 1):
        category = categories[facts.get("category", "")]
        row = {**facts, "category": category, "position": position}
        made.append(Item(id=uuid6.uuid7(), store=store, **row))
    Item.objects.bulk_create(made, batch_size=_SLICE)
    StockMove.objects.bulk_create(
        StockMove(
            item=item,
            kind=StockMoveKind.COUNT,
            quantity=item.stock,
            left=item.stock,
            staff_id=found.staff_id,
        )
        for item in made
        if item.stock is not None
    )
    for item, changes in plan.changed:
        for name, value in changes.items():
            setattr(item, name, categories[value] if name == "category" else value)
    Item.objects.bulk_update(
        [item for item, _ in plan.changed], _ITEM_FIELDS, batch_size=_SLICE
    )


def _list_items(store: Store) -> QuerySet[Item]:
    return Item.objects.filter(store=store).select_related("category", "store").order_by("id")


def _mine(found: ItemImport) -> QuerySet[ItemImport]:
    return ItemImport.objects.filter(_UNDONE, pk=found.pk, tries=found.tries, failed_at=None)


def _note_rows(found: ItemImport, rows: list[ListRow]) -> Iterator[ListRow]:
    noted_at = time.monotonic()
    for done, row in enumerate(rows):
        yield row
        # Twice a second.
        if time.monotonic() - noted_at >= _NOTE_EVERY_S:
            noted_at = time.monotonic()
            _mine(found).update(done_count=done, all_count=len(rows))
