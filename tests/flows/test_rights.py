"""Who may do what in the dashboard: every route, every role, and no route without its line."""

import pytest

from merchants.models import Role
from tests.flows.routes import (
    DONE,
    employ,
    fill,
    list_routes,
    shop_stays_as_it_is,
    stock_two_stores,
    try_out,
)
from tests.flows.steps import open_browser

pytestmark = pytest.mark.django_db
# A manager of one store is "scoped"; all others work for the whole merchant.
WHO = ["stranger", "cashier", "accountant", "scoped", "manager", "owner"]
WORKS = {"cashier", "accountant", "scoped", "manager", "owner"}
READS = {"accountant", "scoped", "manager", "owner"}
READS_ALL = {"accountant", "manager", "owner"}
MANAGES = {"scoped", "manager", "owner"}
MANAGES_ALL = {"manager", "owner"}
OWNS = {"owner"}
KEEPS_BOOKS = {"accountant", "owner"}
RIGHTS = {
    "dashboard/": READS,
    "dashboard/accounting/": READS_ALL,
    "dashboard/accounting/<str:reference>/": READS_ALL,
    "dashboard/accounting/<str:reference>/change/": KEEPS_BOOKS,
    "dashboard/accounting/<str:reference>/file/": READS_ALL,
    "dashboard/bank-account/": MANAGES_ALL,
    "dashboard/bank-account/<str:reference>/confirm/": MANAGES_ALL,
    "dashboard/bank-account/<str:reference>/withdraw/": MANAGES_ALL,
    "dashboard/bank-account/new/": OWNS,
    "dashboard/categories/<str:reference>/": MANAGES,
    "dashboard/categories/<str:reference>/remove/": MANAGES,
    "dashboard/categories/<str:reference>/sort/": MANAGES,
    "dashboard/choices/<str:reference>/": MANAGES,
    "dashboard/choices/<str:reference>/remove/": MANAGES,
    "dashboard/codes/<str:reference>/revoke/": MANAGES,
    "dashboard/codes/<str:reference>/sheet.pdf": READS,
    "dashboard/exports/": READS,
    "dashboard/exports/<str:reference>/": READS,
    "dashboard/exports/<str:reference>/file/": READS,
    "dashboard/exports/new/": READS,
    "dashboard/fee-invoices/": READS_ALL,
    "dashboard/fee-invoices/<str:reference>.pdf": READS_ALL,
    "dashboard/fees/": READS_ALL,
    "dashboard/items/": READS,
    "dashboard/items/<str:reference>/": MANAGES,
    "dashboard/items/<str:reference>/choices/new/": MANAGES,
    "dashboard/items/<str:reference>/count/": MANAGES,
    "dashboard/items/<str:reference>/count/change/": MANAGES,
    "dashboard/items/<str:reference>/count/stop/": MANAGES,
    "dashboard/items/<str:reference>/hide/": MANAGES,
    "dashboard/items/<str:reference>/on-sale/": MANAGES,
    "dashboard/items/<str:reference>/picture/": MANAGES,
    "dashboard/items/<str:reference>/picture/remove/": MANAGES,
    "dashboard/items/<str:reference>/show/": MANAGES,
    "dashboard/items/<str:reference>/sold-out/": MANAGES,
    "dashboard/items/<str:reference>/sort/": MANAGES,
    "dashboard/imports/<str:reference>/": MANAGES,
    "dashboard/imports/<str:reference>/apply/": MANAGES,
    "dashboard/invitations/<str:reference>/send/": OWNS,
    "dashboard/invitations/<str:reference>/withdraw/": OWNS,
    "dashboard/invitations/new/": OWNS,
    "dashboard/keys/": OWNS,
    "dashboard/keys/<str:reference>/revoke/": OWNS,
    "dashboard/look/": MANAGES_ALL,
    "dashboard/look/logo/": MANAGES_ALL,
    "dashboard/look/logo/remove/": MANAGES_ALL,
    "dashboard/me/": WORKS,
    "dashboard/me/password/": WORKS,
    "dashboard/me/pin/": WORKS,
    "dashboard/me/security/": WORKS,
    "dashboard/me/security/app/": WORKS,
    "dashboard/me/security/change/": WORKS,
    "dashboard/me/security/passkeys/": WORKS,
    "dashboard/me/security/sessions/": WORKS,
    "dashboard/me/shop/": WORKS,
    "dashboard/closings/": READS,
    "dashboard/closings/<str:reference>.csv": READS,
    "dashboard/closings/<str:reference>.pdf": READS,
    "dashboard/closings/<str:reference>/": READS,
    "dashboard/payments.csv": READS,
    "dashboard/payments/": READS,
    "dashboard/payments/<str:reference>/": READS,
    "dashboard/people/": READS,
    "dashboard/people/<str:reference>/": MANAGES,
    "dashboard/people/<str:reference>/leave/": MANAGES,
    "dashboard/people/<str:reference>/pin/": MANAGES,
    "dashboard/people/<str:reference>/return/": MANAGES,
    "dashboard/people/cashiers/new/": MANAGES,
    "dashboard/printers/": MANAGES,
    "dashboard/printers/<str:reference>/": MANAGES,
    "dashboard/printers/<str:reference>/address/": MANAGES,
    "dashboard/printers/<str:reference>/remove/": MANAGES,
    "dashboard/reports.csv": READS,
    "dashboard/reports/": READS,
    "dashboard/reports/mail/": READS,
    "dashboard/reports/mail/end/": READS,
    "dashboard/safeguarding/": READS_ALL,
    "dashboard/settlements/": READS_ALL,
    "dashboard/settlements/<str:reference>.csv": READS_ALL,
    "dashboard/settlements/<str:reference>.json": READS_ALL,
    "dashboard/settlements/<str:reference>.pdf": READS_ALL,
    "dashboard/settlements/<str:reference>.xlsx": READS_ALL,
    "dashboard/settlements/<str:reference>/": READS_ALL,
    "dashboard/settlements/<str:reference>/pay-again/": MANAGES_ALL,
    "dashboard/settlements/<str:reference>/print/": READS_ALL,
    "dashboard/settlements/close/": MANAGES_ALL,
    "dashboard/settlements/timetable/": READS_ALL,
    "dashboard/settlements/timetable/change/": OWNS,
    "dashboard/stores/": READS,
    "dashboard/stores/<str:reference>/": MANAGES,
    "dashboard/stores/<str:reference>/cash/": MANAGES,
    "dashboard/stores/<str:reference>/categories/": MANAGES,
    "dashboard/stores/<str:reference>/close/": MANAGES,
    "dashboard/stores/<str:reference>/codes/": MANAGES,
    "dashboard/stores/<str:reference>/discounts/": MANAGES,
    "dashboard/stores/<str:reference>/format/": MANAGES,
    "dashboard/stores/<str:reference>/hours/": MANAGES,
    "dashboard/stores/<str:reference>/prices/": MANAGES,
    "dashboard/stores/<str:reference>/import/": MANAGES,
    "dashboard/stores/<str:reference>/items.csv": READS,
    "dashboard/stores/<str:reference>/items/new/": MANAGES,
    "dashboard/stores/<str:reference>/printers/new/": MANAGES,
    "dashboard/stores/<str:reference>/reopen/": MANAGES,
    "dashboard/stores/<str:reference>/tills/new/": MANAGES,
    "dashboard/stores/new/": MANAGES_ALL,
    "dashboard/tills/": READS,
    "dashboard/tills/<str:reference>/": MANAGES,
    "dashboard/tills/<str:reference>/code/": MANAGES,
    "dashboard/tills/<str:reference>/revoke/": MANAGES,
}


@pytest.fixture
def things(shop, customer):
    return stock_two_stores(shop, customer)[0]


@pytest.fixture
def browser(shop):
    """Open the browser of somebody in such a role."""

    def open_for(who):
        if who == "stranger":
            return open_browser()
        store = shop.store if who == "scoped" else None
        return employ(shop, Role.MANAGER if who == "scoped" else who, store=store)

    return open_for


def test_every_route_is_in_the_table_and_every_line_is_a_route():
    assert sorted(RIGHTS) == list_routes()


@pytest.mark.parametrize("who", WHO)
def test_whoever_may_is_let_in(things, browser, who):
    visitor = browser(who)
    mine = [route for route in RIGHTS if who in RIGHTS[route]]

    answers = {route: try_out(visitor, fill(route, things)) for route in mine}

    assert {route: status for route, status in answers.items() if status not in DONE} == {}


@pytest.mark.parametrize("who", [who for who in WHO if who not in OWNS])
def test_nobody_else_is_let_in_by_any_method(things, browser, who):
    visitor = browser(who)

    with shop_stays_as_it_is():
        for route, whoever in RIGHTS.items():
            if who in whoever:
                continue
            address = fill(route, things)
            answers = [visitor.get(address), visitor.post(address)]
            assert {answer.status_code for answer in answers} != {405}, route
            for answer in answers:
                if who == "stranger" and answer.status_code == 302:
                    assert answer["Location"].startswith("/dashboard/sign-in/"), route
                else:
                    assert answer.status_code in {403, 405}, route
