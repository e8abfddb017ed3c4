"""After the migration, processes of the version before work on until they are restarted."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from foundation.model_sql import list_fields
from pos.models import Charge, DueReceipt
from tests import factories
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
BEFORE = [("pos", "0001_initial")]
# What differs between two charges.
OF_ITS_OWN = {
    "id": "gen_random_uuid()",
    "token": "gen_random_uuid()",
    "receipt_token": "gen_random_uuid()",
    "short_code": "'7K3M9PQ2'",
    "idempotency_key": "'of the version before'",
}


def migrate_to(targets):
    MigrationExecutor(connection).migrate(targets)


def find_newest():
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


def list_flagged(cursor):
    cursor.execute("SELECT id FROM pos_charge WHERE is_receipt_due")
    return [charge_id for (charge_id,) in cursor.fetchall()]


def test_a_charge_is_inserted_with_the_receipts_flag_of_the_version_before(shop):
    factories.make_charge(shop)
    columns = list_fields(Charge)
    values = [OF_ITS_OWN.get(column, column) for column in columns]

    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO pos_charge ({', '.join(columns)}, is_receipt_due)"  # noqa: S608  ours
            f" SELECT {', '.join(values)}, false FROM pos_charge"
        )

    assert Charge.objects.count() == 2


def test_a_receipts_job_of_the_version_before_looks_at_the_flag(shop, customer):
    charge = factories.sell(shop, customer)

    with connection.cursor() as cursor:
        assert list_flagged(cursor) == []
        cursor.execute(
            "UPDATE pos_charge SET is_receipt_due = false WHERE id = %s AND is_receipt_due",
            [charge.id],
        )
        assert cursor.rowcount == 0
        cursor.execute("SELECT FROM pg_indexes WHERE indexname = 'pos_charge_receipt_due'")
        assert cursor.rowcount == 1


def test_a_receipt_that_is_due_is_due_once_on_either_side_of_the_migration(shop, customer):
    charge = factories.sell(shop, customer)

    with as_owner() as cursor:
        newest = find_newest()
        # On a busy machine Django reads the migrations for longer than a request may pause.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        migrate_to(BEFORE)
        assert list_flagged(cursor) == [charge.id]

        migrate_to(newest)

        assert list_flagged(cursor) == []
        assert DueReceipt.objects.get().charge_id == charge.id
