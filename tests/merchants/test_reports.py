"""The settlement as a file: it equals the page, and shows when it was cut or changed."""

import csv
import hashlib
from decimal import Decimal

import pytest

from merchants.reports import write_settlement_csv
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = "line,time,store,kind,charge,code,reference,amount,fee,net,currency"


@pytest.fixture
def settlement(shop, customer):
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=250)
    factories.refund(shop, sale, amount_minor=300)
    return factories.settle(shop)


def test_every_line_every_figure_and_the_total_are_there(settlement, shop):
    rows = list(csv.reader("".join(write_settlement_csv(settlement)).splitlines()))

    assert ",".join(rows[0]) == HEAD
    assert " ".join(row[0] for row in rows[1:]) == (
        "1 2 3 OPENING SALES REFUNDS FEES PAYOUT CLOSING TOTAL SHA-256 END"
    )
    assert [row[7:] for row in rows[1:4]] == [
        ["10.00", "-0.06", "9.94", "EUR"],
        ["2.50", "-0.02", "2.48", "EUR"],
        ["-3.00", "0.00", "-3.00", "EUR"],
    ]
    assert [row[3] for row in rows[1:4]] == ["sale", "sale", "refund"]
    assert {row[2] for row in rows[1:4]} == {shop.store.name}
    assert [row[9] for row in rows[4:10]] == [
        "0.00",
        "12.50",
        "-3.00",
        "-0.08",
        "-9.42",
        "0.00",
    ]
    assert rows[10] == ["TOTAL", "", "", "3", "", "", "", "", "", "9.42", "EUR"]


def test_the_control_total_is_the_sum_of_the_lines(settlement):
    rows = list(csv.reader("".join(write_settlement_csv(settlement)).splitlines()))

    lines = [row for row in rows if row[0].isdecimal()]
    assert sum(Decimal(row[9]) for row in lines) == Decimal(rows[-3][9])
    assert int(rows[-3][3]) == len(lines)


def test_the_hash_is_of_everything_before_it(settlement):
    text = "".join(write_settlement_csv(settlement))

    before, _, after = text.partition("SHA-256,")
    assert after == f"{hashlib.sha256(before.encode()).hexdigest()}\r\nEND\r\n"


def test_times_are_the_shop_s(customer):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    factories.sell(shop, customer)

    rows = list(csv.reader(write_settlement_csv(factories.settle(shop))))

    assert rows[1][1].endswith("+09:00")


def test_yen_have_no_decimals():
    shop = factories.open_shop(currency="JPY")
    factories.sell(shop, factories.open_customer(currency="JPY"), amount_minor=480)

    rows = list(csv.reader(write_settlement_csv(factories.settle(shop))))

    assert rows[1][7:] == ["480", "-3", "477", "JPY"]


def test_a_reference_that_looks_like_a_formula_is_quoted_in_the_file(
    till, phone, shop, customer
):
    body = {"amount": {"amount_minor": 480, "currency": "EUR"}, "reference": '=cmd|"x"!A1'}
    created = till.post("charges", body).json()
    claim = phone.post("wallet/claims", {"payload": created["link"]}).json()
    phone.post("wallet/payments", {"claim": claim["id"]})

    rows = list(csv.reader(write_settlement_csv(factories.settle(shop))))

    assert rows[1][4] == created["id"]
    assert rows[1][5].replace("-", "") == created["short_code"]
    assert rows[1][6] == "'" + '=cmd|"x"!A1'
