"""The console's search: one text, results by kind, and each statement by an index."""

from typing import Any

import pytest
from django.db import connection

from banking.models import Break, Order
from banking.references import space_reference
from console import search
from identity.models import User
from merchants.models import Application, Merchant
from qr.references import encode_reference
from tests import factories
from tests.banking import bank
from tests.banking.samples import Ntry, Tx
from tests.banking.test_imports import bring, statement
from tests.flows.steps import make_operator, open_console
from tests.snapshots import nothing_changes
from wallet.models import Payment
from wallet.top_ups import announce_top_up

pytestmark = pytest.mark.django_db
PAGE = "/console/search/"
# They may grow to millions of rows.
LARGE = ("identity_user", "pos_charge", "banking_entry", "banking_order", "merchants_merchant")


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


def find(text, **options):
    return {
        group.key: [hit.address for hit in group.hits]
        for group in search.search(text, **options)
    }


def address(kind, thing):
    return f"/console/{kind}/{thing.public_id}/"


def test_a_person_is_found_by_words_mail_and_phone(customer, another):
    person = customer.wallet.user
    page = f"/console/people/{encode_reference('us', person.id)}/"
    for text in ("li wei", "WEI", " we l ", person.email.upper(), person.phone):
        assert find(text)["people"] == [page], text
    assert "people" not in find("weil")
    assert "people" not in find("li silva")


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "🙂", "'", "a' | 'b", "a:* & !b", "(", "\\", "x" * 500]
)
def test_what_finds_nothing_is_no_error(aoife, text):
    with nothing_changes():
        answer = aoife.get(PAGE, {"q": text})

    assert answer.status_code == 200


def test_a_shop_is_found_by_its_names_and_vat_number(shop):
    application = factories.apply_as_shop()
    Merchant.objects.filter(pk=shop.merchant.pk).update(name="Harbour Corner")
    Application.objects.filter(pk=application.pk).update(
        merchant=shop.merchant, status="approved", legal_name="Pier Foods Ltd"
    )
    for text in ("harbour", "Corner Harb", "pier foods", "ie6433435f"):
        assert find(text)["shops"] == [address("shops", shop.merchant)], text


def test_a_sale_is_found_by_code_amount_and_what_names_it(shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1250)
    refund = factories.refund(shop, charge, amount_minor=100)
    payment = Payment.objects.get(charge=charge)
    page = address("charges", charge)

    for text in (charge.short_code, charge.short_code_grouped.lower(), "12,50", "€12.50"):
        assert find(text)["charges"] == [page], text
    for row in (charge, refund, payment):
        assert find(row.public_id)["named"] == [page]
    assert find("12.51") == {}


def test_what_references_name_is_found(shop, customer):
    order = bank.make_order()
    run = bank.draft()
    wallet = customer.wallet
    named = {
        order.public_id: address("orders", order),
        order.end_to_end_id: address("orders", order),
        run.public_id: address("runs", run),
        run.message_id: address("runs", run),
        wallet.public_id: address("wallets", wallet),
        shop.merchant.public_id.upper(): address("shops", shop.merchant),
        shop.store.public_id: address("shops", shop.merchant),
        shop.terminal.public_id: address("shops", shop.merchant),
    }
    for text, page in named.items():
        assert find(text)["named"] == [page], text
    assert "named" not in find("po_00000000000000000000000000")


def test_money_at_the_bank_is_found(customer):
    bank.find_account()
    announced = announce_top_up(
        customer.wallet, amount_minor=777, made_id=User.objects.latest("id").id
    )
    bring(statement(Ntry("10.00", bank="BANK-7", txs=(Tx(name="Ana Silva"),))))
    row = Break.objects.get()

    reference = announced.reference
    assert find(reference)["top_ups"] == [address("wallets", customer.wallet)]
    assert find(space_reference(reference))["top_ups"] != []
    assert find("BANK-7")["entries"] == [address("breaks", row)]
    assert find("10")["entries"] == [address("breaks", row)]


def test_few_of_each_kind_are_shown_and_the_rest_by_more(aoife, shop, monkeypatch):
    monkeypatch.setattr(search, "SHOWN", 2)
    for _ in range(3):
        factories.make_charge(shop, amount_minor=999)

    page = aoife.get(PAGE, {"q": "9.99"}).content.decode()

    assert page.count("/console/charges/") == 2
    assert "only=charges" in page
    assert len(find("9.99", only="charges")["charges"]) == 3


def test_the_pages_tell_of_a_person_and_a_sale(aoife, shop, customer):
    charge = factories.sell(shop, customer)
    factories.refund(shop, charge, amount_minor=80)
    bank.redeem(customer)
    person = customer.wallet.user

    text = aoife.get(f"/console/people/{encode_reference('us', person.id)}/").content.decode()
    for words in (person.name, "€96.00", "1 device", "Money taken out"):
        assert words in text
    text = aoife.get(address("charges", charge)).content.decode()
    for words in ("Customer scanned the code", person.name, "Takings", "€0.80"):
        assert words in text


def test_each_statement_is_by_an_index_or_over_the_newest(shop, customer):
    """With sequential scans forbidden, none is left where there is another way."""
    factories.sell(shop, customer)
    asked: list[tuple[str, Any]] = []

    def note(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for text in (
            "li wei",
            "12.50",
            "RF18539007547034",
            "IE6433435F",
            "7K4M-92QX",
            "a@b.test",
        ):
            find(text)

    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in asked:
            if sql.lstrip().upper().startswith(("SELECT", "(SELECT")):
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert len(plans) > 20
    scanned = [plan for plan in plans for table in LARGE if f"Seq Scan on {table}" in plan]
    assert scanned == []
    assert Order.objects.count() == 0
