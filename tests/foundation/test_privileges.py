"""The application's role may do what the list says, and PostgreSQL refuses it all else."""

from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from foundation.privileges import list_privileges
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
ROLE = "tessera"
WHOLE = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "MAINTAIN",
]
COLUMN_BY_COLUMN = ["SELECT", "INSERT", "UPDATE", "REFERENCES"]
# The rows that say what somebody is owed, once they are written.
FINAL = [
    "banking_safeguardblock",
    "banking_safeguardreport",
    "ledger_bookcheck",
    "ledger_checkpoint",
    "ledger_hold",
    "ledger_periodclose",
    "ledger_seal",
    "ledger_sealleaves",
    "ledger_transfer",
    "merchants_mailedreport",
    "merchants_settlement",
    "pos_chargeline",
    "pos_refund",
    "relay_event",
    "wallet_attempt",
    "wallet_payment",
]
FORGETTABLE = {
    "pos_category",
    "pos_discountreason",
    "pos_duereceipt",
    "pos_option",
    "pos_optiongroup",
    "pos_parkedoption",
    "identity_authenticatorapp",
    "identity_dashboardsession",
    "identity_passkey",
    "identity_recoverycode",
    "wallet_shortcodemiss",
    "wallet_paymentcodemiss",
}
REFUSED = {
    "a transfer out of nothing": "INSERT INTO ledger_transfer SELECT * FROM ledger_transfer",
    "an account with money on it": "INSERT INTO ledger_account (id, kind, currency,"
    " normal_side, may_go_negative, balance_minor)"
    " SELECT gen_random_uuid(), 'wallet', 'EUR', 'credit', false, 5",
    "a balance": "UPDATE ledger_account SET balance_minor = 1",
    "a limit": "UPDATE ledger_account SET may_go_negative = true",
    "an instant that is to come": "UPDATE ledger_periodclose SET announced_until = 'infinity'",
    "books closed ahead of time": "UPDATE ledger_periodclose"
    " SET closed_until = announced_until",
    "another kind of account": "UPDATE ledger_account SET kind = 'wallet'",
    "a hold forgotten": "DELETE FROM ledger_hold",
    "a sum that stands for rows": "UPDATE ledger_checkpoint SET debited_minor = 1",
    "a charge's currency": "UPDATE pos_charge SET currency = 'USD'",
    "a charge's payee": "UPDATE pos_charge SET takings_account_id = payer_account_id",
    "a payment's amount": "UPDATE wallet_payment SET amount_minor = 1",
    "a wallet's account": "UPDATE wallet_wallet SET account_id = id",
    "a store's account": "UPDATE merchants_store SET takings_account_id = id",
    "a balance's account": "UPDATE merchants_merchantbalance SET payable_account_id = id",
    "a line's amount": "UPDATE merchants_settlementline SET amount_minor = 1",
    "a line forgotten": "DELETE FROM merchants_settlementline",
    "an event": "UPDATE relay_event SET actor = 'nobody'",
    "a person forgotten": "DELETE FROM identity_user",
    "a receipt's number": "UPDATE pos_receipt SET number = 1",
    "the migrations": "DELETE FROM django_migrations",
    "the trigger off": "ALTER TABLE ledger_transfer DISABLE TRIGGER ALL",
    "the trigger gone": "DROP TRIGGER ledger_transfer_append_only ON ledger_transfer",
    "all triggers off": "SET session_replication_role = replica",
    "another function": "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "a table": "CREATE TABLE mine (id int)",
    "a temporary table": "CREATE TEMPORARY TABLE mine (id int)",
    "a schema": "CREATE SCHEMA mine",
    "a trigger": "CREATE TRIGGER mine BEFORE INSERT ON ledger_transfer"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
}


def ask(question, *values):
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [row[0] for row in cursor.fetchall()]


def may(verb, table, *, column=None):
    if column is None:
        return ask("SELECT has_table_privilege(%s, %s, %s)", ROLE, table, verb) == [True]
    question = "SELECT has_column_privilege(%s, %s, %s, %s)"
    return ask(question, ROLE, table, column, verb) == [True]


def list_columns(table):
    return ask(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped",
        table,
    )


def find_granted(table):
    """Return the verbs on the whole table, and the columns it may update one by one."""
    verbs = {verb for verb in WHOLE if may(verb, table)}
    columns = [
        (verb, column)
        for verb in COLUMN_BY_COLUMN
        for column in list_columns(table)
        if verb not in verbs and may(verb, table, column=column)
    ]
    return verbs, sorted(columns)


def read_listed(verbs):
    """Return the same of what the list says."""
    whole = {verb for verb in verbs if "(" not in verb}
    columns = [
        (verb.partition(" (")[0], column)
        for verb in verbs
        if "(" in verb
        for column in verb.partition(" (")[2].rstrip(")").split(", ")
    ]
    return whole, sorted(columns)


def grant():
    out = StringIO()
    with as_owner():
        call_command("grant_privileges", stdout=out, verbosity=2)
    return out.getvalue()


def test_tests_ask_with_the_application_s_rights():
    assert ask("SELECT current_user") == [ROLE]
    assert ask("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = %s", ROLE) == [
        False
    ]
    assert ask("SELECT pg_has_role(%s, 'tessera_owner', 'MEMBER')", ROLE) == [False]


@pytest.mark.parametrize("table", list_privileges())
def test_the_role_may_do_what_the_list_says_and_nothing_else(table):
    assert find_granted(table) == read_listed(list_privileges()[table])


def test_every_table_is_listed_and_the_owner_s():
    owned = ask(
        "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND rolname = 'tessera_owner'"
    )

    assert set(owned) == set(list_privileges())


@pytest.mark.parametrize("table", FINAL)
def test_what_is_final_is_read_and_written_once(table):
    verbs, columns = find_granted(table)

    assert "SELECT" in verbs
    assert verbs <= {"SELECT", "INSERT"}
    assert columns == []


def test_hardly_anything_can_be_deleted():
    assert {table for table in list_privileges() if may("DELETE", table)} == FORGETTABLE


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_statements_that_would_change_the_books_are_refused(statement):
    with (
        pytest.raises(ProgrammingError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_granting_twice_changes_nothing_and_tells_each_verb():
    before = {table: find_granted(table) for table in list_privileges()}

    told = grant()

    assert {table: find_granted(table) for table in list_privileges()} == before
    lines = [f"{table}: {verb}" for table, verbs in list_privileges().items() for verb in verbs]
    assert told.splitlines() == [
        *lines,
        f"{ROLE} has its privileges on {len(before)} tables.",
    ]


def test_what_somebody_gave_by_hand_is_taken_back():
    with as_owner() as cursor:
        cursor.execute("GRANT UPDATE ON wallet_payment TO tessera")
        cursor.execute("GRANT UPDATE (amount_minor) ON pos_refund TO tessera")
        cursor.execute("GRANT SELECT, DELETE ON pos_charge TO PUBLIC")
        cursor.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert may("UPDATE", "wallet_payment")
    assert may("UPDATE", "pos_refund", column="amount_minor")

    grant()

    assert not may("UPDATE", "wallet_payment")
    assert not may("UPDATE", "pos_refund", column="amount_minor")
    assert not may("DELETE", "pos_charge")
    assert ask("SELECT has_schema_privilege('public', 'public', 'CREATE')") == [False]


def test_a_table_of_no_application_is_out_of_reach():
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE stray (id int)")
        cursor.execute("GRANT SELECT ON stray TO tessera")

    grant()

    assert find_granted("stray") == (set(), [])


def test_nobody_else_runs_the_functions_or_enters_the_database():
    assert ask("SELECT has_database_privilege('public', current_database(), 'CONNECT')") == [
        False
    ]
    # To top up is a right that the application has not either.
    assert ask(
        "SELECT has_function_privilege('public', 'ledger_allow_top_ups()', 'EXECUTE')"
    ) == [False]
    assert ask(
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " WHERE pronamespace = 'public'::regnamespace"
        " AND (has_function_privilege('public', p.oid, 'EXECUTE')"
        "      OR NOT has_function_privilege(%s, p.oid, 'EXECUTE'))",
        ROLE,
    ) == ["ledger_allow_top_ups()"]


def test_only_the_owner_of_the_tables_grants():
    with pytest.raises(CommandError, match="auth_group belongs to tessera_owner: connect as"):
        call_command("grant_privileges")


def test_a_role_that_can_become_the_owner_is_refused(settings):
    settings.APPLICATION_ROLE = "tessera_test"

    with pytest.raises(CommandError, match="tessera_owner, and tessera_test has all"):
        grant()


def test_a_banker_without_the_application_s_rights_is_refused(settings):
    settings.BANKER_ROLE = "pg_monitor"

    with pytest.raises(CommandError, match="GRANT tessera TO pg_monitor"):
        grant()


def test_what_somebody_gave_the_banker_by_hand_is_taken_back():
    deletes = "SELECT has_table_privilege('tessera_banker', 'ledger_transfer', 'DELETE')"
    with as_owner() as cursor:
        cursor.execute("GRANT DELETE ON ledger_transfer TO tessera_banker")
    assert ask(deletes) == [True]

    grant()

    assert ask(deletes) == [False]


def test_a_role_that_is_not_there_is_named(settings):
    settings.APPLICATION_ROLE = "nobody"

    with pytest.raises(CommandError, match="There is no role nobody"):
        grant()
