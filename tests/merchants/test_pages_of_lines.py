"""Lines and settlements a page at a time, and line by line into a file."""

from datetime import timedelta

import pytest
from django.db import connection

from merchants import queries
from merchants.models import Settlement, SettlementLine
from merchants.queries import page_lines, page_settlements, read_lines_together
from tests import factories
from tests.clocks import date_back
from tests.conftest import Api


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    monkeypatch.setattr(queries, "_READ_AT_ONCE", 2)


def settle_lines(shop, customer, *seconds_ago):
    """Settle a sale for each figure, that many seconds before the others."""
    for ago in seconds_ago:
        sale = factories.sell(shop, customer, amount_minor=100)
        lines = SettlementLine.objects.filter(pk=sale.pk)
        date_back(lines, at=sale.created_at.replace(microsecond=0) - timedelta(seconds=ago))
    return factories.settle(shop)


def walk(page, **wanted):
    """Turn pages until there are no more."""
    rows, after = page(**wanted, after="")
    while after:
        more, after = page(**wanted, after=after)
        rows += more
    return rows


def pages_of(settlement):
    return lambda *, after: page_lines(settlement, after=after)


@pytest.mark.django_db
@pytest.mark.parametrize("ages", [(60, 60, 60, 60, 60), (90, 60, 60, 60, 30), (1, 2, 3, 4)])
def test_every_line_is_on_one_page_also_when_times_are_equal(shop, customer, ages):
    settlement = settle_lines(shop, customer, *ages)

    lines = walk(pages_of(settlement))

    assert lines == sorted(settlement.lines.all(), key=lambda line: (line.at, line.id))[::-1]
    assert len(lines) == len(ages)


@pytest.mark.django_db
@pytest.mark.parametrize("ages", [(), (60, 60, 60, 60, 60), (90, 60, 60, 60, 30), (1, 2, 3, 4)])
def test_every_line_is_read_once_oldest_first(shop, customer, ages):
    settlement = settle_lines(shop, customer, *(ages or [1]))
    if not ages:
        settlement = Settlement(id=shop.store.id)

    lines = [line for lines in read_lines_together(settlement) for line in lines]

    assert lines == sorted(settlement.lines.all(), key=lambda line: (line.at, line.id))
    assert len(lines) == len(ages)


@pytest.mark.django_db
def test_a_settlement_that_closes_meanwhile_moves_no_page(shop, customer):
    old = [settle_lines(shop, customer, 0) for _ in range(4)]

    first, after = page_settlements(shop.merchant.id, after="")
    assert after is not None
    settle_lines(shop, customer, 0)
    second, end = page_settlements(shop.merchant.id, after=after)

    assert [*first, *second] == old[::-1]
    assert end is None


@pytest.mark.django_db
def test_settlements_cut_at_the_same_moment_are_on_one_page_each(shop, customer):
    closed = [settle_lines(shop, customer, 0) for _ in range(5)]
    same_moment = closed[0].closed_at
    date_back(Settlement.objects.filter(balance__merchant=shop.merchant), closed_at=same_moment)

    assert walk(page_settlements, merchant_id=shop.merchant.id) == closed[::-1]


@pytest.mark.django_db
def test_the_api_s_next_is_opaque_and_somebody_else_s_leads_nowhere(shop, customer):
    settlements = [settle_lines(shop, customer, 1, 2, 3) for _ in range(3)]
    other = factories.open_shop()
    foreign = settle_lines(other, customer, 1)
    server, lines = Api(shop.key), f"settlements/{settlements[0].public_id}/lines"

    nexts = []
    for path in ("settlements", lines):
        first = server.get(path).json()
        second = server.get(path, after=first["next"]).json()
        nexts.append(first["next"])

        assert (len(first["data"]), len(second["data"]), second["next"]) == (2, 1, None)

    mine, line = nexts
    assert server.get("settlements", after=foreign.public_id).status_code == 404
    assert Api(other.key).get("settlements", after=mine).status_code == 404
    elsewhere = f"settlements/{settlements[1].public_id}/lines"
    assert server.get(elsewhere, after=line).status_code == 404


@pytest.mark.usefixtures("committed")
def test_an_export_has_all_the_time_it_needs_and_holds_nothing_open_meanwhile():
    shop, customer = factories.open_shop(), factories.open_customer()
    settlement = settle_lines(shop, customer, 1, 2, 3)
    allowed, seen = ask_timeout(), []

    def look(execute, sql, *rest):
        if 'FROM "merchants_settlementline"' in sql:
            seen.append(ask_timeout())
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        open_between = [connection.in_atomic_block for _ in read_lines_together(settlement)]

    assert allowed != "0"
    assert set(seen) == {"0"}
    assert open_between == [False] * 2
    assert ask_timeout() == allowed


def ask_timeout():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]
