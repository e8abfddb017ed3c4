"""What happened at the bank is booked by the banker's role, and by no other process's."""

import uuid

import psycopg
import pytest
from django.db import connection

from config.celery import app
from ledger.accounts import get_or_open_house_account
from ledger.chart import BANK_EVENTS

POST = """
    SELECT result FROM ledger_post_transfer(
        id => %s, debit => %s, credit => %s, amount => 700, currency => 'EUR',
        kind => 'receive', reference => 'a test')
"""


def post_as(role):
    """Post a bank's event in a session of the role's own, and take it back again."""
    accounts = [
        get_or_open_house_account(kind, currency="EUR") for kind in ("safeguard", "suspense")
    ]
    place = connection.settings_dict
    host = place["OPTIONS"].get("host") or place["HOST"]
    with psycopg.connect(dbname=place["NAME"], host=host, user=role) as session:
        [(result,)] = session.execute(POST, [uuid.uuid4(), *accounts]).fetchall()
        session.rollback()
    return result


@pytest.mark.parametrize(
    ("role", "result"), [("tessera", "top_up_not_allowed"), ("tessera_banker", "created")]
)
def test_only_the_banker_s_role_books_what_the_bank_did(committed, role, result):
    assert post_as(role) == result


@pytest.mark.parametrize("role", ["tessera", "tessera_banker"])
def test_no_role_that_logs_in_deletes_history(committed, role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'ledger_transfer', 'DELETE')", [role])
        assert cursor.fetchone() == (False,)


def test_bank_jobs_go_to_the_banker_and_others_do_not():
    queues = {
        name: app.amqp.router.route({}, name)["queue"].name
        for name in ("banking.anything", "ledger.seal")
    }

    assert queues == {"banking.anything": "bank", "ledger.seal": "celery"}
    assert "receive" in BANK_EVENTS


WRITE_ENTRY = """
    INSERT INTO banking_entry (id, account_id, statement_id, fingerprint, part, amount_minor,
        currency, booked_on, end_to_end_id, creditor_reference, remittance, bank_reference,
        party_name, party_iban, reason_code, is_charge, is_reversal, is_lump, is_stated,
        posted_as)
    VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x', 0, 100, 'EUR',
        '2026-11-30', '', '', '', '', '', '', '', false, false, false, true, '')
"""
WRITE_STATEMENT = """
    INSERT INTO banking_statement (id, file_id, place, account_id, format, statement_id,
        entries_count, known_count, pending_count)
    VALUES (gen_random_uuid(), gen_random_uuid(), 0, gen_random_uuid(), 'camt.053', 'S', 0, 0,
        0)
"""
CHANGE_ENTRY = "UPDATE banking_entry SET posted_as = 'top_up'"
WRITES = [WRITE_ENTRY, WRITE_STATEMENT, CHANGE_ENTRY]


def write_as(role, statement):
    """Write in a session of the role's own, and take it back again."""
    place = connection.settings_dict
    host = place["OPTIONS"].get("host") or place["HOST"]
    with psycopg.connect(dbname=place["NAME"], host=host, user=role) as session:
        try:
            session.execute(statement)
        finally:
            session.rollback()


@pytest.mark.parametrize("statement", WRITES, ids=["entry", "statement", "change"])
def test_the_web_s_role_writes_nothing_of_what_the_bank_said(committed, statement):
    write_as("tessera_banker", statement)

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Only the banker"):
        write_as("tessera", statement)


def test_the_web_s_role_keeps_a_file_for_the_banker(committed):
    write_as(
        "tessera",
        "INSERT INTO banking_bankfile (id, name, sha256, size, refusal)"
        " VALUES (gen_random_uuid(), 'a.xml', 'x', 1, '')",
    )
