"""Large sums take two operators: credits that no reference names, refusals said by hand."""

import pytest

from banking.breaks import carry_out_decisions
from banking.dispatch import carry_out_answers
from banking.models import Break, Entry
from console.models import AuditEntry, SecondLook
from ledger.queries import read_balance
from tests.banking import bank
from tests.banking.samples import Ntry, Tx
from tests.banking.test_imports import bring, statement
from tests.flows.steps import make_operator, open_console
from tests.owners import as_owner
from wallet.top_ups import announce_top_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


@pytest.fixture
def brian(db):
    return open_console(make_operator("brian@operator.test", name="Brian Walsh"))


@pytest.fixture
def row(db):
    bring(statement(Ntry("1500.00", bank="in", txs=(Tx(name="Ana Silva"),))))
    return Break.objects.get()


def credit(browser, row, customer):
    typed = {"address": customer.wallet.user.email, "note": "She called."}
    return browser.post(f"/console/breaks/{row.public_id}/credit/", typed)


def decide(browser, wish="agree"):
    look = SecondLook.objects.latest("id").public_id
    return browser.post(f"/console/second/{look}/decide/", {"wish": wish})


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_a_large_credit_moves_once_a_second_operator_agrees(
    aoife, brian, customer, row, proofs_hold
):
    assert credit(aoife, row, customer)["Location"] == "/console/second/"
    assert credit(brian, row, customer).status_code == 409
    assert decide(aoife).status_code == 409
    carry_out_decisions()
    assert read_balance(customer.wallet.account_id) == 10_000
    start = brian.get("/console/").content.decode()
    assert "1 large decision waits for a second operator." in start

    assert decide(brian).status_code == 302
    carry_out_decisions()

    assert read_balance(customer.wallet.account_id) == 160_000
    assert list_deeds() == ["credit.asked", "credit.agreed"]
    assert "Nothing waits." in brian.get("/console/second/").content.decode()
    proofs_hold()


def test_a_part_of_a_large_sum_is_large(aoife, customer, row):
    aoife.post(f"/console/breaks/{row.public_id}/split/", {"amount": "1"})
    part = Break.objects.get(amount_minor=100)

    assert credit(aoife, part, customer)["Location"] == "/console/second/"


def test_what_the_reference_names_takes_one(aoife, customer, row):
    announced = announce_top_up(
        customer.wallet, amount_minor=150_000, made_id=customer.wallet.user_id
    )
    with as_owner():
        reference = announced.expectation.reference
        Entry.objects.filter(pk=row.entry_id).update(creditor_reference=reference)

    assert credit(aoife, row, customer)["Location"] == "/console/breaks/"


def test_a_sum_of_the_currency_s_own_decides(aoife, customer, row, settings):
    settings.SECOND_PERSON_MINOR = {"EUR": 150_000}

    assert credit(aoife, row, customer)["Location"] == "/console/breaks/"


def test_a_break_that_was_decided_meanwhile_is_not_credited(aoife, brian, customer, row):
    credit(aoife, row, customer)
    brian.post(f"/console/breaks/{row.public_id}/return/", {"name": "Ana", "iban": bank.IBAN})

    assert decide(brian).status_code == 409
    assert SecondLook.objects.get().agreed_at is None
    assert decide(aoife, "withdraw").status_code == 302


@pytest.mark.parametrize(("amount_minor", "takes_two"), [(100_000, False), (100_001, True)])
def test_a_large_order_is_refused_by_two(aoife, brian, amount_minor, takes_two, proofs_hold):
    bring(statement(Ntry("2000.00", bank="fund", txs=(Tx(name="Ana Silva"),))))
    order = bank.make_sent_order(amount_minor)
    page = f"/console/orders/{order.public_id}/answer/"

    aoife.post(page, {"status": "refused", "reason_code": "AC04"})
    carry_out_answers()
    order.refresh_from_db()
    assert (order.status == "refused") is not takes_two
    if takes_two:
        assert decide(brian).status_code == 302
        carry_out_answers()
        order.refresh_from_db()
        assert order.status == "refused"
        assert list_deeds() == ["refuse.asked", "refuse.agreed"]
