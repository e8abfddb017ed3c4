"""Reports as a page and as a file: by whatever they are split, for days, for who may."""

import csv
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from merchants.models import Role, SettlementLine
from pos import report_sums
from pos.models import Item
from tests import factories
from tests.clocks import date_back
from tests.flows.steps import open_dashboard

pytestmark = pytest.mark.django_db
PAGE, FILE = "/dashboard/reports/", "/dashboard/reports.csv"
ROWS = {"day", "store", "till", "cashier", "item", "vat"}


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def today(shop):
    return timezone.now().astimezone(ZoneInfo(shop.merchant.time_zone)).date()


def read_file(browser, **asked):
    answer = browser.get(FILE, asked)
    assert answer.status_code == 200
    return list(csv.DictReader(b"".join(answer).decode().splitlines()))


@pytest.mark.parametrize("by", sorted(ROWS))
def test_the_file_has_exactly_what_the_page_shows(shop, customer, owner, by):
    sold = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, sold, amount_minor=250)

    answer = owner.get(PAGE, {"by": by})
    (row,) = read_file(owner, by=by)

    (report,) = answer.context["reports"]
    (line,) = report.lines
    assert (line.count, line.sold_minor, line.refunded_minor, line.fee_minor) == (
        *(1, 1000, 250),
        6,
    )
    count = "pieces" if by in {"item", "vat"} else "sales"
    assert {name: row[name] for name in (count, "gross", "refunds", "fee", "net")} == {
        count: "1",
        "gross": "10.00",
        "refunds": "-2.50",
        "fee": "-0.06",
        "net": "7.44",
    }
    page = answer.content.decode()
    assert "€10.00" in page
    assert "€7.44" in page


def test_the_file_is_for_spreadsheets_too_and_holds_no_formula(shop, customer, owner):
    shop.store.name = "=1+1"
    shop.store.save(update_fields=["name"])
    factories.sell(shop, customer, amount_minor=1000)

    german = owner.get(FILE, {"by": "store"}, headers={"Accept-Language": "de"})
    chosen = owner.get(FILE, {"by": "store", "as": "program"})

    text = b"".join(german).decode()
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Store;Number of sales;Gross;")
    assert "'=1+1;1;10,00;" in text
    assert b"".join(chosen).decode().startswith("store,sales,gross,")


def test_vat_is_shown_by_rate(shop, customer, owner):
    Item.objects.create(store=shop.store, name="Cake", price_minor=1190, vat_bps=1900)
    cake = Item.objects.get(name="Cake")
    charge = factories.sell_items(shop, customer, [(cake, 1)])
    # What is changed later changes no report of before.
    Item.objects.filter(pk=cake.pk).update(vat_bps=700)

    (row,) = read_file(owner, by="vat")
    assert (charge.amount_minor, row["rate_bps"], row["gross"]) == (1190, "1900", "11.90")
    assert (row["vat"], row["without_vat"]) == ("1.90", "10.00")
    page = owner.get(PAGE, {"by": "vat"}).content.decode()
    assert "19 %" in page
    assert "€1.90" in page


def test_days_are_chosen_and_kept_in_the_address(shop, customer, owner, today):
    sold = factories.sell(shop, customer, amount_minor=1000)
    noon = timezone.now().replace(hour=12)
    date_back(SettlementLine.objects.filter(pk=sold.pk), at=noon - timedelta(days=40))
    then = today - timedelta(days=40)
    days = {"since": then.isoformat(), "until": then.isoformat(), "by": "till"}

    found = owner.get(PAGE, days)
    now = owner.get(PAGE)

    assert found.context["reports"][0].total.sold_minor == 1000
    assert f"since={then}&amp;until={then}" in found.content.decode()
    assert "by=cashier" in found.content.decode()
    assert "No sale and no refund in these days." in now.content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "30.2.2026"}, "Choose the first day"),
        ({"until": "x"}, "Choose the last day"),
        ({"since": "2026-11-30", "until": "2026-11-29"}, "The last day is before the first"),
        ({"since": "2025-01-01", "until": "2026-01-02"}, "Choose 366 days at most"),
        ({"since": "9999-12-31", "until": "9999-12-31"}, "Choose days of this century"),
        ({"until": "0001-01-01"}, "Choose days of this century"),
        ({"until": "1900-01-01"}, "Choose days of this century"),
        ({"store": "nonsense"}, "Choose one of these"),
        ({"store": "0192f0c1-7e2a-7000-8000-000000000000"}, "Choose one of these"),
    ],
)
def test_what_cannot_be_read_is_named_beside_its_field(owner, asked, told):
    answer = owner.get(PAGE, asked)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert owner.get(FILE, asked).status_code == 404


def test_an_unknown_way_is_by_days(shop, customer, owner):
    factories.sell(shop, customer)

    assert owner.get(PAGE, {"by": "x"}).context["by"] == "day"
    assert "day" in read_file(owner, by="x")[0]


def test_too_much_says_so_and_makes_no_file(shop, customer, owner, monkeypatch):
    factories.sell(shop, customer)
    monkeypatch.setattr(report_sums, "LINES_MAX", 0)

    assert "Choose fewer days." in owner.get(PAGE).content.decode()
    assert owner.get(FILE).status_code == 404
