"""/readyz: whether this process can sell, and which recurring jobs are late."""

import pytest
from django.db import connection

from config.readiness import ReadinessCheck
from ledger.seals import describe_wait
from relay.pulses import note_pulse, read_pulses
from servers.embedded import OWNER_ROLE
from tests.faults.shop import wait_for

pytestmark = pytest.mark.django_db
JOBS = ["beat", "sweep", "seal", "settlement"]


def run(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_each_recurring_job_is_told_with_its_age():
    for job in JOBS:
        note_pulse(job)

    first, *lines = ReadinessCheck().look().lines

    assert first == "ready"
    assert lines == [f"{job}: 0 s ago" for job in JOBS]


def test_a_job_that_hangs_is_late_and_sales_go_on(client):
    for job in JOBS:
        note_pulse(job)
    run("UPDATE relay_pulse SET beaten_at = beaten_at - interval '1 hour' WHERE name = 'seal'")

    found = ReadinessCheck().look()

    assert found.is_ready
    assert "seal: 3600 s ago, late" in found.lines


def test_a_job_that_never_ran_is_late():
    assert "settlement: never, late" in ReadinessCheck().look().lines


@pytest.mark.parametrize(
    "limit", ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
)
def test_without_a_limit_it_is_red_and_names_it(limit):
    run(f"SET LOCAL {limit} = 0")

    found = ReadinessCheck().look()

    assert not found.is_ready
    assert found.lines == (f"the database role has no {limit}: docs/operations.md",)


def test_the_database_is_asked_at_most_once_a_second(django_assert_num_queries):
    check = ReadinessCheck()
    with django_assert_num_queries(2):
        first = check.look()
        second = check.look()

    assert first is second
    assert wait_for(lambda: check.look() is not first, within_s=10)


def test_a_seal_that_waits_for_the_clock_says_until_when():
    run(f"SET LOCAL ROLE {OWNER_ROLE}")
    run(
        "UPDATE ledger_periodclose SET announced_until = '2099-01-02 03:04:05Z',"
        " closed_until = '2099-01-02 03:04:05Z'"
    )

    note_pulse("seal", note=describe_wait())

    assert read_pulses()["seal"].note == "waits for the clock until 2099-01-02 03:04:05 UTC"
    assert "seal: 0 s ago, waits for the clock until 2099-01-02 03:04:05 UTC" in (
        ReadinessCheck().look().lines
    )


def test_a_seal_that_waits_for_nothing_says_nothing():
    assert describe_wait() == ""
