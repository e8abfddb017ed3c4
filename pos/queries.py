"""Read-only queries of the till."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from foundation.model_sql import JoinedRows, find_connection
from foundation.paging import Page, cut_page
from merchants.models import StaffMember, Store
from merchants.queries import find_last_midnight, find_next_midnight, read_clock
from pos.errors import ItemSoldOut, ItemUnknown, NotFound
from pos.models import (
    Charge,
    ChargeLine,
    ChargeStatus,
    CounterCode,
    Item,
    OptionGroup,
    Refund,
    Terminal,
)
from pos.places import list_columns, list_paths, write_joins
from pos.principals import Principal
from pos.transitions import EXPIRE, PAID, when_status
from qr.errors import PayloadInvalid
from qr.references import decode_reference

PAGE_SIZE = 50
_KINDS = {"ch": "charge", "rf": "refund", "py": "payment", "tm": "terminal"}

_MAKERS = ("cashier__user", "terminal")
_PLACE = (*list_paths(), "receipt")
_FROM_PLACE = f"""
      FROM pos_charge charge
      {write_joins()}
      LEFT JOIN pos_receipt receipt ON receipt.charge_id = charge.id
     WHERE
"""
_TODAY = """
    SELECT count(*), coalesce(sum(amount_minor), 0),
           (SELECT coalesce(sum(refund.amount_minor), 0)
              FROM pos_refund refund JOIN pos_charge sold ON sold.id = refund.charge_id
             WHERE sold.store_id = %(store)s AND refund.id >= %(first_refund)s
               AND refund.created_at >= %(midnight)s)
      FROM pos_charge
     WHERE store_id = %(store)s AND id >= %(first_sale)s AND captured_at >= %(midnight)s
"""
_ITEMS_VERSION = """
    SELECT coalesce(md5(string_agg(
               concat_ws(' ', item.id, price_minor, concat('least ', least_price_minor),
                         is_favourite, item.position, item.color, barcode,
                         is_sold_out, stock = 0, min_age, picture, item.name,
                         category.position, category.color, category.name),
               ' '
               ORDER BY item.id)), '')
      || (SELECT coalesce(md5(string_agg(
                     concat_ws(' ', choice.id, choice.name, least, most, option.name,
                               option.price_minor, is_default, option.is_sold_out,
                               option.position),
                     ' '
                     ORDER BY choice.id, option.id)), '')
            FROM pos_optiongroup choice JOIN pos_item chosen ON chosen.id = choice.item_id
                 LEFT JOIN pos_option option ON option.group_id = choice.id
           WHERE chosen.store_id = %s AND chosen.is_active)
      FROM pos_item item LEFT JOIN pos_category category ON category.id = item.category_id
     WHERE item.store_id = %s AND is_active
"""
_HAS_LINES = "EXISTS (SELECT FROM pos_chargeline line WHERE line.charge_id = charge.id)"
_HAS_GROUPS = Exists(OptionGroup.objects.filter(item=OuterRef("pk")))
_BY_ID = JoinedRows(
    Charge, *_PLACE, sql=f"SELECT {{columns}}, {_HAS_LINES} {_FROM_PLACE} charge.id = %s"
)
# For a token that no paired device holds, of the charge's own store.
_SEEN_BY = JoinedRows(
    Charge,
    *_PLACE,
    only=list_columns() | {"receipt": ("charge_id", "number")},
    is_command=True,
    sql=f"""
    SELECT {{columns}} {_FROM_PLACE} charge.id = %s AND NOT {_HAS_LINES}
       AND charge.store_id = (
               SELECT holder.store_id
                 FROM pos_terminaltoken token
                 JOIN pos_terminal holder ON holder.id = token.terminal_id
                WHERE token.digest = %s AND token.revoked_at IS NULL AND NOT token.is_device)
    """,  # noqa: S608  the names are ours
)
_BY_TOKEN = JoinedRows(
    Charge, *_PLACE, sql=f"SELECT {{columns}} {_FROM_PLACE} charge.token = %s"
)


def list_charges(principal: Principal) -> QuerySet[Charge]:
    """List the principal's charges, newest first: of a till's store, or of a key's merchant."""
    if principal.terminal:
        return _for_list(Charge.objects.filter(store_id=principal.store.id))
    return list_merchant_charges(principal.store.merchant_id)


def find_charge(principal: Principal, reference: str) -> Charge:
    """Find one of the principal's charges by its public reference.

    Raises:
        NotFound: not there, or not the principal's; the two look alike.
    """
    return find_charge_and_lines(principal, reference)[0]


def find_charge_and_lines(
    principal: Principal, reference: str
) -> tuple[Charge, list[ChargeLine]]:
    """Find one of the principal's charges with its lines; without lines it takes one query.

    Raises:
        NotFound: not there, or not the principal's; the two look alike.
    """
    charge, extras = _BY_ID.first_with_extras([read_reference("ch", reference)])
    if charge is None or not _may_see(principal, charge):
        raise NotFound
    (has_lines,) = extras
    return charge, list(charge.lines.all()) if has_lines else []


def find_charge_seen_by(token_digest: bytes, charge_id: UUID) -> Charge | None:
    """Find a charge without lines of the store where an integration's token is valid."""
    return _SEEN_BY.first([charge_id, token_digest])


def read_reference(prefix: str, reference: str) -> UUID:
    """Parse a public reference from a request.

    Raises:
        NotFound: not of that form.
    """
    try:
        return decode_reference(prefix, reference)
    except PayloadInvalid:
        raise NotFound(_KINDS.get(prefix, "cursor")) from None


def filter_status(charges: QuerySet[Charge], status: str) -> QuerySet[Charge]:
    """Keep the charges that have this status by the clock; any other word keeps all."""
    if status == "refunded":
        return charges.filter(refunded_minor__gt=0)
    if status not in ChargeStatus:
        return charges
    now = Now()
    condition = when_status(status, now)
    if status == ChargeStatus.EXPIRED:
        # Expired but not yet swept: fetched separately (few rows), because OR-ing this
        # condition in would defeat the partial index.
        over = charges.order_by().filter(EXPIRE.when_due(now))
        if unwritten := list(over.values_list("pk", flat=True)):
            condition |= Q(pk__in=unwritten)
    return charges.filter(condition)


def page_after(charges: QuerySet[Charge], *, after: str, size: int = PAGE_SIZE) -> Page[Charge]:
    """Return one page of a list sorted newest first.

    Raises:
        NotFound: the cursor is not one of ours.
    """
    if after:
        charges = charges.filter(pk__lt=read_reference("ch", after))
    return cut_page(charges, size=size, cursor=lambda charge: charge.public_id)


def sum_today(store: Store) -> dict[str, int | str | datetime]:
    """Count and sum the store's takings since midnight, shop time, less refunds.

    The dashboard's day is the same, over the merchant's stores of a currency.
    """
    now = read_clock()
    midnight = find_last_midnight(store.time_zone, now=now)
    created_after = midnight - timedelta(seconds=settings.CHARGE_LIFE_MAX_S)
    row = find_connection().fetch_row(
        _TODAY,
        {
            "store": store.id,
            "midnight": midnight,
            "first_sale": first_id_at(created_after),
            "first_refund": first_id_at(midnight),
        },
    )
    assert row is not None, "sums have a row, of nothing too"
    count, sold_minor, refunded_minor = row
    return {
        "count": count,
        "amount_minor": int(sold_minor - refunded_minor),
        "currency": store.currency,
        "until": find_next_midnight(store.time_zone, now=now),
    }


def first_id_at(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of a millisecond: ids run with time, so their index serves."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def list_items(store: Store) -> list[Item]:
    """List what the store sells, in the order of its tills."""
    shown = Item.objects.filter(store=store, is_active=True).select_related("category")
    asking = shown.prefetch_related("groups__options")
    items = list(asking.order_by("position", "name"))
    for item in items:
        # Its price is in the store's currency: without this each item would ask for the store.
        item.store = store
    return items


def read_items_version(store: Store) -> str:
    """Return a text that changes whenever what the store sells does, or its rule of VAT."""
    row = find_connection().fetch_row(_ITEMS_VERSION, [store.id, store.id])
    assert row is not None, "an aggregate has a row, of nothing too"
    return f"{row[0]} {store.vat_mode} {store.vat_default_bps}"


def find_listed(store: Store, references: list[str]) -> dict[str, Item]:
    """Find the items of a store by their references.

    Raises:
        ItemUnknown: names the first one the store does not sell.
        ItemSoldOut: names the first one that the shop said is sold out.
    """
    if not references:
        return {}
    known = {}
    for reference in references:
        with suppress(PayloadInvalid):
            known[decode_reference("it", reference)] = reference
    found = Item.objects.filter(store=store, is_active=True, pk__in=known)
    items: dict[str, Item] = {
        item.public_id: item for item in found.annotate(has_groups=_HAS_GROUPS)
    }
    for reference in references:
        if reference not in items:
            raise ItemUnknown(reference)
        if items[reference].is_sold_out:
            raise ItemSoldOut(items[reference].name, left=0)
        items[reference].store = store
    return items


def find_refund(principal: Principal, reference: str) -> Refund:
    """Find a refund of one of the principal's charges by its public reference.

    Raises:
        NotFound: not there, or not the principal's; the two look alike.
    """
    related = Refund.objects.select_related("charge", *_MAKERS).prefetch_related("vat")
    refunds = related.filter(
        pk=read_reference("rf", reference), charge__merchant_id=principal.store.merchant_id
    )
    if principal.terminal:
        refunds = refunds.filter(charge__store_id=principal.store.id)
    refund = refunds.first()
    if refund is None:
        raise NotFound("refund")
    return refund


def find_by_token(token: UUID) -> Charge | None:
    """Find the charge whose code carries this token."""
    return _BY_TOKEN.first([token])


def find_by_short_code(short_code: str) -> Charge | None:
    """Find the charge with this short code."""
    return _with_place().filter(short_code=short_code).first()


def find_counter_codes() -> QuerySet[CounterCode]:
    """Find counter codes with their stores and tills."""
    return CounterCode.objects.select_related("store__merchant", "terminal")


def filter_static(charges: QuerySet[Charge], source: str) -> QuerySet[Charge]:
    """Keep the charges that were opened at counter codes if `source` says so, else all."""
    return charges.filter(counter_code__isnull=False) if source == "counter_code" else charges


def find_by_receipt(token: UUID) -> Charge | None:
    """Find the paid charge whose receipt this token opens."""
    paid = _with_place().filter(status__in=PAID)
    return paid.filter(receipt_token=token).first()


def list_refunds(charge: Charge) -> list[Refund]:
    """List a charge's refunds, oldest first; without any the charge says so itself."""
    if not charge.refunds_count:
        return []
    return list(charge.refunds.select_related(*_MAKERS).prefetch_related("vat").order_by("id"))


def with_refunds(charges: QuerySet[Charge]) -> QuerySet[Charge]:
    """Prefetch the refunds of the charges, each with its maker."""
    refunds = Refund.objects.select_related(*_MAKERS).order_by("id")
    return charges.prefetch_related(Prefetch("refunds", queryset=refunds))


def list_merchant_charges(merchant_id: UUID) -> QuerySet[Charge]:
    """List a merchant's charges, newest first."""
    return _for_list(Charge.objects.filter(merchant_id=merchant_id))


def list_staff_charges(staff: StaffMember) -> QuerySet[Charge]:
    """List the charges a member of staff sees: of their store, or of the merchant."""
    charges = list_merchant_charges(staff.merchant_id)
    return charges if staff.store_id is None else charges.filter(store_id=staff.store_id)


def find_staff_charge(staff: StaffMember, reference: str) -> Charge:
    """Find a charge that a member of staff sees, by its public reference.

    Raises:
        NotFound: not there, or another store's or merchant's; the refusal is the same.
    """
    mine = list_staff_charges(staff).filter(pk=read_reference("ch", reference))
    charge = mine.first()
    if charge is None:
        raise NotFound
    return charge


@dataclass(frozen=True, slots=True)
class StoreWithTerminals:
    """A store as the dashboard lists it."""

    name: str
    public_id: str
    terminals: list[Terminal]


def list_stores_with_terminals(stores: QuerySet[Store]) -> list[StoreWithTerminals]:
    """List these stores with their tills, by name."""
    terminals = Terminal.objects.filter(store__in=stores).select_related("store")
    by_store: dict[UUID, list[Terminal]] = defaultdict(list)
    for terminal in terminals.order_by("name"):
        by_store[terminal.store_id].append(terminal)
    return [
        StoreWithTerminals(store.name, store.public_id, by_store[store.id])
        for store in stores.order_by("name")
    ]


@dataclass(frozen=True, slots=True)
class StoreWithCodes:
    """A store as the dashboard's page of stores shows it."""

    store: Store
    terminals: list[Terminal]
    codes: list[CounterCode]


def list_stores_with_codes(stores: QuerySet[Store]) -> list[StoreWithCodes]:
    """List these stores by name, with their counter codes, those in use first."""
    codes: dict[UUID, list[CounterCode]] = defaultdict(list)
    for code in find_counter_codes().filter(store__in=stores).order_by("-id"):
        codes[code.store_id].append(code)
    terminals: dict[UUID, list[Terminal]] = defaultdict(list)
    for terminal in Terminal.objects.filter(store__in=stores).order_by("name"):
        terminals[terminal.store_id].append(terminal)
    for printed in codes.values():
        printed.sort(key=lambda code: code.is_revoked)
    return [
        StoreWithCodes(store, terminals[store.id], codes[store.id])
        for store in stores.order_by("name")
    ]


def _may_see(principal: Principal, charge: Charge) -> bool:
    if principal.terminal:
        return charge.store_id == principal.store.id
    return charge.merchant_id == principal.store.merchant_id


def _with_place() -> QuerySet[Charge]:
    return Charge.objects.select_related(*_PLACE)


def _for_list(charges: QuerySet[Charge]) -> QuerySet[Charge]:
    related = charges.select_related(*_PLACE, "cashier__user")
    return related.order_by("-id")
