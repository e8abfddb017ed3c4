"""Starts PostgreSQL and Valkey for the whole run, before Django reads its settings.

Tests use the application's role. They log in as `TEST_ROLE`, which has no rights of its own but
may also switch to the owner's role, so that a test that has to damage the books can do it
inside its own transaction (`tests/owners.py`).

The servers live in a folder of their own, so a running demo neither disturbs nor is disturbed,
and every worker of a run has such a folder to itself (`tests/folders.py`). A process that only
collects tests, or distributes them to workers, starts none.
"""

import atexit
import contextlib
import os

import psycopg
import pytest

from foundation.postgresql.limits import LIMITS
from servers.embedded import (
    APPLICATION_ROLE,
    OWNER_ROLE,
    Servers,
    limit_role,
    run_servers,
)
from tests import events as _events  # noqa: F401  they are in the chart from here on
from tests.folders import WORKER, name_folder

TEST_ROLE = "tessera_test"
_CREATE_ROLE = f"""
    CREATE ROLE {TEST_ROLE} LOGIN;
    GRANT {APPLICATION_ROLE} TO {TEST_ROLE};
    GRANT {OWNER_ROLE} TO {TEST_ROLE} WITH INHERIT FALSE;
"""
_servers = contextlib.ExitStack()
_SETTINGS = {
    "SECRET_KEY": "tests-only-" + "x" * 50,
    "PIN_PEPPER": "tests-only",
    # RFC 8037, appendix A: a key that everybody knows.
    "SIGNING_KEY": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "PUBLIC_URL": "http://pay.test",
    "ALLOWED_HOSTS": "pay.test,testserver",
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    "DEMO": "0",
    "DEBUG": "0",
    "LOG_LEVEL": "ERROR",
}
_NO_SERVERS = {
    "DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent",
}


# First, because pytest-django reads the settings in this hook.
@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set Django's settings, and start servers where tests will run."""
    os.environ |= _SETTINGS
    if WORKER or _runs_tests(early_config):
        _start()
    else:
        os.environ |= _NO_SERVERS


# First, because pytest's own makes its folder in this hook.
@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files away from other runs.

    pytest's own folder below /tmp serves all runs of a user, and each start of one makes it
    private again: PostgreSQL, which is another user when root runs the tests, was locked out.
    """
    if config.option.basetemp is None:
        config.option.basetemp = name_folder("tmp")


def _runs_tests(config: pytest.Config) -> bool:
    asked = config.known_args_namespace
    return not (asked.numprocesses or asked.collectonly or asked.help or asked.version)


def _start() -> None:
    servers = _servers.enter_context(run_servers(name_folder("servers")))
    _create_role(servers)
    os.environ["DATABASE_URL"] = (
        f"postgresql://{TEST_ROLE}@/books?host={servers.postgres_socket}"
        f"&assume_role={APPLICATION_ROLE}"
    )
    os.environ["REDIS_URL"] = servers.redis_url
    os.environ["CELERY_BROKER_URL"] = servers.broker_url
    atexit.register(_servers.close)


def _create_role(servers: Servers) -> None:
    with psycopg.connect(servers.superuser_url("postgres"), autocommit=True) as connection:
        with contextlib.suppress(
            psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation
        ):
            connection.execute(_CREATE_ROLE)
        # What a session begins with is the login's, whatever role it takes on.
        limit_role(connection, TEST_ROLE, LIMITS)
