"""Models read by SQL of our own are the same as those that the ORM reads."""

import pytest
from django.db import connection

from pos.desk import look_at_desk
from pos.models import Charge
from pos.queries import find_by_token
from pos.terminals import find_cashiers, find_holder
from tests import factories
from wallet.claims import claim_charge, find_claim
from wallet.models import Claim
from wallet.movements import page_movements
from wallet.payments import confirm_charge
from wallet.wallets import find_wallet

pytestmark = pytest.mark.django_db


def read_facts(row):
    """Return every column's value with its type, and the time's zone."""
    fields = row._meta.concrete_fields
    values = {field.attname: row.__dict__[field.attname] for field in fields}
    return {
        name: (type(value), value, getattr(value, "tzinfo", None))
        for name, value in values.items()
    }


def assert_same(row):
    read = type(row)._default_manager.get(pk=row.pk)

    assert read_facts(row) == read_facts(read)
    assert row == read
    assert hash(row) == hash(read)
    assert row.get_deferred_fields() == set()
    assert (row._state.adding, row._state.db) == (False, connection.alias)
    row.refresh_from_db()
    assert read_facts(row) == read_facts(read)


@pytest.fixture
def sold(shop, customer):
    wallet, charge = find_wallet(customer.token), factories.make_charge(shop)
    assert wallet is not None
    claim = claim_charge(wallet, charge)
    payment = confirm_charge(
        wallet, claim.id, pin="", idempotency_key="17", request_hash=b"\x00\xff" * 16
    )
    return claim, payment


def test_the_rows_of_a_sale_are_as_the_orm_reads_them(shop, customer, sold):
    claim, payment = sold
    charge = find_by_token(payment.charge.token)
    holder = find_holder(shop.token)
    wallet = find_wallet(customer.token)
    assert charge is not None
    assert holder is not None
    assert wallet is not None

    for row in [
        *(charge, charge.store, charge.store.merchant, charge.terminal),
        *(holder.terminal, holder.terminal.store, wallet, wallet.user),
        *(find_claim(wallet, claim.id), payment, payment.charge),
    ]:
        assert_same(row)


def test_a_list_s_rows_are_as_the_orm_reads_them(shop, customer, sold):
    _, payment = sold
    wallet = find_wallet(customer.token)
    assert wallet is not None
    cashier = factories.hire_person(shop)
    open_charge = factories.make_charge(shop)

    (movement, *_) = page_movements(wallet, after="").rows
    (waiting,) = look_at_desk(shop.terminal).waiting
    found = find_cashiers(shop.store)

    assert movement.payment is not None
    assert movement.payment == payment
    assert waiting == open_charge
    assert cashier in found
    place = movement.payment.charge
    for row in [
        *(movement.payment, place, place.store, place.store.merchant, place.terminal),
        *(waiting, *found, *(person.user for person in found)),
    ]:
        assert_same(row)


def test_a_row_can_be_changed_and_read_again(shop, sold):
    claim, payment = sold
    charge = find_by_token(payment.charge.token)
    assert charge is not None

    charge.description = "Tee"
    charge.refresh_from_db(fields=["description"])
    assert charge.description == ""
    charge.terminal_id = None
    assert charge.terminal is None
    assert Claim.objects.get(pk=claim.pk).charge == payment.charge
    assert Charge.objects.get(pk=charge.pk).store == shop.terminal.store
