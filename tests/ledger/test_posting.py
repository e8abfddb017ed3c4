"""Posting, as tables a bookkeeper can read; `tests/ledger/moves.py` tells the notation.

Every plain transfer is posted in three ways that have to come to the same: alone, as a
batch that PostgreSQL looks at as a whole, and as a batch judged one by one.
"""

import uuid
from dataclasses import replace

import pytest
from django.db import connection

from ledger.errors import BatchTooLarge
from ledger.models import Transfer
from ledger.posting import BATCH_MAX
from tests.ledger.moves import WAYS, Books, change

pytestmark = pytest.mark.django_db
OPENING = "A 100, D 100, L 100"
# What is posted, the results, and which of the balances are others than before.
RESULTS = {
    "one transfer": ("A>B 10", "created", "A 90, B 10"),
    "all that is there": ("A>B 100", "created", "A 0, B 100"),
    "the least there is": ("A>B 1", "created", "A 99, B 1"),
    "a cent more than is there": ("A>B 101", "insufficient_funds", ""),
    "from an empty wallet": ("B>A 1", "insufficient_funds", ""),
    "wallets grow by credits": ("S>A 10", "created", "A 110"),
    "some accounts grow by debits": ("L>T 10", "created", "L 110"),
    "those shrink by credits": ("T>L 100", "created", "L 0"),
    "those do not go below zero either": ("T>L 101", "insufficient_funds", ""),
    "from one to the other both shrink": ("A>L 100", "created", "A 0, L 0"),
    "one of both is too small": ("A>B 60, A>L 41", "created, insufficient_funds", "A 40, B 60"),
    "takings may go below zero": ("T>A 10", "created", "A 110"),
    "the bank may go below zero": ("A>S 10", "created", "A 90"),
    "neither keeps a balance": ("T>S 10, S>T 999", "created, created", ""),
    "zero": ("A>B 0", "amount_must_be_positive", ""),
    "negative": ("A>B -1", "amount_must_be_positive", ""),
    "to itself": ("A>A 1", "accounts_must_be_different", ""),
    "to itself where no balance is kept": ("T>T 1", "accounts_must_be_different", ""),
    "from nowhere": ("X>A 1", "debit_account_not_found", ""),
    "to nowhere": ("A>X 1", "credit_account_not_found", ""),
    "from nowhere to nowhere": ("X>X 0", "debit_account_not_found", ""),
    "to itself and zero": ("A>A 0", "accounts_must_be_different", ""),
    "zero in another currency": ("A>J 0", "amount_must_be_positive", ""),
    "into another currency": ("A>J 1", "currency_mismatch", ""),
    "out of another currency": ("J>A 1", "currency_mismatch", ""),
    "in a currency neither has": ("A>B 1 USD", "currency_mismatch", ""),
    "another currency from a closed account": ("C>A 1 USD", "currency_mismatch", ""),
    "no decimals": ("Y>J 500 JPY, J>Y 1 JPY", "created, created", "J 499"),
    "three decimals": ("W>K 1234 KWD, K>W 1235 KWD", "created, insufficient_funds", "K 1234"),
    "two currencies in one batch": ("A>B 1, Y>J 7 JPY", "created, created", "A 99, B 1, J 7"),
    "an account's two currencies in one batch": (
        "A>B 1, A>B 2 JPY",
        "created, currency_mismatch",
        "A 99, B 1",
    ),
    "from a closed account": ("C>A 1", "debit_account_closed", ""),
    "to a closed account": ("A>C 1", "credit_account_closed", ""),
    "from a closed account that would be overdrawn": ("C>A 9", "debit_account_closed", ""),
    "too much to a closed account": ("A>C 101", "credit_account_closed", ""),
    "closed between two batches": (
        "A>B 1; close B; A>B 1",
        "created; credit_account_closed",
        "A 99, B 1",
    ),
    "known before it was closed": (
        "#1 A>B 1; close B; close A; #1 A>B 1",
        "created; exists",
        "A 99, B 1",
    ),
    "the same again": ("#1 A>B 1, #1 A>B 1", "created, exists", "A 99, B 1"),
    "the same again, later": ("#1 A>B 1; #1 A>B 1", "created; exists", "A 99, B 1"),
    "three times": ("#1 A>B 1, #1 A>B 1, #1 A>B 1", "created, exists, exists", "A 99, B 1"),
    "again among new ones": (
        "#1 A>B 1; A>B 2, #1 A>B 1, A>B 4",
        "created; created, exists, created",
        "A 93, B 7",
    ),
    "the same again after the money is gone": (
        "#1 A>B 100, #1 A>B 100, A>B 1",
        "created, exists, insufficient_funds",
        "A 0, B 100",
    ),
    "again from another account": (
        "#1 A>B 1, #1 D>B 1",
        "created, exists_with_different_debit_account",
        "A 99, B 1",
    ),
    "again from no account": (
        "#1 A>B 1; #1 X>B 1",
        "created; exists_with_different_debit_account",
        "A 99, B 1",
    ),
    "again to another account": (
        "#1 A>B 1, #1 A>D 1",
        "created, exists_with_different_credit_account",
        "A 99, B 1",
    ),
    "again with another amount": (
        "#1 A>B 1, #1 A>B 2",
        "created, exists_with_different_amount",
        "A 99, B 1",
    ),
    "again with no amount": (
        "#1 A>B 1; #1 A>B 0",
        "created; exists_with_different_amount",
        "A 99, B 1",
    ),
    "again in another currency": (
        "#1 A>B 1, #1 A>B 1 USD",
        "created, exists_with_different_currency",
        "A 99, B 1",
    ),
    "again of another kind": (
        "#1 A>B 1, #1 A>B 1 EUR gift",
        "created, exists_with_different_kind",
        "A 99, B 1",
    ),
    "again under another reference": (
        "#1 A>B 1, #1 A>B 1 EUR test other",
        "created, exists_with_different_reference",
        "A 99, B 1",
    ),
    "again backwards": (
        "#1 A>B 1; #1 B>A 1",
        "created; exists_with_different_debit_account",
        "A 99, B 1",
    ),
    "a refused id is not used up": (
        "#1 A>B 500, #1 A>B 5",
        "insufficient_funds, created",
        "A 95, B 5",
    ),
    "a refused id may become another transfer": (
        "#1 A>B 500; #1 D>A 5",
        "insufficient_funds; created",
        "A 105, D 95",
    ),
    "several debits as far as it goes": (
        "A>B 60, A>B 60, A>B 40, A>B 1",
        "created, insufficient_funds, created, insufficient_funds",
        "A 0, B 100",
    ),
    "each fits and all together do not": (
        "A>B 51, A>D 50",
        "created, insufficient_funds",
        "A 49, B 51",
    ),
    "all together fit exactly": ("A>B 51, A>D 49", "created, created", "A 0, B 51, D 149"),
    "what came in a moment ago can be spent": (
        "B>D 5, A>B 5, B>D 5",
        "insufficient_funds, created, created",
        "A 95, D 105",
    ),
    "through three hands": ("A>B 7, B>D 7, D>A 7", "created, created, created", ""),
    "a refusal does not stop the others": (
        "A>B 1, A>A 1, X>A 1, A>B 1",
        "created, accounts_must_be_different, debit_account_not_found, created",
        "A 98, B 2",
    ),
    "the most a wallet holds": ("S>B max", "created", "B max"),
    "a cent more than the most": ("S>B max, S>B 1", "created, balance_would_overflow", "B max"),
    "a cent more than the most, later": (
        "S>B max; S>B 1",
        "created; balance_would_overflow",
        "B max",
    ),
    "more than the most in two halves": (
        "S>B 4611686018427387904, S>B 4611686018427387904",
        "created, balance_would_overflow",
        "B 4611686018427387904",
    ),
    "room is made before it is filled": (
        "S>B max; B>T 5, S>B 5, S>B 1",
        "created; created, created, balance_would_overflow",
        "B max",
    ),
    "room is made too late": (
        "S>B max; S>B 5, B>T 5",
        "created; balance_would_overflow, created",
        "B 9223372036854775802",
    ),
    "the most on the other side": ("L>T max", "balance_would_overflow", ""),
    "the bank gives more than a number holds": (
        "S>B max, S>D 9223372036854775000",
        "created, created",
        "B max, D 9223372036854775100",
    ),
    "takings are more than a number holds": (
        "S>B max, B>T max, S>B max, B>T max",
        "created, created, created, created",
        "",
    ),
    "an empty wallet is refused before a full one": (
        "S>B max; C>B 1, A>B 101, A>B 100",
        "created; debit_account_closed, insufficient_funds, balance_would_overflow",
        "B max",
    ),
    "nothing": ("", "", ""),
}


@pytest.fixture
def books(db):
    books = Books()
    books.open_limited_receivable()
    return books


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("moves", "results", "changed"), RESULTS.values(), ids=RESULTS)
def test_each_transfer_has_its_result_whichever_way_it_goes(
    books, moves, results, changed, way
):
    books.fill(OPENING)

    answered = books.post(moves, way=way)

    assert answered == results
    assert books.tell() == change(OPENING, changed)
    books.prove()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_transfer_keeps_what_it_was_posted_with(books, way):
    transfers = books.read("S>A 7 EUR top_up bank-9, S>B 5")

    assert way(transfers) == ["created", "created"]

    row = Transfer.objects.get(pk=transfers[0].id)
    assert (row.debit_account_id, row.credit_account_id) == (
        books.accounts["S"],
        books.accounts["A"],
    )
    assert (row.amount_minor, row.currency) == (7, "EUR")
    assert (row.phase, row.pending_id, row.expires_at) == ("single", None, None)
    assert str(row) == "top_up 7 EUR bank-9"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_wallets_instants_grow_in_the_order_of_the_batch(books, way):
    transfers = books.read("S>A 1, S>A 2, A>B 1, S>T 9, A>B 2, S>A 4")

    way(transfers)

    rows = Transfer.objects.in_bulk([each.id for each in transfers])
    of_a = [rows[each.id].posted_at for each in transfers if each.amount_minor != 9]
    assert of_a == sorted(set(of_a))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["as a batch", "one by one"])
def test_the_largest_batch_is_posted_and_a_larger_one_is_not(books, way):
    one = books.read("S>A 1")[0]
    batch = [replace(one, id=uuid.uuid4()) for _ in range(BATCH_MAX + 1)]
    with connection.cursor() as cursor:
        # On a busy machine the largest batch may take longer than a payer would wait.
        cursor.execute("SET LOCAL statement_timeout = '60s'")

    with pytest.raises(BatchTooLarge, match="8,191 transfers; at most 8,190"):
        WAYS[way](batch)

    assert books.tell() == ""
    assert WAYS[way](batch[:-1]) == ["created"] * 8190
    assert books.tell() == "A 8190"
    assert WAYS[way](batch[:-1]) == ["exists"] * 8190
    assert books.tell() == "A 8190"


def test_no_server_takes_the_time_to_compile_what_posts_a_batch():
    """The tests' own server cannot compile; those that can would do it for each batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(setting, '=', 2) FROM pg_proc, unnest(proconfig) AS setting"
            " WHERE proname = 'ledger_post_transfers' AND setting LIKE 'jit=%'"
        )
        assert cursor.fetchall() == [("off",)]
