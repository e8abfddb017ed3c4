"""Invariants are asked part by part, about one moment, and disturb nobody."""

import uuid
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.invariants.runner import list_invariants, prove, read_one_moment
from ledger.invariants.scan_ranges import Accounts, Pages, Part
from ledger.models import Account, Transfer
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from tests.owners import as_owner

SHAPE = "every transfer moves a positive amount"
WALK = "in the order of their instants"
WALLETS = 20
EACH = 40


def pick(claim):
    [invariant] = [invariant for invariant in list_invariants() if claim in invariant.claim]
    return invariant


def top_up(bank, wallet, amount_minor=1):
    post_together([NewTransfer(uuid.uuid4(), bank, wallet, amount_minor, "EUR", "test", "t")])


@pytest.fixture
def wallets(bank):
    """Twenty wallets, each topped up forty times: more than a page or two."""
    wallets = [open_account(AccountKind.WALLET, currency="EUR") for _ in range(WALLETS)]
    post_together(
        [
            NewTransfer(uuid.uuid4(), bank, wallet, 5, "EUR", "test", "t" * 64)
            for _ in range(EACH)
            for wallet in wallets
        ]
    )
    return wallets


def ask(invariant):
    """Return the verdict, and how often how many parts were reported done."""
    reports = []
    with connection.cursor() as cursor:
        verdict = prove(invariant, cursor=cursor, report=lambda *report: reports.append(report))
    return verdict, reports


@pytest.mark.parametrize(
    ("part", "condition"),
    [
        (Part(), "true"),
        (Part(None, "3"), "t.id < 3"),
        (Part("3", "5"), "t.id >= 3 AND t.id < 5"),
        (Part("5", None), "t.id >= 5"),
    ],
)
def test_a_part_is_a_condition(part, condition):
    assert f"{part:t.id}" == condition


def test_parts_by_page_have_each_row_once(wallets):
    verdict, reports = ask(replace(pick(SHAPE), by=Pages("ledger_transfer", each=1)))

    assert verdict.count == Transfer.objects.count()
    assert verdict.offending is None
    assert len(reports) > 10
    assert reports == [(done, len(reports)) for done in range(len(reports))]


def test_parts_by_account_have_each_account_once(wallets):
    verdict, reports = ask(replace(pick(WALK), by=Accounts(each=1, at_most=7)))

    assert verdict.count == Account.objects.count()
    assert verdict.offending is None
    assert [done for done, _ in reports] == list(range(7))


@pytest.mark.parametrize("place", [0, WALLETS // 2, WALLETS - 1])
def test_what_is_broken_is_found_in_whichever_part_it_lies(wallets, place):
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET balance_minor = 7 WHERE id = %s", [wallets[place]]
        )

    verdict, _ = ask(replace(pick(WALK), by=Accounts(each=1, at_most=7)))

    assert verdict.offending == (str(wallets[place]), "7 stored, 200 summed")


def test_a_broken_page_ends_the_search(wallets):
    first, *_, last = Transfer.objects.filter(credit_account__in=wallets).order_by("posted_at")
    with as_owner() as cursor:
        cursor.execute(
            "ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_append_only"
        )
        cursor.execute("UPDATE ledger_transfer SET currency = 'USD' WHERE id = %s", [first.id])

    verdict, reports = ask(replace(pick(SHAPE), by=Pages("ledger_transfer", each=1)))

    said = "test of 5 USD from EUR safeguard to EUR wallet"
    assert verdict.offending == (str(first.id), said)
    assert last.currency == "EUR"
    assert verdict.count <= Transfer.objects.count()
    assert len(reports) <= reports[0][1]


def test_all_proofs_are_about_one_moment_while_others_go_on(committed, meanwhile):
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    wallet = open_account(AccountKind.WALLET, currency="EUR")
    top_up(bank, wallet)
    shape, walk = pick(SHAPE), pick(WALK)

    with read_one_moment() as cursor:
        before = prove(shape, cursor=cursor).count
        meanwhile(lambda: top_up(bank, wallet)).result(timeout=10)
        after = prove(shape, cursor=cursor)
        walked = prove(walk, cursor=cursor)

    assert (after.count, after.offending, walked.offending) == (before, None, None)
    assert Transfer.objects.count() == before + 1


def test_nothing_can_be_written_while_proving(committed):
    with pytest.raises(DatabaseError, match="read-only transaction"), read_one_moment():
        open_account(AccountKind.WALLET, currency="EUR")


def test_what_a_proof_holds_at_a_time_is_bounded(committed):
    with read_one_moment() as cursor:
        cursor.execute(
            "SELECT current_setting('work_mem'), current_setting('statement_timeout'),"
            " current_setting('max_parallel_workers_per_gather')"
        )
        assert cursor.fetchone() == ("64MB", "0", "0")
