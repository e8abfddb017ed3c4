"""A settlement on paper: sub-totals on its page, a page for print, a PDF, or a word why not."""

import pytest

from merchants.layouts import PROGRAM
from merchants.models import Role
from merchants.reports.csv_file import write_settlement_csv
from pos.makers import find_makers
from pos.print.typesetter import PagesFailed
from pos.statement_lines import write_lines
from tests import factories
from tests.flows.steps import open_dashboard

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def old(shop, customer):
    """A sale that is settled already."""
    sale = factories.sell(shop, customer, amount_minor=900)
    factories.settle(shop)
    return sale


@pytest.fixture
def settlement(shop, customer, old):
    """Two sales, and a refund of the older one."""
    factories.sell(shop, customer, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=250)
    factories.refund(shop, old, amount_minor=300)
    return factories.settle(shop)


@pytest.fixture
def address(settlement):
    return f"/dashboard/settlements/{settlement.public_id}"


def test_the_page_has_sub_totals_that_add_up(owner, address):
    page = owner.get(f"{address}/").content.decode()

    for title in ("By day", "By store", "By till", "By cashier", "By payment method"):
        assert title in page
    # In each of the five tables as its total; in all but the first table's also as its row.
    assert page.count("€12.50") >= 10
    # Of the two sales; the refund cost nothing.
    assert page.count(">Rule 1 of ") == 2
    assert page.count('<span class="tiny">Till&#x27;s code</span>') == 3


def test_a_refund_of_an_older_sale_leads_to_the_settlement_of_the_sale(owner, address):
    page = owner.get(f"{address}/").content.decode()

    assert "A refund does not return the fee of its sale." in page
    assert ", in ST-0001</a>" in page
    assert page.count("in ST-0001") == 1


def test_many_lines_are_added_up_on_demand(owner, address, monkeypatch):
    monkeypatch.setattr("merchants.reports.subtotals._QUICK_LINES", 2)

    assert "By till" not in owner.get(f"{address}/").content.decode()
    assert "By till" in owner.get(f"{address}/?sums").content.decode()


def test_the_print_page_is_whole(owner, address, settlement):
    page = owner.get(f"{address}/print/").content.decode()

    program = "".join(
        write_settlement_csv(
            settlement, PROGRAM, find_makers=find_makers, write_lines=write_lines
        )
    )
    assert program.splitlines()[-1].rpartition(",")[2] in page
    for line in settlement.lines.all():
        assert line.short_code_grouped in page
    for words in (
        "Carried over",
        "of each sale.",
        "Total net",
        "By cashier",
        "in ST-0001",
        "Rule 1 of ",
    ):
        assert words in page


def test_the_pdf_is_downloaded_under_its_number(owner, address):
    answer = owner.get(f"{address}.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="settlement-0002-EUR.pdf"'


@pytest.mark.parametrize("ending", [".pdf", "/print/"])
def test_what_is_too_long_for_paper_leads_to_the_other_forms(
    owner, address, monkeypatch, ending
):
    page = owner.get(f"{address}/").content.decode()
    assert f"{address}{ending}" in page
    monkeypatch.setattr("merchants.reports.paper.LINES_MAX", 2)

    answer = owner.get(f"{address}{ending}", follow=True)

    assert answer.redirect_chain == [(f"{address}/?said=no_paper", 302)]
    page = answer.content.decode()
    assert "All of them are in the CSV and the JSON." in page
    assert f"{address}{ending}" not in page
    assert f"{address}.csv" in page


def test_a_pdf_that_cannot_be_made_says_so(owner, address, monkeypatch):
    def fail(paper):
        raise PagesFailed

    monkeypatch.setattr("pos.print.statements.draw_statement", fail)

    answer = owner.get(f"{address}.pdf", follow=True)

    assert "The PDF could not be made just now." in answer.content.decode()


@pytest.mark.parametrize("ending", [".pdf", "/print/"])
def test_another_shop_s_settlement_is_not_there(address, ending):
    stranger = factories.open_shop()
    browser = open_dashboard(factories.hire_person(stranger, role=Role.OWNER))

    assert browser.get(f"{address}{ending}").status_code == 404
