"""The application's role posts what the chart names, and no top-up; the invariants say so."""

import uuid

import pytest
from django.db import connection

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import BANK_EVENTS, EVENTS, NATURES, AccountKind
from ledger.errors import TransferRefused
from ledger.models import Transfer
from ledger.posting import post_transfers
from ledger.transfers import NewPending, NewTransfer, PendingPost
from tests import factories
from tests.events import TEST_EVENTS
from tests.ledger.moves import JudgedAlone
from tests.owners import as_owner
from wallet.wallets import top_up

pytestmark = pytest.mark.django_db
SHAPES = {"alone": 1, "batch": 3}


@pytest.fixture
def accounts(bank):
    """One account of each kind, in EUR."""
    shop, customer = factories.open_shop(), factories.open_customer()
    balance = factories.balance_of(shop)
    return {
        AccountKind.SAFEGUARD: bank,
        AccountKind.WALLET: customer.wallet.account_id,
        AccountKind.TAKINGS: shop.store.takings_account_id,
        AccountKind.PAYABLE: balance.payable_account_id,
        AccountKind.RECEIVABLE: balance.receivable_account_id,
    }


@pytest.fixture
def as_the_web():
    """Take the right to top up from whoever logs in for the tests, as the web has it not."""
    with as_owner() as cursor:
        cursor.execute("REVOKE EXECUTE ON FUNCTION ledger_allow_top_ups() FROM tessera_test")


def draw(kind, debit, credit, shape=NewTransfer):
    return shape(uuid.uuid4(), debit, credit, 10, "EUR", kind, "test")


@pytest.mark.parametrize("shape", [NewTransfer, JudgedAlone, NewPending])
@pytest.mark.parametrize("count", SHAPES.values(), ids=SHAPES)
def test_what_the_chart_does_not_name_is_refused(accounts, nothing_moved, count, shape):
    pairs = [(debit, credit) for debit in accounts for credit in accounts if debit != credit]
    for kind in [*EVENTS, "invented"]:
        if kind in TEST_EVENTS:
            continue
        for debit, credit in pairs:
            if f"{debit}>{credit}" in EVENTS.get(kind, ()):
                continue
            move = [draw(kind, accounts[debit], accounts[credit], shape) for _ in range(count)]
            assert post_transfers(move) == ["kind_not_charted"] * count, (kind, debit, credit)

    assert nothing_moved()


def test_one_uncharted_transfer_spoils_no_other_of_its_batch(accounts):
    good = draw("capture", accounts["wallet"], accounts["takings"])
    bad = draw("capture", accounts["safeguard"], accounts["wallet"])

    assert post_transfers([good, bad, good]) == ["created", "kind_not_charted", "exists"]


def test_the_end_of_a_hold_is_an_event_too(accounts, nothing_moved):
    hold = draw("capture", accounts["wallet"], accounts["takings"], NewPending)
    assert post_transfers([hold]) == ["created"]

    ends = [PendingPost(uuid.uuid4(), hold.id, kind=kind) for kind in ("fee", "invented")]

    assert post_transfers(ends) == ["kind_not_charted"] * 2
    assert Transfer.objects.filter(pending_id=hold.id).count() == 0


@pytest.mark.parametrize("shape", [NewTransfer, JudgedAlone, NewPending])
@pytest.mark.parametrize("count", SHAPES.values(), ids=SHAPES)
def test_what_the_bank_did_takes_a_right_of_its_own(
    accounts, as_the_web, nothing_moved, count, shape
):
    for house in ("transit", "suspense", "fee_income"):
        accounts[house] = get_or_open_house_account(house, currency="EUR")
    for kind in sorted(BANK_EVENTS):
        for debit, _, credit in (pair.partition(">") for pair in EVENTS[kind]):
            to = accounts[credit] if credit != debit else open_account(credit, currency="EUR")
            move = [draw(kind, accounts[debit], to, shape) for _ in range(count)]

            assert post_transfers(move) == ["top_up_not_allowed"] * count, (kind, debit)

    assert nothing_moved()


def test_the_verb_is_refused_without_the_right(customer, as_the_web, nothing_moved):
    with pytest.raises(TransferRefused, match="top_up_not_allowed"):
        top_up(customer.wallet, amount_minor=100_000_000, reference="out of nothing")

    assert nothing_moved()


def test_a_role_that_was_granted_the_right_tops_up(customer, as_the_web):
    with as_owner() as cursor:
        cursor.execute("GRANT EXECUTE ON FUNCTION ledger_allow_top_ups() TO tessera_test")

    top_up(customer.wallet, amount_minor=100, reference="bank 7")

    assert Transfer.objects.filter(credit_account=customer.wallet.account_id).count() == 2


def test_every_kind_of_account_is_asked_about():
    with connection.cursor() as cursor:
        for debit in NATURES:
            cursor.execute("SELECT ledger_is_charted('invented', %s, 'wallet')", [debit])
            assert cursor.fetchone() == (False,)
