"""Starts PostgreSQL and Valkey for the whole run, before Django reads its settings.

Tests ask as the application's role. They log in as `TEST_ROLE`, who has no rights of its own
but may change into the owner's role too: so a test that has to damage the books can do it
inside its own transaction (`tests/owners.py`).

The servers live in a folder of their own, so a running demo neither disturbs nor is disturbed;
`TESSERA_TEST_FOLDER` names another one, for two runs at the same time.
"""

import atexit
import contextlib
import os

import psycopg

from config.embedded import APPLICATION_ROLE, OWNER_ROLE, Servers, run_servers
from config.programs import ROOT

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


def _start() -> None:
    servers = _servers.enter_context(
        run_servers(ROOT / ".tessera" / os.environ.get("TESSERA_TEST_FOLDER", "test"))
    )
    _create_role(servers)
    os.environ |= _SETTINGS
    os.environ["DATABASE_URL"] = (
        f"postgresql://{TEST_ROLE}@/books?host={servers.postgres_socket}"
        f"&assume_role={APPLICATION_ROLE}"
    )
    os.environ["REDIS_URL"] = servers.redis_url
    os.environ["CELERY_BROKER_URL"] = servers.broker_url


def _create_role(servers: Servers) -> None:
    with (
        psycopg.connect(servers.superuser_url("postgres")) as connection,
        contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation),
    ):
        connection.execute(_CREATE_ROLE)


_start()
atexit.register(_servers.close)
