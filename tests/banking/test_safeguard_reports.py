"""A report adds up, is the ledger's to the cent, and proves each holder's own amount."""

import json
import runpy
import subprocess
import sys
import uuid
from types import SimpleNamespace

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as properties
from hypothesis import strategies as st

from banking import safeguard_proofs, safeguard_reports, safeguarding, sum_tree
from banking.invariants import INVARIANTS
from banking.models import SafeguardBlock, SafeguardReport
from ledger.invariants.runner import prove
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from qr.signed import load_key, make_key
from servers.programs import ROOT
from tests import factories
from tests.banking import bank
from tests.banking.samples import Camt, Ntry
from tests.banking.test_imports import bring
from tests.owners import as_owner

SCRIPT = ROOT / "docs" / "verify_safeguarding.py"


@pytest.fixture(scope="module")
def verifier():
    return SimpleNamespace(**runpy.run_path(str(SCRIPT)))


@pytest.fixture
def account(db):
    return bank.find_account()


def make_report(currency="EUR"):
    check = safeguarding.check_safeguarding(currency)
    return safeguard_reports.make_report(check, until=timezone.now())


def find_share(account_ids):
    report = safeguard_reports.find_newest_report("EUR")
    assert report is not None
    return safeguard_proofs.find_share(report, account_ids)


def prove_wallet(customer):
    share = find_share([customer.wallet.account_id])
    assert share is not None
    return share


def run_script(proof, *options):
    command = [sys.executable, "-I", str(SCRIPT), "-", *options]
    return subprocess.run(command, input=proof, capture_output=True, check=False)


def list_broken():
    reports = [each for each in INVARIANTS if "report of safeguarding" in each.claim]
    assert len(reports) == 2
    with connection.cursor() as cursor:
        found = [prove(invariant, cursor=cursor).offending for invariant in reports]
    return [each for each in found if each]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**63 - 1))
def test_parts_are_not_negative_and_make_the_whole(secret, minor):
    assert 0 <= safeguard_reports.split(secret, b"a" * 16, minor) <= minor


def test_a_report_adds_up(account, shop, customer, another):
    factories.sell(shop, customer, amount_minor=1000)
    bring(
        Camt(
            opening="200.00", closing="210.00", entries=(str(Ntry("10.00", bank="1")),)
        ).write()
    )

    report = make_report()

    said = safeguard_reports.read_content(report)
    assert (said["wallets_minor"], said["shops_minor"]) == ("19000", "1000")
    assert (said["total_minor"], said["shops_owe_minor"]) == ("20000", "0")
    assert (said["bank_minor"], said["suspense_minor"]) == ("21000", "1000")
    assert said["difference_minor"] == "0"
    assert said["leaf_count"] == report.leaf_count
    assert report.leaf_count >= 2 * (2 + 2)
    assert list_broken() == []


def test_a_transfer_after_its_instant_is_in_no_report(account, shop, customer):
    until = timezone.now()
    factories.sell(shop, customer, amount_minor=1000)
    check = safeguarding.check_safeguarding("EUR")

    report = safeguard_reports.make_report(check, until=until)

    assert (report.wallets_minor, report.shops_minor) == (10000, 0)
    assert prove_wallet(customer).amount_minor == 10000
    assert list_broken() == []


def test_a_shop_that_owes_us_counts_as_zero_and_apart(account, shop, customer):
    sold = factories.sell(shop, customer, amount_minor=1000)
    factories.settle(shop)
    factories.refund(shop, sold, amount_minor=400)

    report = make_report()

    # 9.94 of the sale wait to be paid out, and its refund of 4.00 came after the settlement.
    owed = (report.wallets_minor, report.shops_minor, report.shops_owe_minor)
    assert owed == (9400, 994, 400)
    share = find_share([shop.store.takings_account_id])
    assert share is not None
    assert share.amount_minor == 0
    assert list_broken() == []


def test_an_account_below_zero_lowers_no_total(account, shop, customer):
    payable_id = factories.balance_of(shop).payable_account_id
    takings_id = shop.store.takings_account_id
    post_together(
        [NewTransfer(uuid.uuid4(), takings_id, payable_id, 500, "EUR", "settle", "x")]
    )

    report = make_report()

    assert (report.total_minor, report.shops_owe_minor) == (10500, 500)
    share = find_share([takings_id, payable_id])
    assert share is not None
    assert share.amount_minor == 500
    assert list_broken() == []


def test_the_script_says_ok(account, customer, another):
    report = make_report()

    done = run_script(prove_wallet(customer).write(), "--report", report.hash_hex)

    assert done.returncode == 0
    said = done.stdout.decode()
    assert said.startswith("OK: what you are owed is counted")
    assert "10000 minor units of EUR" in said
    assert "The fingerprint is the one you know." in said


def test_the_script_says_that_another_report_is_known(account, customer):
    make_report()

    done = run_script(prove_wallet(customer).write(), "--report", "0" * 64)

    assert done.returncode == 1
    assert done.stdout.decode().startswith("NOT PROVED: the report is known with another")


def test_every_holder_is_in_it_alone(account, verifier):
    people = [factories.open_customer(balance_minor=nth * 100) for nth in range(20)]
    make_report()

    for nth, person in enumerate(people):
        proof = verifier.read_proof(prove_wallet(person).write())
        verifier.check_report(proof, None)
        verifier.check_leaves(proof)
        verifier.check_sums(proof["report"])
        assert sum(int(leaf["amount_minor"]) for leaf in proof["leaves"]) == nth * 100
        shown = {each["account_id"] for each in proof["leaves"]}
        assert shown == {str(person.wallet.account_id)}


def test_a_proof_of_many_blocks_holds(account, verifier, monkeypatch):
    # Small blocks, so that a few people make a tree of three heights.
    monkeypatch.setattr(sum_tree, "FANOUT", 4)
    monkeypatch.setattr(safeguard_proofs, "FANOUT", 4)
    people = [factories.open_customer(balance_minor=nth) for nth in range(1, 20)]

    report = make_report()

    assert SafeguardBlock.objects.filter(report=report, height=2).exists()
    for person in people:
        verifier.check_leaves(verifier.read_proof(prove_wallet(person).write()))


@pytest.fixture
def proof(account, customer, another):
    make_report()
    return prove_wallet(customer).write()


LIES = {
    "more is mine": ("leaves", 0, "amount_minor", "99999"),
    "a negative sum": ("leaves", 0, "path", 0, "sum_minor", "-1"),
    "a smaller sum": ("leaves", 0, "path", 0, "sum_minor", "0"),
    "another salt": ("leaves", 0, "salt", "0" * 64),
    "another place": ("leaves", 0, "index", 99),
    "another account": ("leaves", 0, "account_id", str(uuid.UUID(int=1))),
    "a smaller total": ("report", "total_minor", "1"),
    "another root": ("report", "root", "0" * 64),
    "another number": ("report", "number", 7),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_changed_proof_is_refused(proof, verifier, lie):
    changed = json.loads(proof)
    *way, last, value = lie
    place = changed
    for step in way:
        place = place[step]
    place[last] = value

    done = run_script(verifier.write_canonical(changed))

    assert done.returncode == 1
    assert done.stdout.decode().startswith("NOT PROVED: ")


def test_a_leaf_cannot_count_twice(proof, verifier):
    changed = json.loads(proof)
    changed["leaves"] = [changed["leaves"][0]] * 2

    with pytest.raises(verifier.NotProved, match="twice"):
        verifier.check_leaves(changed)


def test_a_leaf_cannot_be_left_out(proof, verifier):
    changed = json.loads(proof)
    changed["leaves"].pop()

    with pytest.raises(verifier.NotProved, match="leaves"):
        verifier.check_leaves(changed)


# Like the others that read the books it comes before those that leave something in them.
@pytest.mark.django_db
@properties(max_examples=60)
@given(nth=st.integers(0, 10**6), change=st.integers(1, 255))
def test_every_byte_counts(kept_proof, verifier, nth, change):
    at = nth % len(kept_proof)
    changed = kept_proof[:at] + bytes([kept_proof[at] ^ change]) + kept_proof[at + 1 :]
    # The signature is checked with the key, by another tool.
    if b'"signature":"' in kept_proof[:at]:
        return
    with pytest.raises(verifier.NotProved):
        check(verifier, changed)


def check(verifier, proof):
    read = verifier.read_proof(proof)
    verifier.check_report(read, None)
    verifier.check_leaves(read)


@pytest.fixture(scope="module")
def kept_proof(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        bank.find_account()
        person = factories.open_customer()
        make_report()
        kept = prove_wallet(person).write()
        transaction.set_rollback(True)
    return kept


def test_a_report_is_signed_with_the_installation_s_key(account, customer, settings):
    settings.SIGNING_KEY = make_key()

    report = make_report()

    key = load_key(settings.SIGNING_KEY).public_key()
    key.verify(bytes(report.signature), report.content.encode())
    name, _ = safeguard_reports.find_public_key() or ("", "")
    assert safeguard_reports.read_content(report)["key"] == name


def test_without_a_key_it_says_so(account, customer, settings):
    settings.SIGNING_KEY = ""

    report = make_report()

    assert bytes(report.signature) == b""
    assert safeguard_reports.read_content(report)["key"] is None


def test_reports_are_chained(account, customer):
    first, second = make_report(), make_report()

    assert (first.number, second.number) == (1, 2)
    assert safeguard_reports.read_content(second)["previous_hash"] == first.hash_hex


def test_a_check_has_one_report(account, customer):
    check = safeguarding.check_safeguarding("EUR")
    safeguard_reports.make_report(check, until=timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        safeguard_reports.make_report(check, until=timezone.now())

    assert SafeguardReport.objects.count() == 1


def test_the_application_may_not_change_a_report(account, customer):
    make_report()

    for change in ("UPDATE banking_safeguardreport SET number = 9", "DELETE FROM %s"):
        statement = change.replace("%s", "banking_safeguardreport")
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_not_even_its_owner_may(account, customer):
    make_report()

    for statement in (
        "UPDATE banking_safeguardreport SET number = 9",
        "DELETE FROM banking_safeguardreport",
        "UPDATE banking_safeguardblock SET nodes = ''",
    ):
        with (
            pytest.raises(IntegrityError) as refusal,
            transaction.atomic(),
            as_owner() as cursor,
        ):
            cursor.execute(statement)
        assert isinstance(refusal.value.__cause__, psycopg.errors.RestrictViolation)


def test_an_account_opened_since_has_no_proof_yet(account, customer):
    make_report()
    late = factories.open_customer()

    assert find_share([late.wallet.account_id]) is None


def test_a_false_total_breaks_the_invariant(account, customer):
    report = make_report()
    facts = SafeguardReport.objects.filter(pk=report.pk).values().get()
    facts |= {"id": uuid.uuid4(), "number": 2, "hash": b"h" * 32, "wallets_minor": 1}
    SafeguardReport.objects.create(**facts)

    (row, words), *_ = list_broken()
    assert str(row) == str(facts["id"])
    assert "1 owed" in words


@pytest.mark.usefixtures("committed")
def test_the_sweep_makes_one_report_for_the_newest_check():
    bank.find_account("SEK")
    older = safeguarding.check_safeguarding("SEK")
    newer = safeguarding.check_safeguarding("SEK")

    safeguard_reports.make_due_reports()
    safeguard_reports.make_due_reports()

    made = SafeguardReport.objects.filter(currency="SEK", pk__in=[older.pk, newer.pk])
    assert [report.pk for report in made] == [newer.pk]
