"""The command that verifies the database: one snapshot, what it prints, and how it ends."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.accounts import get_or_open_house_account, open_account
from ledger.audit.seal_log import Head, write_head
from ledger.chart import AccountKind
from ledger.models import Seal
from ledger.posting import post_transfers
from ledger.seals import seal_ledger
from ledger.transfers import NewTransfer
from tests.ledger.damage import make_history

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def heads_file(settings, tmp_path):
    """The file that `seal_ledger` adds to in this test."""
    path = tmp_path / "heads.jsonl"
    settings.LEDGER_HEADS_FILE = str(path)
    make_history()
    return path


def verify(**options):
    out = StringIO()
    call_command("verify_ledger", stdout=out, no_color=True, **options)
    return out.getvalue().splitlines()


def test_the_books_of_all_tests_are_sound(heads_file):
    seal_ledger()
    last = Seal.objects.latest("number")

    read, head, told = verify()

    assert read.endswith(f" in {last.number:,} seals.")
    assert head == f"The last is seal {last.number}: {last.hash.hex()}"
    assert told == "The ledger is sound."


def test_without_a_heads_file_it_says_what_is_not_seen(settings):
    settings.LEDGER_HEADS_FILE = ""
    make_history()

    told = verify()

    assert told[-2:] == [
        "No heads file: that the whole chain was rewritten is not seen.",
        "The ledger is sound.",
    ]


def test_a_heads_file_can_be_named(heads_file, tmp_path):
    last = Seal.objects.latest("number")
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_bytes(write_head(Head(last.number, "0" * 64, "then")))

    with pytest.raises(CommandError, match=r"^1 faults found\.$"):
        verify(heads=str(theirs))


def test_seals_that_only_the_heads_file_has_are_faults(heads_file):
    last = Seal.objects.latest("number")
    with heads_file.open("ab") as file:
        file.write(write_head(Head(last.number + 1, "0" * 64, "then")))
    out = StringIO()

    with pytest.raises(CommandError, match=r"^1 faults found\.$"):
        call_command("verify_ledger", stdout=out, no_color=True)

    cut = f"seals {last.number + 1} to {last.number + 1}: missing: the heads file has them"
    assert out.getvalue().splitlines()[-1] == cut


def test_a_heads_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        verify(heads=str(tmp_path / "none"))


@pytest.mark.slow
def test_sales_and_seals_go_on_meanwhile(heads_file, meanwhile):
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    accounts = [open_account(AccountKind.WALLET, currency="EUR") for _ in range(4)]
    sold: list[uuid.UUID] = []

    def sell():
        while len(sold) < 200:
            parties = bank, accounts[len(sold) % 4]
            sold.append(uuid.uuid4())
            post_transfers([NewTransfer(sold[-1], *parties, 5, "EUR", "test", "t")])
            if len(sold) % 10 == 0:
                seal_ledger()

    selling = meanwhile(sell)
    told = []
    while not selling.done():
        told.append(verify()[-1])
    selling.result()

    assert set(told) == {"The ledger is sound."}
    assert verify()[-1] == "The ledger is sound."
