"""The embedded servers run, are shared, and survive a kill."""

import os
import signal

import psycopg
import pytest
import redis

from servers.embedded import run_servers
from servers.processes import Process, stop_leftovers
from servers.state import StateFolder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
def servers(folder):
    with run_servers(folder) as servers:
        yield servers


def read_setting(servers, name: str) -> str:
    with psycopg.connect(servers.database_url("postgres")) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("fsync", "on"), ("synchronous_commit", "on"), ("data_checksums", "on")],
)
def test_nothing_committed_is_forgotten(servers, name, value):
    assert read_setting(servers, name) == value


def test_nobody_on_the_network_reaches_the_database(servers):
    assert read_setting(servers, "listen_addresses") == ""


def test_messages_are_kept_on_disk(servers):
    client = redis.Redis.from_url(servers.redis_url)

    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    client.close()


def test_creating_a_database_twice_is_fine(servers):
    servers.create_database("shop")
    servers.create_database("shop")

    psycopg.connect(servers.database_url("shop")).close()


def ask(url: str, question: str):
    with psycopg.connect(url) as connection:
        cursor = connection.execute(question)
        return cursor.fetchall() if cursor.description else []


def test_the_application_s_role_is_nobody_else_and_the_owner_may_make_databases(servers):
    rights = "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles"
    rights += " WHERE rolname = current_user"
    members = "SELECT member::regrole::text FROM pg_auth_members WHERE grantor <> 10"

    assert ask(servers.database_url("postgres"), rights) == [("tessera", False, False, False)]
    assert ask(servers.owner_url("postgres"), rights) == [("tessera_owner", False, True, False)]
    assert ask(servers.superuser_url("postgres"), members) == []


@pytest.mark.parametrize("statement", ["SET ROLE tessera_owner", "CREATE TABLE mine (id int)"])
def test_the_application_s_role_cannot_rise(servers, statement):
    servers.create_database("strict")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(servers.database_url("strict"), statement)


def test_a_database_from_before_there_were_roles_becomes_the_owner_s(servers):
    with psycopg.connect(servers.superuser_url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE old")
    with psycopg.connect(servers.superuser_url("old")) as connection:
        connection.execute("CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY)")
        connection.execute("INSERT INTO kept DEFAULT VALUES")
        connection.execute('CREATE FUNCTION "count Kept"(int) RETURNS int RETURN 1')

    servers.create_database("old")
    servers.create_database("old")

    owner = servers.owner_url("old")
    ask(owner, "ALTER TABLE kept ADD COLUMN name text")
    ask(owner, 'DROP FUNCTION "count Kept"(int)')
    assert ask(owner, "INSERT INTO kept DEFAULT VALUES RETURNING *") == [(2, None)]
    assert ask(
        owner, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'old'"
    ) == [("tessera_owner",)]


def test_a_second_user_shares_running_servers_and_leaves_them(servers, folder):
    with run_servers(folder) as shared:
        assert shared.answers_sql()
        assert shared.answers_ping()

    assert servers.answers_sql()
    assert servers.answers_ping()


def test_data_outlive_a_killed_server_and_a_killed_owner(tmp_path):
    state = StateFolder(tmp_path)
    with run_servers(tmp_path) as servers:
        servers.create_database("kept")
        leader = int((tmp_path / "pids" / "postgres").read_text())
        os.kill(leader, signal.SIGKILL)
        # What a killed owner leaves: a live server with its id in the folder.
        valkey = int((tmp_path / "pids" / "valkey").read_text())
        assert os.getpgid(valkey) == valkey

    with run_servers(tmp_path) as servers:
        psycopg.connect(servers.database_url("kept")).close()
    assert not list((state.path / "pids").iterdir())


def test_leftover_servers_are_stopped_before_new_ones_start(tmp_path):
    state = StateFolder(tmp_path)
    with run_servers(tmp_path) as servers:
        postgres, _valkey = servers.programs()
    state.hold()
    servers.programs()
    left = Process(postgres, folder=tmp_path)
    left.launch()
    left.wait_until_ready()

    stop_leftovers(tmp_path, marks=(str(tmp_path),))

    assert not left.is_alive
    state.release()
