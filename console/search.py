"""One box finds people, shops, sales, orders and money at the bank, a bounded number each."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banking.models import Adjustment, Break, Entry, Expectation, Order, PaymentFile, Statement
from banking.references import find_reference
from console import search_hits as hits
from console import search_sql
from console.money_in import find_by_reference
from console.search_hits import Hit
from identity.models import User
from identity.sign_in import find_user
from ledger.errors import AmountUnreadable
from ledger.typed import read_money
from merchants.models import Application, Merchant, Settlement, Store
from pos.models import Charge, Refund, Terminal
from qr.errors import PayloadInvalid
from qr.links import normalize_short_code
from wallet.models import Payment, Wallet

SHOWN = 8
SHOWN_ALL = 100
_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Group:
    """The things of one kind that were found; `has_more` if not all are in it."""

    key: str
    title: str | Promise
    hits: Sequence[Hit]
    has_more: bool


def search(text: str, *, only: str = "") -> list[Group]:
    """Return what a text finds, by kind; `only` is the key of a group that is wanted alone.

    References and codes name one thing. Names are found by the beginnings of their words,
    amounts and the bank's own references among the newest rows.
    """
    wanted = " ".join(text.split())[:_LENGTH_MAX]
    if not wanted or not wanted.isprintable():
        return []
    most = SHOWN_ALL if only else SHOWN
    found = []
    for key, (title, find) in _GROUPS.items():
        if only and key != only:
            continue
        rows = list(dict.fromkeys(find(wanted, most + 1)))
        if rows:
            found.append(Group(key, title, rows[:most], has_more=len(rows) > most))
    return found


def _find_named(wanted: str, _most: int) -> list[Hit]:
    prefix = wanted[:2].lower()
    text = wanted.lower()
    if "_" not in text and prefix in {"po", "pf"}:
        # From bank to bank references go without the stroke, in capitals.
        text = f"{prefix}_{''.join(text.split())[2:]}"
    named = _list_named()
    if prefix not in named:
        return []
    rows, show = named[prefix]
    found = find_by_reference(rows, prefix, text)
    return [show(found)] if found is not None else []


def _find_people(wanted: str, most: int) -> list[Hit]:
    known = find_user(wanted)
    ids = search_sql.find_people_by_words(wanted, most=most)
    people = [*([known] if known else []), *User.objects.filter(pk__in=ids).order_by("name")]
    return [hits.show_person(person) for person in people]


def _find_shops(wanted: str, most: int) -> list[Hit]:
    number = "".join(wanted.split()).upper()
    ids = search_sql.find_shops_by_vat_number(number, most=most)
    ids += search_sql.find_shops_by_words(wanted, most=most)
    return [
        hits.show_shop(shop) for shop in Merchant.objects.filter(pk__in=ids).order_by("name")
    ]


def _find_charges(wanted: str, most: int) -> list[Hit]:
    charges = Charge.objects.select_related("store")
    found: list[Charge] = []
    with suppress(PayloadInvalid):
        found += charges.filter(short_code=normalize_short_code(wanted))
    if amounts := _read_amounts(wanted):
        ids = search_sql.find_by_amount("charges", amounts, most=most)
        found += charges.filter(pk__in=ids).order_by("-id")
    return [hits.show_charge(charge) for charge in found]


def _find_orders(wanted: str, most: int) -> list[Hit]:
    amounts = _read_amounts(wanted)
    ids = search_sql.find_by_amount("orders", amounts, most=most) if amounts else []
    return [hits.show_order(each) for each in Order.objects.filter(pk__in=ids).order_by("-id")]


def _find_entries(wanted: str, most: int) -> list[Hit]:
    ids = search_sql.find_entries_by_name(wanted, most=most)
    if amounts := _read_amounts(wanted):
        ids += search_sql.find_by_amount("entries", amounts, most=most)
    if reference := find_reference(wanted):
        ids += search_sql.find_entries_by_name(reference, most=most)
    entries = Entry.objects.filter(pk__in=ids).select_related("statement").order_by("-id")
    breaks = {each.entry_id: each for each in Break.objects.filter(entry__in=ids)}
    return [hits.show_entry(entry, breaks.get(entry.pk)) for entry in entries]


def _find_top_ups(wanted: str, _most: int) -> list[Hit]:
    reference = find_reference(wanted)
    announced = Expectation.objects.filter(reference=reference) if reference else []
    accounts = {each.credit_account_id: each for each in announced}
    wallets = Wallet.objects.filter(account__in=accounts).select_related("user")
    return [hits.show_top_up(accounts[wallet.account_id], wallet) for wallet in wallets]


def _read_amounts(wanted: str) -> dict[str, int]:
    amounts = {}
    for currency in settings.CURRENCIES:
        try:
            amounts[currency] = read_money(wanted, currency)
        except AmountUnreadable:
            continue
    return amounts


def _list_named() -> dict[str, tuple[QuerySet[Any], Callable[[Any], Hit]]]:
    """Return where each kind of public reference leads, by its first two letters."""
    return {
        "us": (User.objects.all(), hits.show_person),
        "wl": (Wallet.objects.select_related("user"), hits.show_wallet),
        "mr": (Merchant.objects.all(), hits.show_shop),
        "ap": (Application.objects.all(), hits.show_application),
        "ch": (Charge.objects.select_related("store"), hits.show_charge),
        "py": (Payment.objects.select_related("charge__store"), _show_charge_of),
        "rf": (Refund.objects.select_related("charge__store"), _show_charge_of),
        "po": (Order.objects.all(), hits.show_order),
        "pf": (PaymentFile.objects.select_related("account"), hits.show_run),
        "bk": (Break.objects.select_related("entry__statement"), hits.show_break),
        "bs": (Statement.objects.select_related("account"), hits.show_statement),
        "aj": (Adjustment.objects.all(), hits.show_adjustment),
        "st": (Store.objects.select_related("merchant"), _show_shop_of),
        "se": (Settlement.objects.select_related("balance__merchant"), _show_shop_of_balance),
        "tm": (Terminal.objects.select_related("store__merchant"), _show_shop_of_store),
    }


def _show_charge_of(row: Payment | Refund) -> Hit:
    return hits.show_charge(row.charge)


def _show_shop_of(store: Store) -> Hit:
    return hits.show_shop(store.merchant)


def _show_shop_of_balance(settlement: Settlement) -> Hit:
    return hits.show_shop(settlement.balance.merchant)


def _show_shop_of_store(terminal: Terminal) -> Hit:
    return hits.show_shop(terminal.store.merchant)


_GROUPS = {
    "named": (_("Exactly this"), _find_named),
    "people": (_("People"), _find_people),
    "shops": (_("Shops"), _find_shops),
    "charges": (_("Sales"), _find_charges),
    "orders": (_("Orders"), _find_orders),
    "top_ups": (_("Announced top-ups"), _find_top_ups),
    "entries": (_("Booked by the bank"), _find_entries),
}
