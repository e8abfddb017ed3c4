"""A receipt's page offers the proof of its payment, once it is sealed and to nobody else."""

import subprocess
import sys

import pytest
from django.test import Client

from ledger.seals import seal_ledger
from pos.receipts import issue_receipts
from qr.links import encode_token
from servers.programs import ROOT
from tests import factories

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def charge(committed):
    """A sale of 4.80 with its receipt, not sealed yet."""
    shop = factories.open_shop()
    charge = factories.sell(shop, factories.open_customer(), amount_minor=480)
    issue_receipts([charge.id])
    return charge


def path_of(charge):
    return f"/r/{encode_token(charge.receipt_token).lower()}/"


def test_before_the_seal_there_is_no_proof(charge):
    page = Client().get(path_of(charge))

    assert page.status_code == 200
    assert "proof.json" not in page.content.decode()
    assert Client().get(f"{path_of(charge)}proof.json").status_code == 404


def test_a_sealed_receipt_gives_a_proof_that_anybody_can_check(charge):
    seal_ledger()

    page = Client().get(path_of(charge))
    proof = Client().get(f"{path_of(charge)}proof.json")

    assert f'href="{path_of(charge)}proof.json"' in page.content.decode()
    assert proof.status_code == 200
    assert proof["Content-Type"] == "application/json"
    name = f"proof-{charge.short_code_grouped}.json"
    assert proof["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in proof["Cache-Control"]
    answer = subprocess.run(
        [sys.executable, "-I", str(ROOT / "docs/verify_receipt.py"), "-"],
        input=proof.content,
        capture_output=True,
        check=False,
    )
    told = answer.stdout.decode()
    assert "amount      480 minor units of EUR\n" in told
    assert f"transfer    {charge.id}\n" in told
    assert f"from        {charge.payer_account_id}\n" in told
    assert f"to          {charge.takings_account_id}\n" in told
    assert answer.returncode == 0


@pytest.mark.parametrize("token", ["0" * 26, "x", "7k4m92qx7k4m92qx7k4m92qx7k"])
def test_who_has_not_the_address_gets_no_proof(charge, token):
    seal_ledger()

    assert Client().get(f"/r/{token}/proof.json").status_code == 404


def test_the_code_s_own_token_opens_no_proof(charge):
    seal_ledger()

    assert Client().get(f"/r/{encode_token(charge.token)}/proof.json").status_code == 404
