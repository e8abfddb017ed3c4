"""Connections that threads share, that outlive a migration, and that never claim too much."""

import gc
import socket
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.db.transaction import atomic
from psycopg.errors import ConnectionTimeout

from foundation.postgresql.base import DatabaseWrapper
from foundation.postgresql.connections import Connection
from ledger.transactions import in_one_transaction, read_sqlstate, retry_clashes
from tests.owners import logged_in_as_owner

pytestmark = pytest.mark.usefixtures("committed")

MOST = 2
RAISE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{}'; END $$"
READ = "SELECT note FROM config_test_note"


@pytest.fixture
def pool(monkeypatch):
    """Share two connections among the threads of this process."""
    connection.close()
    monkeypatch.setattr(DatabaseWrapper, "shared", None)
    DatabaseWrapper.share_connections(most=MOST)
    shared = DatabaseWrapper.shared
    assert shared is not None
    yield shared
    close_old_connections()
    for _ in range(MOST):
        if taken := shared.take():
            taken[1].close()


def ask(question, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchone()


def ask_pid():
    return ask("SELECT pg_backend_pid()")[0]


def answer_request():
    """Ask the database once, as a thread does that answers a request."""
    close_old_connections()
    pid = ask_pid()
    close_old_connections()
    return pid


def in_new_thread(work):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.usefixtures("pool")
def test_threads_that_end_leave_no_connection_behind():
    pids = {in_new_thread(answer_request) for _ in range(10)}

    assert len(pids) == 1


@pytest.mark.usefixtures("pool")
def test_the_connection_that_was_used_last_is_used_first():
    barrier = threading.Barrier(MOST)

    def answer_together():
        pid = ask_pid()
        barrier.wait(timeout=10)
        close_old_connections()
        return pid

    with ThreadPoolExecutor(MOST) as crowd:
        both = {one.result() for one in [crowd.submit(answer_together) for _ in range(MOST)]}
    warmest = {in_new_thread(answer_request) for _ in range(5)}

    assert len(both) == MOST
    assert len(warmest) == 1


def test_who_finds_all_taken_is_refused_in_time_and_the_next_one_at_once(pool):
    for _ in range(MOST):
        pool.take()

    refusals = [_refuse() for _ in range(2)]
    for _ in range(MOST):
        pool.let_go()
    pid = answer_request()

    assert refusals == ["All connections to the database are in use."] * 2
    assert pid


def _refuse():
    with pytest.raises(OperationalError) as refusal:
        ask("SELECT 1")
    return str(refusal.value)


@pytest.mark.usefixtures("pool")
def test_a_connection_the_server_ended_is_given_to_nobody():
    pid = in_new_thread(answer_request)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    assert in_new_thread(answer_request) != pid


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("code", ["25006", "25P04", "57P01"])
def test_a_connection_that_would_fail_again_is_dropped(code):
    pid = ask_pid()

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(RAISE.format(code))
    close_old_connections()

    assert answer_request() != pid


@pytest.mark.parametrize("code", ["25006", "25P04", "57P01"])
def test_so_is_one_that_is_not_shared(code):
    pid = ask_pid()

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(RAISE.format(code))
    close_old_connections()

    assert ask_pid() != pid


@pytest.mark.usefixtures("pool")
def test_a_refusal_is_no_reason_to_drop_a_connection():
    pid = ask_pid()

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(RAISE.format("55P03"))
    close_old_connections()

    assert answer_request() == pid


@pytest.fixture
def change_type():
    """Make a table whose only column gets longer each time that is called."""
    lengths = iter(range(10, 100))

    def as_owner(statement):
        with logged_in_as_owner(), connection.cursor() as cursor:
            cursor.execute(statement)

    as_owner(
        "CREATE TABLE config_test_note (note varchar(9));"
        " INSERT INTO config_test_note VALUES ('kept');"
        " GRANT SELECT ON config_test_note TO tessera"
    )
    other = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    other.execute("SET ROLE tessera_owner")
    yield lambda: other.execute(
        f"ALTER TABLE config_test_note ALTER note TYPE varchar({next(lengths)})"
    )
    other.close()
    as_owner("DROP TABLE config_test_note")


def prepare():
    """Read until the statement is prepared on this connection."""
    for _ in range(5):
        ask(READ)
    assert ask("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", READ) == (1,)


def test_a_read_after_a_migration_is_repeated(change_type):
    prepare()
    change_type()

    assert ask(READ) == ("kept",)
    assert ask_pid() == connection.connection.info.backend_pid


def test_so_is_the_first_statement_of_a_transaction(change_type):
    prepare()
    change_type()

    with atomic():
        assert ask(READ) == ("kept",)


@pytest.mark.parametrize(
    "decorate", [in_one_transaction, lambda verb: retry_clashes(atomic(verb))]
)
def test_a_transaction_that_has_begun_is_repeated_whole(change_type, decorate):
    prepare()
    change_type()
    runs = []

    @decorate
    def verb():
        runs.append(ask("SELECT 1"))
        return ask(READ)

    assert verb() == ("kept",)
    assert len(runs) == 2


@pytest.fixture
def silent_server():
    """A server that hangs: a listening socket, and the folder of its name."""
    # Its name has to be short enough for a socket's.
    with (
        tempfile.TemporaryDirectory(prefix="tessera-") as folder,
        socket.socket(socket.AF_UNIX) as server,
    ):
        server.bind(str(Path(folder) / ".s.PGSQL.5432"))
        server.listen()
        server.settimeout(5)
        yield server, folder


@pytest.fixture
def no_collection():
    """Turn the garbage collector off while the test runs."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.slow
@pytest.mark.usefixtures("no_collection")
def test_what_a_silent_server_did_not_open_in_time_is_closed_at_once(silent_server):
    server, folder = silent_server

    with pytest.raises(ConnectionTimeout):
        Connection.connect(host=folder, connect_timeout=2)

    client, _address = server.accept()
    with client:
        client.settimeout(5)
        asked = b""
        while part := client.recv(4096):
            asked += part
    # It would find nobody behind the question that waits for it.
    assert asked


def test_a_commit_the_standby_may_not_have_is_unknown():
    connection.ensure_connection()
    doubtful = connection.connection
    assert isinstance(doubtful, Connection)

    doubtful.is_in_doubt = True
    with pytest.raises(OperationalError) as failure:
        ask("SELECT 1")

    assert read_sqlstate(failure.value) == ""
    close_old_connections()
    assert connection.connection is not doubtful
