"""Posting, as tables a bookkeeper can read.

`A>B 10` moves 10 from A to B; wallets are capital letters A to D, `T` is a takings
account, `S` the safeguard account, `J` a wallet in JPY, `X` no account at all. `#1` gives
a transfer the id 1, `EUR` and the words after it override currency, kind and reference.
"""

import re
import uuid

import pytest

from ledger.accounts import find_house_account, open_account
from ledger.chart import AccountKind
from ledger.errors import InsufficientFunds, TransferRefused
from ledger.models import Account, Transfer
from ledger.posting import post_together, post_transfers
from ledger.queries import sum_balance
from ledger.transfers import NewTransfer

pytestmark = pytest.mark.django_db
RESULTS = {
    "one transfer": ("A>B 10", "created"),
    "all that is there": ("A>B 100", "created"),
    "a cent more than is there": ("A>B 101", "insufficient_funds"),
    "a credit side that may not be overdrawn by a debit": ("S>A 10", "created"),
    "takings may go below zero": ("T>A 10", "created"),
    "zero": ("A>B 0", "amount_must_be_positive"),
    "negative": ("A>B -1", "amount_must_be_positive"),
    "to itself": ("A>A 1", "accounts_must_be_different"),
    "from nowhere": ("X>A 1", "debit_account_not_found"),
    "to nowhere": ("A>X 1", "credit_account_not_found"),
    "into another currency": ("A>J 1", "currency_mismatch"),
    "out of another currency": ("J>A 1", "currency_mismatch"),
    "in a currency neither has": ("A>B 1 USD", "currency_mismatch"),
    "from a closed account": ("C>A 1", "debit_account_closed"),
    "to a closed account": ("A>C 1", "credit_account_closed"),
    "the same again": ("#1 A>B 1, #1 A>B 1", "created, exists"),
    "the same again after the money is gone": (
        "#1 A>B 100, #1 A>B 100, A>B 1",
        "created, exists, insufficient_funds",
    ),
    "again from another account": (
        "#1 A>B 1, #1 D>B 1",
        "created, exists_with_different_debit_account",
    ),
    "again to another account": (
        "#1 A>B 1, #1 A>D 1",
        "created, exists_with_different_credit_account",
    ),
    "again with another amount": (
        "#1 A>B 1, #1 A>B 2",
        "created, exists_with_different_amount",
    ),
    "again in another currency": (
        "#1 A>B 1, #1 A>B 1 USD",
        "created, exists_with_different_currency",
    ),
    "again of another kind": (
        "#1 A>B 1, #1 A>B 1 EUR gift",
        "created, exists_with_different_kind",
    ),
    "again under another reference": (
        "#1 A>B 1, #1 A>B 1 EUR test other",
        "created, exists_with_different_reference",
    ),
    "a refused id is not used up": (
        "#1 A>B 500, #1 A>B 5",
        "insufficient_funds, created",
    ),
    "what came in a moment ago can be spent": (
        "B>D 5, A>B 5, B>D 5",
        "insufficient_funds, created, created",
    ),
    "a refusal does not stop the others": (
        "A>B 60, A>B 60, A>B 40",
        "created, insufficient_funds, created",
    ),
    "nothing": ("", ""),
}
TABLES = {
    "one moves": ({"A": 100, "B": 0}, "A>B 30", {"A": 70, "B": 30}),
    "fee after gross": ({"A": 10, "B": 0, "D": 0}, "A>B 10, B>D 1", {"A": 0, "B": 9, "D": 1}),
    "around and back": ({"A": 5, "B": 0}, "A>B 5, B>A 5", {"A": 5, "B": 0}),
    "the same once": ({"A": 5, "B": 0}, "#1 A>B 2, #1 A>B 2", {"A": 3, "B": 2}),
    "second leg fails, first is undone": ({"A": 5, "B": 0}, "A>B 5, A>B 1", InsufficientFunds),
    "a closed account stops all": ({"A": 5, "B": 0}, "A>B 5, B>C 5", TransferRefused),
    "another amount stops all": ({"A": 5, "B": 0}, "#1 A>B 1, #1 A>B 2", TransferRefused),
}


@pytest.fixture
def accounts(db):
    names = dict.fromkeys("ABCD", "EUR") | {"J": "JPY"}
    accounts = {
        name: open_account(AccountKind.WALLET, currency=currency)
        for name, currency in names.items()
    }
    accounts["T"] = open_account(AccountKind.TAKINGS, currency="EUR")
    accounts["S"] = find_house_account(AccountKind.SAFEGUARD, currency="EUR")
    accounts["X"] = uuid.uuid4()
    Account.objects.filter(pk=accounts["C"]).update(closed_at="2026-01-01T00:00:00Z")
    return accounts


@pytest.mark.parametrize(("moves", "results"), RESULTS.values(), ids=RESULTS)
def test_each_transfer_has_its_result(accounts, moves, results):
    fill(accounts, {"A": 100, "D": 100})
    before = Transfer.objects.count()

    answered = post_transfers(read(accounts, moves))

    assert answered == [each for each in results.split(", ") if each]
    assert Transfer.objects.count() - before == answered.count("created")
    assert_balances_are_sums(accounts)


@pytest.mark.parametrize(("opening", "moves", "closing"), TABLES.values(), ids=TABLES)
def test_together_means_all_or_none(accounts, opening, moves, closing):
    fill(accounts, opening)
    before = Transfer.objects.count()

    if isinstance(closing, dict):
        post_together(read(accounts, moves))
        assert balances(accounts, closing) == closing
    else:
        with pytest.raises(closing):
            post_together(read(accounts, moves))
        assert balances(accounts, opening) == opening
        assert Transfer.objects.count() == before
    assert_balances_are_sums(accounts)


def test_a_refusal_names_its_transfer_and_its_result(accounts):
    transfers = read(accounts, "S>A 5, A>B 6")

    with pytest.raises(InsufficientFunds) as refusal:
        post_together(transfers)

    assert refusal.value.transfer_id == transfers[1].id
    assert refusal.value.result == "insufficient_funds"


def test_a_transfer_keeps_what_it_was_posted_with(accounts):
    (transfer,) = read(accounts, "S>A 7 EUR top_up bank-9")

    post_together([transfer])

    row = Transfer.objects.get(pk=transfer.id)
    assert (row.debit_account_id, row.credit_account_id) == (accounts["S"], accounts["A"])
    assert (row.amount_minor, row.currency) == (7, "EUR")
    assert str(row) == "top_up 7 EUR bank-9"


def read(accounts, moves):
    form = re.compile(
        r"(?:#(?P<id>\d+) )?(?P<debit>\w)>(?P<credit>\w) (?P<amount>-?\d+)"
        r"(?: (?P<currency>[A-Z]{3}))?(?: (?P<kind>\w+))?(?: (?P<reference>[\w-]+))?"
    )
    return [
        NewTransfer(
            id=uuid.UUID(int=int(move["id"])) if move["id"] else uuid.uuid4(),
            debit_account_id=accounts[move["debit"]],
            credit_account_id=accounts[move["credit"]],
            amount_minor=int(move["amount"]),
            currency=move["currency"] or "EUR",
            kind=move["kind"] or "test",
            reference=move["reference"] or "test",
        )
        for move in form.finditer(moves)
    ]


def fill(accounts, opening):
    moves = ", ".join(f"S>{name} {amount}" for name, amount in opening.items() if amount)
    post_together(read(accounts, moves))


def balances(accounts, names):
    return {name: Account.objects.get(pk=accounts[name]).balance_minor for name in names}


def assert_balances_are_sums(accounts):
    for name in "ABCDJ":
        stored = Account.objects.get(pk=accounts[name]).balance_minor
        assert stored == sum_balance(accounts[name]), name
        assert stored >= 0, name
