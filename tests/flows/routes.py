"""The dashboard's routes, somebody to ask for each, and the things that they name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from identity.models import User
from merchants.models import (
    ApiKey,
    Book,
    BookAccount,
    PayoutAccount,
    StaffMember,
    Store,
    StoreAddress,
    StoreDay,
)
from merchants.onboarding import open_store
from pos.closings import close_till
from pos.models import Category, Item, Option, OptionGroup, Printer, Terminal
from pos.terminals import add_terminal
from tests import factories
from tests.merchants.invoices import keep_invoice
from tests.pos.catalogue import make_category, make_group, send_list
from tests.printers import place_printer
from tests.snapshots import nothing_changes

# What a route's reference names.
KINDS = {
    "dashboard/closings/": "closing",
    "dashboard/accounting/": "format",
    "dashboard/bank-account/": "account",
    "dashboard/exports/": "export",
    "dashboard/fee-invoices/": "fee_invoice",
    "dashboard/tills/": "terminal",
    "dashboard/categories/": "category",
    "dashboard/choices/": "group",
    "dashboard/codes/": "code",
    "dashboard/stores/": "store",
    "dashboard/items/": "item",
    "dashboard/imports/": "import",
    "dashboard/invitations/": "invitation",
    "dashboard/keys/": "key",
    "dashboard/people/": "member",
    "dashboard/payments/": "charge",
    "dashboard/printers/": "printer",
    "dashboard/settlements/": "settlement",
}
# They ask for a password or the link of a mail.
OPEN = {
    "dashboard/sign-in/",
    "dashboard/sign-in/factor/",
    "dashboard/sign-in/passkey/",
    "dashboard/sign-out/",
    "dashboard/invitation/<str:token>/",
    "dashboard/password/",
    "dashboard/report-mail/<str:token>/",
    "dashboard/password/<str:person>/<str:token>/",
}
_KEPT: list[Any] = [
    Book,
    BookAccount,
    Store,
    StoreAddress,
    StoreDay,
    Terminal,
    Category,
    Item,
    Option,
    OptionGroup,
    Printer,
    StaffMember,
    ApiKey,
    User,
    PayoutAccount,
]
# A form that was sent empty is shown again with what is missing.
DONE = {200, 302, 422}


def list_routes() -> list[str]:
    """List every route below /dashboard/ that asks who is there."""
    routes = {
        str(pattern.pattern)
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [])
        if str(pattern.pattern).startswith("dashboard/")
    }
    return sorted(routes - OPEN)


def stock_two_stores(
    shop: factories.Shop, customer: factories.Customer
) -> list[dict[str, str]]:
    """Make one thing of each kind in two stores of a merchant; return their references."""
    second = open_store(shop.merchant, name="Second Street", currency="EUR")
    till = add_terminal(second, name="Back room")
    other = factories.Shop(shop.merchant, second, till, shop.token, shop.key)
    things = []
    invoice = keep_invoice(shop)
    factories.name_bank_account(shop.merchant)
    change = factories.name_bank_account(shop.merchant)
    for place in (shop, other):
        charge = factories.sell(place, customer)
        code = factories.print_code(place)
        settlement = factories.settle(place)
        rows: dict[str, Any] = {
            "terminal": place.terminal,
            "code": code,
            "store": place.store,
            "category": make_category(place),
            "group": make_group(place),
            "item": factories.make_item(place, name=f"Soup of {place.terminal.name}"),
            "charge": charge,
            "member": factories.add_cashier(place),
            "invitation": factories.invite(place),
            "key": ApiKey.objects.filter(merchant=place.merchant)[0],
            "settlement": settlement,
            "account": change,
            "import": send_list(place),
            "export": factories.ask_export(place, store=place.store),
            "fee_invoice": invoice,
            "closing": close_till(place.terminal, closing_id=uuid4(), cashier=None),
            "printer": place_printer(place),
        }
        named = {kind: row.public_id for kind, row in rows.items()}
        things.append({**named, "format": "datev"})
    return things


def employ(shop: factories.Shop, role: str, *, store: Store | None) -> Any:
    """Hire somebody for a store, or for all; return their browser."""
    person = factories.hire_person(shop, role=role)
    StaffMember.objects.filter(pk=person.pk).update(store=store)
    browser = Client(SERVER_NAME="pay.test")
    browser.force_login(person.user)
    return browser


def fill(route: str, things: dict[str, str]) -> str:
    """Return a route's address, with the reference of what it is about."""
    kind = next((kind for start, kind in KINDS.items() if route.startswith(start)), "")
    if "<" in route:
        assert kind, f"tell in KINDS what the reference of {route} names"
    address = route.replace("<str:reference>", things.get(kind, ""))
    return f"/{address}" + ("?size=a4" if address.endswith(".pdf") else "")


def ask(browser: Any, address: str) -> Any:
    """Ask by whichever method the route takes, and take what is sent in parts."""
    answer = browser.get(address)
    if answer.status_code == 405:
        answer = browser.post(address)
    if answer.streaming:
        answer.sent = b"".join(answer.streaming_content)
    return answer


def try_out(browser: Any, address: str) -> int:
    """Ask, return the answer's status, and undo what it did."""
    with transaction.atomic():
        status: int = ask(browser, address).status_code
        transaction.set_rollback(True)
    return status


@contextmanager
def shop_stays_as_it_is() -> Iterator[None]:
    """Check that no money moves, and that nothing a dashboard keeps is changed."""
    before = _photograph()
    with nothing_changes():
        yield
    assert _photograph() == before


def _photograph() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in _KEPT]
