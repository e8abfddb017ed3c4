"""What PostgreSQL's refusals become, and that nothing else is taken for one."""

import contextlib

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from api.outages import AWAY, BUSY, TIMED_OUT, find_outage
from tests.faults.shop import wait_for

OUTAGES = {
    "serialization_failure": ("40001", BUSY),
    "deadlock_detected": ("40P01", BUSY),
    "lock_not_available": ("55P03", BUSY),
    "query_canceled": ("57014", TIMED_OUT),
    "transaction_timeout": ("25P04", TIMED_OUT),
    "feature_not_supported": ("0A000", BUSY),
    "read_only_sql_transaction": ("25006", AWAY),
    "too_many_connections": ("53300", AWAY),
    "admin_shutdown": ("57P01", AWAY),
    "connection_failure": ("08006", AWAY),
    "division_by_zero": ("22012", None),
    "in_failed_sql_transaction": ("25P02", None),
    "insufficient_privilege": ("42501", None),
}
IS_ALIVE = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"


def ask(cursor, question, *parameters):
    cursor.execute(question, parameters)
    (answer,) = cursor.fetchone()
    return answer


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "outage"), OUTAGES.values(), ids=OUTAGES)
def test_each_refusal_has_its_words(code, outage):
    refusal = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"

    with (
        pytest.raises(DatabaseError) as failure,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(refusal)

    assert find_outage(failure.value) is outage


@transaction.atomic
def be_idle(cursor, watcher):
    pid = ask(cursor, "SELECT pg_backend_pid()")
    wait_for(lambda: not ask(watcher, IS_ALIVE, pid), within_s=5)
    ask(cursor, "SELECT 1")


@pytest.mark.usefixtures("committed")
def test_a_transaction_that_was_idle_too_long_has_timed_out():
    with contextlib.closing(connection.copy()) as other, connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '50ms'")

        with pytest.raises(DatabaseError) as failure:
            be_idle(cursor, other.cursor())

    assert find_outage(failure.value) is TIMED_OUT


@pytest.mark.usefixtures("committed")
def test_a_server_that_cannot_be_reached_is_away(tmp_path):
    other = connection.copy()
    other.settings_dict["OPTIONS"] |= {"host": str(tmp_path)}

    with pytest.raises(OperationalError) as failure:
        other.ensure_connection()

    assert find_outage(failure.value) is AWAY


@pytest.mark.parametrize("mistake", [ValueError(), KeyError("pin"), IntegrityError("twice")])
def test_a_mistake_of_ours_is_no_outage(mistake):
    assert find_outage(mistake) is None
