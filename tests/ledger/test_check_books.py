"""The command that proves the books: what it prints, and how it ends."""

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from ledger.proofs import PROOFS, Proof

SOUND = Proof("nothing is wrong", "SELECT 12345", "SELECT 1, 'x' WHERE false")
BROKEN = Proof(
    "all is well", "SELECT 2", "SELECT * FROM (VALUES (7, 'seven'), (8, 'eight')) AS rows"
)
TWO = (SOUND, BROKEN)
ONE = (SOUND,)


@pytest.mark.usefixtures("committed")
def test_the_books_of_all_tests_balance(capsys):
    call_command("check_books", no_color=True)

    *proved, last = capsys.readouterr().out.splitlines()
    claims = [line.partition("  (")[0] for line in proved]
    assert claims[: len(PROOFS)] == [f"proved  {proof.claim}" for proof in PROOFS]
    assert last == f"The books balance: {len(claims)} proofs hold."


@pytest.mark.usefixtures("committed")
@override_settings(BOOK_PROOFS=[f"{__name__}.TWO"])
def test_a_broken_proof_names_its_first_row_and_fails(capsys):
    with pytest.raises(CommandError, match=r"1 of 2 proofs failed\."):
        call_command("check_books", no_color=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("proved  nothing is wrong  (12,345 checked, ")
    assert lines[1].startswith("BROKEN  all is well  (2 checked, ")
    assert lines[2:] == ["        first: 7: seven"]


@pytest.mark.usefixtures("committed")
@override_settings(BOOK_PROOFS=[f"{__name__}.ONE", f"{__name__}.ONE"])
def test_every_application_s_proofs_are_asked(capsys):
    call_command("check_books", no_color=True)

    assert capsys.readouterr().out.endswith("The books balance: 2 proofs hold.\n")
