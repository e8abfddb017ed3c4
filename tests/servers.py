"""Starts PostgreSQL and Valkey for the whole run, before Django reads its settings.

They live in a folder of their own, so a running demo neither disturbs nor is disturbed;
`TESSERA_TEST_FOLDER` names another one, for two runs at the same time.
"""

import atexit
import contextlib
import os

from config.embedded import run_servers
from config.programs import ROOT

_servers = contextlib.ExitStack()
_SETTINGS = {
    "SECRET_KEY": "tests-only-" + "x" * 50,
    "PIN_PEPPER": "tests-only",
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
    os.environ |= _SETTINGS
    os.environ["DATABASE_URL"] = servers.database_url("tessera")
    os.environ["REDIS_URL"] = servers.redis_url
    os.environ["CELERY_BROKER_URL"] = servers.broker_url


_start()
atexit.register(_servers.close)
