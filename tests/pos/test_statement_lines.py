"""The lines that PostgreSQL forms are, byte by byte, those that Python would write."""

import csv
import io
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ledger.csv import quote_formula
from merchants.models import FeeRule, Role, SettlementLine
from merchants.onboarding import open_store
from merchants.reports.files import read_made_lines
from merchants.reports.program import ProgramFile, compute_checksum
from pos import statement_lines
from pos.charges import create_charge
from pos.makers import find_makers
from pos.methods import note_collection
from pos.principals import act_at_till, act_for_merchant
from pos.statement_lines import write_lines
from pos.terminals import add_terminal
from tests import factories
from tests.clocks import date_back
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
TYPED = {"store", "till", "cashier", "reference"}
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT MARK}"
WIDE_PLUS, JOINER = "\N{FULLWIDTH PLUS SIGN}", "\N{ZERO WIDTH NON-JOINER}"
REFERENCES = [
    *("", "Table 7", "00123", "A;B,C", '5" pipe', '"', "two\nlines", "a\rb", "#12", "Ünal"),
    *("=1+1", "+49 30", "-5", "@home", " =1", "\t1", "\nnext", "\u00a0-1", f"{JOINER}@a"),
    *(f"{WIDE_PLUS}1", "=\N{COMBINING LONG SOLIDUS OVERLAY}", "مقهى", f"{RIGHT_TO_LEFT}=2"),
    *("'quoted", "1\N{COMBINING ENCLOSING KEYCAP}", "日本", '=A1,"x"', "\\r\\n", "{}%s"),
]
# In summer time, in the hour that comes twice, after it, and just before a second is over.
INSTANTS = [
    *(datetime(2025, 7, 1, 12, tzinfo=UTC), datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
    *(datetime(2025, 10, 26, 1, 30, tzinfo=UTC), datetime(2025, 12, 31, 23, 59, tzinfo=UTC)),
    datetime(2025, 10, 25, 23, 59, 59, 999_999, tzinfo=UTC),
]


def write_by_hand(settlement):
    """Write the lines as the CSV library does, from what the JSON says."""
    text, program = io.StringIO(newline=""), ProgramFile(settlement)
    rows = csv.writer(text)
    for lines in read_made_lines(settlement, find_makers):
        for line, maker in lines:
            fields = program.list_fields(line, maker)
            named = [quote_formula(str(v)) if k in TYPED else v for k, v in fields.items()]
            rows.writerow(["line", *named, "", ""])
            for fact in program.list_sale_facts(line).items():
                rows.writerow(["older", fields["line"], *[""] * (len(fields) - 1), *fact])
    return text.getvalue()


def write_all(settlement):
    return "".join(lines.text for lines in write_lines(settlement))


def sell(shop, principal, *, amount_minor):
    currency = shop.store.currency
    payer = factories.open_customer(balance_minor=amount_minor, currency=currency)
    charge = create_charge(principal, factories.plan_charge(shop, amount_minor=amount_minor))
    return factories.confirm(payer, factories.claim(payer, charge)).charge


@pytest.fixture
def settle_all():
    """Settle sales and refunds of two stores, by a cashier, a till alone and another name."""

    def settle(**facts):
        shop = factories.open_shop(**facts)
        currency = shop.store.currency
        other = open_store(shop.merchant, name='=Café "Süd", مقهى', currency=currency)
        back = factories.Shop(
            shop.merchant, other, add_terminal(other, name="-1,5"), token="", key=""
        )
        nora = factories.hire_person(shop, role=Role.CASHIER, may_refund=True)
        nora.user.name = 'O\'Nora, "No"\n'
        nora.user.save(update_fields=["name"])
        by_nora = act_at_till(shop.terminal, nora)
        small = sell(shop, by_nora, amount_minor=1)
        large = sell(shop, shop.till, amount_minor=123_456)
        sell(back, back.till, amount_minor=7)
        factories.refund(shop, large, amount_minor=456)
        factories.refund(shop, small, amount_minor=1, principal=by_nora)
        lines = SettlementLine.objects.filter(balance=factories.balance_of(shop))
        for place, line in enumerate(lines.order_by("id")):
            date_back(lines.filter(pk=line.pk), at=INSTANTS[place])
        return factories.settle(shop)

    return settle


@pytest.mark.parametrize("at_once", [2, 10_000])
@pytest.mark.parametrize(
    ("currency", "time_zone"),
    [("EUR", "Europe/Dublin"), ("JPY", "Asia/Kathmandu"), ("KWD", "America/St_Johns")],
)
@pytest.mark.parametrize("form", [1, 2])
def test_every_kind_of_line_is_the_same(
    settle_all, monkeypatch, currency, time_zone, at_once, form
):
    settlement = settle_all(currency=currency, time_zone=time_zone)
    settlement.form = form
    monkeypatch.setattr(statement_lines, "_AT_ONCE", at_once)

    parts = list(write_lines(settlement))

    assert "".join(part.text for part in parts) == write_by_hand(settlement)
    assert next(part.count for part in parts) == min(at_once, 5)
    assert sum(part.count for part in parts) == settlement.lines_count == 5
    earned_minor = settlement.sales_minor - settlement.refunds_minor - settlement.fees_minor
    assert sum(part.net_minor for part in parts) == earned_minor


def test_every_reference_is_the_same(shop, customer):
    sold = [factories.sell(shop, customer, amount_minor=1 + n) for n, _ in enumerate("abc")]
    lines = SettlementLine.objects.filter(pk__in=[sale.pk for sale in sold])
    settlement = factories.settle(shop)

    for reference in REFERENCES:
        with as_owner():
            lines.update(reference=reference)
        assert write_all(settlement) == write_by_hand(settlement)


def test_lines_that_were_made_at_the_same_instant_are_there_once(shop, customer, monkeypatch):
    for _ in range(4):
        factories.sell(shop, customer)
    date_back(SettlementLine.objects.all(), at=INSTANTS[1])
    settlement = factories.settle(shop)
    monkeypatch.setattr(statement_lines, "_AT_ONCE", 2)

    assert write_all(settlement) == write_by_hand(settlement)


def test_a_refund_of_an_older_sale_says_which(shop, customer):
    for amount_minor in (480, 1):
        sale = factories.sell(shop, customer, amount_minor=amount_minor)
        factories.settle(shop)
        factories.refund(shop, sale, amount_minor=1)
    factories.sell(shop, customer)
    settlement = factories.settle(shop)

    text = write_all(settlement)

    assert text == write_by_hand(settlement)
    assert text.count("older,") == 3
    assert text.count("sale_fee,") == 1


def test_each_line_names_its_method_and_the_rule_of_its_fee(shop, customer):
    link = sell(shop, act_for_merchant(shop.store), amount_minor=700)
    code = factories.make_charge(shop, amount_minor=800)
    note_collection(code, payer_account_id=customer.wallet.account_id)
    factories.confirm(customer, factories.claim(customer, code))
    factories.refund(shop, link, amount_minor=100)
    begins = [datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 10, 26, 0, 30, tzinfo=UTC)]
    people = [factories.hire_person(shop).user for _ in range(2)]
    for began in (*begins, begins[1]):
        FeeRule.objects.create(
            merchant=shop.merchant,
            mdr_bps=80,
            fee_fixed_minor=0,
            applies_from=began,
            reason="A contract.",
            asked_by=people[0],
            asked_at=began - timedelta(days=2),
            agreed_by=people[1],
            agreed_at=began - timedelta(days=1),
        )
    lines = SettlementLine.objects.order_by("id")
    instants = (INSTANTS[4], begins[1], INSTANTS[2])
    for line, at in zip(lines, instants, strict=True):
        date_back(lines.filter(pk=line.pk), at=at)
    settlement = factories.settle(shop)

    text = write_all(settlement)

    assert text == write_by_hand(settlement)
    rows = [row.split(",")[15:18] for row in text.splitlines()]
    assert rows == [
        ["link", "2", "2025-06-01"],
        ["customer_code", "3", "2025-10-26"],
        ["link", "", ""],
    ]


def test_the_time_zone_of_the_connection_stays(shop, customer):
    shop.merchant.time_zone = "Asia/Tokyo"
    shop.merchant.save(update_fields=["time_zone"])
    sale = factories.sell(shop, customer)
    settlement = factories.settle(shop)

    compute_checksum(settlement, write_lines)

    sale_line = settlement.lines.get()
    assert sale_line.at == sale.captured_at


def test_a_field_is_written_as_python_writes_it():
    begins = [chr(place) for place in range(1, 0x110000) if _may_matter(place)]
    typed = [begin + rest for begin in begins for rest in ("=1", "a")]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchants_write_field(typed) FROM unnest(%s::text[]) WITH ORDINALITY"
            " AS asked (typed, place) ORDER BY place",
            [typed],
        )
        fields = [field for (field,) in cursor.fetchall()]

    wrong = [each for each, field in zip(typed, fields, strict=True) if _write(each) != field]
    assert wrong == []


def _may_matter(place):
    sign = chr(place)
    category = unicodedata.category(sign)
    if category in {"Cn", "Cs", "Co"}:
        return False
    return category[0] in "ZC" or place < 0x600 or unicodedata.normalize("NFKC", sign) != sign


def _write(text):
    file = io.StringIO(newline="")
    # A second field, because a row of one empty field is written otherwise.
    csv.writer(file).writerow([quote_formula(text), ""])
    return file.getvalue().removesuffix(",\r\n")
