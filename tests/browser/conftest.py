"""Chromium, the windows of a sale, and the stack's database underneath."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import (
    Browser,
    BrowserType,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from identity.bearer import digest_secret
from servers.stack import Stack
from tests.browser.axe import inspect
from tests.browser.cameras import Camera
from tests.browser.codes import open_code
from tests.browser.screens import Office, Phone, Till, find_owner
from tests.browser.windows import PHONE, TABLET, Watch, Windows, remember

_CHROMIUM = Path("/usr/bin/chromium")
# The same engine without a desktop, for a third less of the processor. It has no cameras, and
# keeps no page that is left, so what needs those is for the whole one.
_SHELL = Path("/usr/bin/chromium-headless-shell")
_MISSING = f"there is no {_CHROMIUM} (Debian: apt-get install chromium)"
_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
# For slow machines; tests that need a shorter limit set their own.
_EXPECT_TIMEOUT_MS = 15_000
_HERE = Path(__file__).parent

Sql = Callable[..., list[tuple[Any, ...]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Raise the time limit of browser tests."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(180))


# A hook and no fixture, so that it is reported in one line and before a stack is started.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Skip without Chromium, unless it is said to be required."""
    if _CHROMIUM.exists():
        return
    if os.environ.get("TESSERA_REQUIRE_BROWSER", "0") != "0":
        pytest.fail(_MISSING)
    pytest.skip(_MISSING)


# Not for the whole run: while it is there Django refuses to use the database in this thread,
# because playwright keeps an event loop in it.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for these tests."""
    expect.set_options(timeout=_EXPECT_TIMEOUT_MS)
    with sync_playwright() as playwright:
        program = _SHELL if _SHELL.exists() else _CHROMIUM
        browser = launch(playwright.chromium, program=program)
        yield browser
        browser.close()


def launch(kind: BrowserType, *more: str, program: Path = _CHROMIUM, **options: Any) -> Browser:
    """Start a Chromium with more flags than the usual ones."""
    flags = [*_FLAGS, *more]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return kind.launch(executable_path=program, args=flags, **options)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fail the test for anything that goes wrong in its windows."""
    watching = Watch()
    yield watching
    assert watching.unexpected == []


@pytest.fixture
def windows(chromium: Browser, stack: Stack, watch: Watch) -> Iterator[Windows]:
    """Open windows; all are closed at the end."""
    opened = Windows(chromium, url=stack.url, watch=watch)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def _lens(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Camera, Browser]]:
    camera = Camera(tmp_path_factory.mktemp("camera") / "film.y4m")
    browser = launch(chromium.browser_type, *camera.flags)
    yield camera, browser
    browser.close()


@pytest.fixture
def camera(_lens: tuple[Camera, Browser]) -> Camera:
    """The picture before the lens of `camera_windows`' devices: nothing at first."""
    camera, _ = _lens
    camera.show()
    return camera


@pytest.fixture
def camera_windows(
    _lens: tuple[Camera, Browser], stack: Stack, watch: Watch
) -> Iterator[Windows]:
    """Open windows on devices that have a camera; all are closed at the end."""
    _, browser = _lens
    opened = Windows(browser, url=stack.url, watch=watch)
    yield opened
    opened.close()


@pytest.fixture
def check() -> Callable[[Page, str], None]:
    """Check that a page is for everybody, as it stands."""
    return inspect


@pytest.fixture
def sql(stack: Stack) -> Iterator[Sql]:
    """Ask the stack's database, or change it."""
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:

        def run(query: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(query, values)  # type: ignore[call-overload,unused-ignore]
            return cursor.fetchall() if cursor.description else []

        yield run


@pytest.fixture
def count_payments(sql: Sql) -> Callable[[], int]:
    """Count the payments of all wallets."""

    def count() -> int:
        found: int = sql("SELECT count(*) FROM wallet_payment")[0][0]
        return found

    return count


@pytest.fixture
def payer(demo: dict[str, Any], sql: Sql) -> dict[str, str]:
    """Li Wei, who has entered the PIN a moment ago."""
    sql("UPDATE wallet_wallet SET no_pin_count = 0, no_pin_minor = 0")
    sql("UPDATE identity_tries SET count = 0, locked_until = NULL")
    li_wei: dict[str, str] = demo["customers"][0]
    return li_wei


_LET_IN = """
    UPDATE pos_terminaltoken token
       SET unlocked_at = now(), digest = %s, previous_digest = NULL,
           cashier_id = (SELECT m.id FROM merchants_staffmember m
                           JOIN identity_user u ON u.id = m.user_id WHERE u.name = %s)
      FROM pos_terminal till
     WHERE till.id = token.terminal_id AND till.name = 'Till 1'
       AND token.is_device AND token.revoked_at IS NULL
"""


# Leftovers of other tests at this till: sales to resume, and payments to acknowledge.
_CLEAR_DESK = """
    WITH ended AS (
        UPDATE pos_charge SET expires_at = now() WHERE status IN ('open', 'claimed')
    )
    INSERT INTO pos_acknowledgement (charge_id)
    SELECT id FROM pos_charge WHERE status = 'captured' ON CONFLICT DO NOTHING
"""


@pytest.fixture(scope="package")
def owner_state(chromium: Browser, stack: Stack, demo: dict[str, Any]) -> StorageState:
    """The owner's browser storage after the sign-in."""
    windows = Windows(chromium, url=stack.url, watch=Watch())
    page = windows.open(TABLET)
    Office(page).sign_in(find_owner(demo))
    state = page.context.storage_state()
    windows.close()
    return state


@pytest.fixture(scope="package")
def console_state(chromium: Browser, stack: Stack, demo: dict[str, Any]) -> StorageState:
    """The operator's browser storage after the one sign-in: a code works once."""
    windows = Windows(chromium, url=stack.url, watch=Watch())
    page = windows.open(TABLET)
    Office(page).enter_console(demo["operator"])
    state = page.context.storage_state()
    windows.close()
    return state


@pytest.fixture
def console(windows: Windows, console_state: StorageState) -> Page:
    """The operator's browser, signed in."""
    return windows.open(TABLET, state=console_state)


@pytest.fixture(scope="package")
def tablet_state(
    chromium: Browser, stack: Stack, demo: dict[str, Any], owner_state: StorageState
) -> StorageState:
    """A tablet's browser storage once it is paired."""
    # A till resumes the only waiting sale, and other tests leave some behind.
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(_CLEAR_DESK)
    windows = Windows(chromium, url=stack.url, watch=Watch())
    page = windows.open(TABLET)
    page.goto("/till/pair/")
    code = Office(windows.open(TABLET, state=owner_state)).make_pairing_code("Till 1")
    page.get_by_label("Pairing code").fill(code)
    page.keyboard.press("Enter")
    Till(page).unlock(demo["merchants"][0]["stores"][0]["cashiers"][0])
    state = page.context.storage_state()
    windows.close()
    return state


@pytest.fixture
def unlocked(tablet_state: StorageState, demo: dict[str, Any], sql: Sql) -> StorageState:
    """An unlocked tablet's browser storage, also after a test that locked it."""
    cashier = demo["merchants"][0]["stores"][0]["cashiers"][0]
    # Another test may have unlocked it by PIN, and so have changed its key.
    cookies = {each["name"]: each["value"] for each in tablet_state["cookies"]}
    key = cookies["tessera_till"]
    sql(_LET_IN, digest_secret(key), cashier["name"])
    sql(_CLEAR_DESK)
    return tablet_state


@pytest.fixture
def till(windows: Windows, unlocked: StorageState) -> Till:
    """A till on a tablet, ready to sell."""
    page = windows.open(TABLET, state=unlocked)
    page.goto("/till/")
    return Till(page)


@pytest.fixture
def phone(windows: Windows, stack: Stack, payer: dict[str, str]) -> Phone:
    """Li Wei's phone, signed in."""
    return Phone(
        windows.open(PHONE, state=remember(stack.url, "tessera_wallet", payer["token"]))
    )


@pytest.fixture
def second_phone(windows: Windows, stack: Stack, demo: dict[str, Any]) -> Phone:
    """Amira's phone, signed in."""
    token = demo["customers"][1]["token"]
    return Phone(windows.open(PHONE, state=remember(stack.url, "tessera_wallet", token)))


@pytest.fixture
def codes_unused(stack: Stack) -> None:
    """Date the payment codes that other tests have used to another day."""
    owner = stack.servers.owner_url(stack.database)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "UPDATE wallet_paymentcodeuse SET step = -extract(epoch FROM used_at) * 1000"
        )


@pytest.fixture
def holder(phone: Phone) -> Phone:
    """Li Wei's phone with the code open, and in touch with the server."""
    return open_code(phone)


@pytest.fixture
def office(windows: Windows, owner_state: StorageState) -> Page:
    """The owner's browser, signed in."""
    return windows.open(TABLET, state=owner_state)
