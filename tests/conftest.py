"""Fixtures for every test; `tests/servers.py` has started the real servers before."""

import uuid
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as properties
from pytest_django.plugin import DjangoDbBlocker

import tests.events  # noqa: F401  so that they are in the chart that is migrated
from config.catalogues import compile_catalogues
from console.set_up import forget_founding
from ledger.models import Transfer
from tests import factories
from tests.descriptions import find_undescribed
from tests.owners import logged_in_as_owner
from tests.servers import TEST_ROLE

pytest_plugins = ["tests.counting", "tests.distribution", "tests.hashes", "tests.stack"]

# The duration of a property's example depends on the machine's load, and fails nothing.
properties.register_profile(
    "unhurried", properties(deadline=None, suppress_health_check=[HealthCheck.too_slow])
)
properties.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _compiled_texts() -> None:
    """Compile the translations that have changed, as the set-up does."""
    compile_catalogues()


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_they_are(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve static files under plain names, so that pages render before files are collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES=settings.STORAGES | {"staticfiles": plain},
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make the test database as an operator does: the owner migrates and grants.

    Also for a run in which every test uses `committed`: pytest-django's own depends on the
    tests' marks and would make none for those.
    """
    with django_db_blocker.unblock(), logged_in_as_owner():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
        _add_test_events()
    yield
    with django_db_blocker.unblock(), logged_in_as_owner():
        teardown_databases(made, verbosity=0)


def _add_test_events() -> None:
    with connection.cursor() as cursor:
        # The tests' login role may top up; the role they switch to may not.
        cursor.execute(f"GRANT EXECUTE ON FUNCTION ledger_allow_top_ups() TO {TEST_ROLE}")


@pytest.fixture(autouse=True)
def _founding_is_asked_for() -> Iterator[None]:
    """Ask the database again whether there is an organisation: a test may have undone it."""
    forget_founding()
    yield
    forget_founding()


@pytest.fixture
def shop(db: None) -> factories.Shop:
    """A merchant with a store and a till."""
    return factories.open_shop()


@pytest.fixture
def customer(db: None) -> factories.Customer:
    """A person with 100.00 in the wallet."""
    return factories.open_customer()


@pytest.fixture
def another(db: None) -> factories.Customer:
    """A second person, Ana Silva, with 100.00 in the wallet."""
    return factories.open_customer(name="Ana Silva")


@pytest.fixture(autouse=True)
def _transaction_may_idle(request: pytest.FixtureRequest) -> None:
    """Keep a test's transaction open while the test thinks.

    The first text that a property draws, or the first page of a process, takes seconds, and on
    a busy machine more than the ten that a session of the application may idle.
    """
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("db")
        if connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real commits: transfers are append-only, so nothing is cleaned up.

    Tests that use it make their own shop and people and check only those.
    """
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture
def nothing_moved() -> Callable[[], bool]:
    """Return whether no transfer was written since the fixture was asked for."""
    before = Transfer.objects.count()
    return lambda: Transfer.objects.count() == before


class Api:
    """A client of the API with one bearer secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client()

    def get(self, path: str, **parameters: str) -> Any:
        """Send a GET."""
        address = f"/api/v1/{path}"
        answer = self.client.get(address, parameters, headers=self._headers({}))
        return self._hold_against_description("GET", address, answer)

    def post(self, path: str, body: Any = None, *, key: str | None = "") -> Any:
        """Send JSON, under the idempotency key or else a new one; None sends none."""
        sent = {} if key is None else {"Idempotency-Key": key or str(uuid.uuid4())}
        headers = self._headers(sent)
        address = f"/api/v1/{path}"
        answer = self.client.post(
            address, body, content_type="application/json", headers=headers
        )
        return self._hold_against_description("POST", address, answer)

    def delete(self, path: str) -> Any:
        """Send a DELETE."""
        return self.client.delete(f"/api/v1/{path}", headers=self._headers({}))

    def _hold_against_description(self, method: str, address: str, answer: Any) -> Any:
        if answer.get("Content-Type", "").endswith("json"):
            status = answer.status_code
            assert find_undescribed(method, address, status, answer.json()) == []
        return answer

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        secret = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return {"Host": "pay.test"} | secret | more


@pytest.fixture
def till(shop: factories.Shop) -> Api:
    """The API as the shop's till uses it."""
    return Api(shop.token)


@pytest.fixture
def phone(customer: factories.Customer) -> Api:
    """The API as the customer's phone uses it."""
    return Api(customer.token)


@pytest.fixture
def books_hold() -> Callable[[], None]:
    """Check every invariant over the whole database."""

    def prove() -> None:
        call_command("check_books", stdout=StringIO())

    return prove
