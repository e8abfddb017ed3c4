"""The command that grants does not call a role weak that is stronger than it looks."""

import contextlib
import re
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import CreateModel, RunSQL

from foundation.new_tables import CreateModels, join_creations
from servers.embedded import APPLICATION_ROLE, SUPERUSER
from tests.broken import find_broken
from tests.owners import logged_in_as_owner

pytestmark = pytest.mark.usefixtures("committed")
RIGHTS = "the application's role can itself write no"


@contextlib.contextmanager
def altered(first, *, then):
    """Alter something as the superuser while the block lasts."""
    where = connection.get_connection_params()
    address = {"host": where["host"], "user": SUPERUSER, "dbname": where["dbname"]}
    with psycopg.connect(**address, autocommit=True) as superuser:
        superuser.execute(first)
        try:
            yield
        finally:
            superuser.execute(then)


def grant():
    with logged_in_as_owner():
        call_command("grant_privileges", verbosity=0)


def test_migrating_again_changes_nothing():
    out = StringIO()
    with logged_in_as_owner():
        call_command("migrate", stdout=out, verbosity=1)

    assert "No migrations to apply." in out.getvalue()
    assert not re.search("installed|dropped", out.getvalue())


def test_models_that_follow_each_other_are_created_together():
    first, second, last = (CreateModel(name, []) for name in ("First", "Second", "Last"))
    between = RunSQL("SELECT 1")

    joined, kept, alone = join_creations([first, second, between, last])

    assert isinstance(joined, CreateModels)
    assert isinstance(alone, CreateModels)
    assert (joined.creations, alone.creations) == ([first, second], [last])
    assert kept is between


def test_a_database_of_another_version_is_refused():
    of_another = "INSERT INTO django_migrations (app, name, applied) VALUES"
    given = f"{of_another} ('ledger', '0002_append_only', now())"

    with (
        altered(given, then="DELETE FROM django_migrations WHERE name = '0002_append_only'"),
        logged_in_as_owner(),
        pytest.raises(CommandError, match="0002_append_only is applied and no part"),
    ):
        call_command("migrate")


def test_a_role_that_makes_roles_is_refused(settings):
    settings.APPLICATION_ROLE = "tessera_maker"

    with altered("CREATE ROLE tessera_maker CREATEROLE", then="DROP ROLE tessera_maker"):
        with pytest.raises(CommandError, match="ALTER ROLE tessera_maker NOCREATEROLE"):
            grant()
        [found] = [found for claim, found in find_broken().items() if RIGHTS in claim]

    assert found == ("pg_roles", "tessera_maker has the right to CREATEROLE")


def test_a_role_that_makes_tables_is_refused():
    """Where the schema is somebody else's, the tables' owner cannot take that right away."""
    given = f"""
        ALTER SCHEMA public OWNER TO {SUPERUSER};
        GRANT CREATE ON SCHEMA public TO {APPLICATION_ROLE};
    """
    taken = f"""
        REVOKE CREATE ON SCHEMA public FROM {APPLICATION_ROLE};
        ALTER SCHEMA public OWNER TO pg_database_owner;
    """

    with (
        altered(given, then=taken),
        pytest.raises(CommandError, match="tessera may still make tables"),
    ):
        grant()

    grant()
