"""A connection that ended is noticed before the next request, without asking the server."""

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.usefixtures("committed")


def end_connection():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_that_is_there_is_usable_and_nothing_is_asked():
    connection.ensure_connection()

    with CaptureQueriesContext(connection) as asked:
        usable = connection.is_usable()

    assert usable
    assert not asked.captured_queries


def test_a_connection_the_server_ended_is_not_usable():
    end_connection()

    assert not connection.is_usable()


def test_a_connection_that_was_closed_is_not_usable():
    connection.ensure_connection()
    connection.connection.close()

    assert not connection.is_usable()


def test_a_request_after_the_server_ended_the_connection_gets_a_new_one():
    end_connection()

    close_old_connections()  # as each request begins

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
