"""PostgreSQL dies while the shops sell: nothing acknowledged is lost, nothing is half done."""

from functools import partial

import httpx
import pytest

from tests.faults.crew import Crew
from tests.faults.shop import GAPS, ask_books, check_sales, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(300, func_only=True)]

KILLS = 3
CUTS = 10
CUT = b"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
EVERYTHING = ("postgres", "valkey", "web", "streams", "worker", "banker", "beat")


def is_ready(stack):
    return httpx.get(f"{stack.url}/readyz", timeout=10).status_code == httpx.codes.OK


def test_postgresql_killed_during_sales_loses_nothing_and_the_shop_goes_on(stack, shop, demo):
    with Crew(stack, demo) as crew:
        for _ in range(KILLS):
            crew.wait_for_sales(5)
            stack.kill("postgres")
            wait_for(lambda: not is_ready(stack))
            stack.start("postgres")
            # Nobody starts anything else again: the web finds the database by itself.
            crew.wait_for_sales(1)
        crew.wait_for_sales(5)
        crew.stop()
        crew.confirm_again()
        check_sales(stack, crew.sales)

    sale = crew.sales[-1]
    wait_for(lambda: shop.read_number(sale.charge))


def test_connections_cut_in_the_middle_of_sales_lose_and_double_nothing(stack, shop, demo):
    with Crew(stack, demo) as crew:
        for _ in range(CUTS):
            crew.wait_for_sales(1)
            ask_books(stack, CUT)
        crew.wait_for_sales(5)
        crew.stop()
        crew.confirm_again()
        check_sales(stack, crew.sales)


def test_everything_dies_at_once_and_nothing_acknowledged_is_lost(stack, shop, demo):
    with Crew(stack, demo) as crew:
        crew.wait_for_sales(5)
        for name in EVERYTHING:
            stack.kill(name)
        for name in EVERYTHING:
            stack.start(name)
        crew.wait_for_sales(5)
        crew.stop()
        crew.confirm_again()
        check_sales(stack, crew.sales)

    for sale in crew.sales:
        wait_for(partial(shop.read_number, sale.charge))
    assert ask_books(stack, GAPS) == []


def test_a_sale_without_a_database_is_refused_honestly(stack, shop):
    charge = shop.open_charge()
    confirmation = shop.scan(charge)
    stack.kill("postgres")

    answer = shop.phone.post("wallet/payments", confirmation, key="no database")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json()["code"] == "try_again"
    assert answer.headers["Retry-After"] == "1"
    stack.start("postgres")

    paid = shop.confirm(confirmation, key="no database")
    assert paid["charge"]["status"] == "captured"
    stack.manage("check_books")
