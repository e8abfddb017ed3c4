"""A settlement by rates of VAT: pieces of sales, refunds and fees that add up to the whole."""

import json
from dataclasses import replace

import pytest

from merchants.reports.json_file import write_settlement_json
from pos.charges import create_charge
from pos.lines import line_of_item
from pos.makers import find_makers
from pos.models import Item
from pos.print.statements import draw_statement
from pos.statement_lines import write_lines
from pos.subtotals import read_subtotals
from tests import factories
from tests.flows.steps import open_dashboard
from tests.merchants.test_report_forms import read_workbook, recompute
from tests.pos.test_statements import read as read_for_paper
from tests.pos.test_statements import read_pages, squeeze

pytestmark = pytest.mark.django_db


def sell_items(shop, customer, *sold):
    """Sell pieces at prices and rates: (quantity, price, rate in basis points or None)."""
    lines = [
        line_of_item(
            Item.objects.create(
                store=shop.store, name=f"Item {place} {price}", price_minor=price, vat_bps=rate
            ),
            quantity=quantity,
        )
        for place, (quantity, price, rate) in enumerate(sold, start=Item.objects.count())
    ]
    new = replace(factories.plan_charge(shop), amount_minor=None, lines=tuple(lines))
    charge = create_charge(shop.till, new)
    return factories.confirm(customer, factories.claim(customer, charge)).charge


def show(settlement):
    return [
        (row.percent, row.sales_minor, row.refunds_minor, row.fees_minor, row.vat_minor)
        for row in read_subtotals(settlement).rates
    ]


@pytest.fixture
def settlement(shop, customer):
    """A sale of two rates with a refund of a half, one without a rate, one without items."""
    mixed = sell_items(shop, customer, (2, 500, 2300), (1, 1000, 900))
    factories.refund(shop, mixed, amount_minor=1000)
    sell_items(shop, customer, (1, 300, None))
    factories.sell(shop, customer, amount_minor=150)
    return factories.settle(shop)


def test_sales_refunds_and_fees_are_parted_by_rate(settlement):
    # 0.6 % of 20.00 are 12 cents, 6 for each half; 5.00 with 23 % hold 0.93, with 9 % 0.41.
    assert show(settlement) == [
        ("23", 1000, 500, 6, 93),
        ("9", 1000, 500, 6, 41),
        ("", 450, 0, 3, 0),
    ]


def test_parts_add_up_to_the_settlement(settlement):
    sums = read_subtotals(settlement)

    for name in ("sales_minor", "refunds_minor", "fees_minor"):
        assert sum(getattr(row, name) for row in sums.rates) == getattr(settlement, name)
    assert sums.vat_minor == 93 + 41


def test_refunds_in_parts_give_back_each_rate_s_own_part(shop, customer):
    sale = sell_items(shop, customer, (1, 333, 2300), (1, 333, 900), (1, 334, 0))
    for amount_minor in (1, 1, 497, 501):
        factories.refund(shop, sale, amount_minor=amount_minor)

    rows = show(factories.settle(shop))

    assert [row[:3] for row in rows] == [("23", 333, 333), ("9", 333, 333), ("0", 334, 334)]
    assert [row[-1] for row in rows] == [0, 0, 0]


def test_a_later_rate_changes_nothing_that_was_sold(shop, customer):
    sell_items(shop, customer, (1, 1230, 2300))
    Item.objects.update(vat_bps=900)

    assert show(factories.settle(shop)) == [("23", 1230, 0, 7, 230)]


def test_without_rates_there_is_no_table(shop, customer):
    factories.sell(shop, customer)
    settlement = factories.settle(shop)

    assert show(settlement) == []
    owner = open_dashboard(factories.hire_person(shop, role="owner"))
    page = owner.get(f"/dashboard/settlements/{settlement.public_id}/").content.decode()
    assert "By VAT rate" not in page


def test_every_form_says_the_rates(settlement, shop):
    owner = open_dashboard(factories.hire_person(shop, role="owner"))
    address = f"/dashboard/settlements/{settlement.public_id}"
    text = "".join(
        write_settlement_json(
            settlement, find_makers=find_makers, write_lines=write_lines, sum_up=read_subtotals
        )
    )

    for page in (f"{address}/", f"{address}/print/"):
        html = owner.get(page).content.decode()
        assert "By VAT rate" in html
        assert "€1.34" in html
    assert json.loads(text)["vat"][0] == {
        "rate": "23",
        "sales": "10.00",
        "refunds": "-5.00",
        "fees": "-0.06",
        "net": "4.94",
        "vat": "0.93",
    }
    _, rows, _ = read_workbook(settlement)
    assert [row[-1] for row in rows[-4:]] == [
        ("n", "0.93"),
        ("n", "0.41"),
        ("n", "0.00"),
        ("n", "1.34"),
    ]
    shown = squeeze("".join(read_pages(draw_statement(read_for_paper(settlement)))))
    assert "23%€10.00\N{MINUS SIGN}€5.00\N{MINUS SIGN}€0.06€4.94€0.93" in shown
    assert recompute(text)[0] == 0
    code, said = recompute(
        text.replace('"rate": "9", "sales": "10.00"', '"rate": "9", "sales": "9.00"')
    )
    assert (code, "the rates of VAT add up to" in said) == (1, True)
