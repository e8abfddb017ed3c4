"""Watched browser windows: an error in one fails the test."""

import re
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    StorageState,
    ViewportSize,
)

TABLET: ViewportSize = {"width": 1180, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 844}
# Chromium prints most violations of the policy itself, but not those of every kind.
_TELL_VIOLATIONS = """
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy ${event.violatedDirective} refused ${event.blockedURI}`);
    });
"""
_ACTION_TIMEOUT_MS = 15_000


class Watch:
    """The errors of a test's windows, and the expected ones."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Accept errors that contain this pattern: the test causes them itself."""
        self._expected.append(pattern)

    def over(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._note(f"{page.url}: {error}"))
        page.on("requestfailed", self._miss)
        page.on("crash", lambda _page: self._note(f"{page.url} crashed"))

    @property
    def unexpected(self) -> list[str]:
        """Return the unexpected errors."""
        wanted = re.compile("|".join(self._expected) or "(?!)")
        return [fault for fault in self._seen if not wanted.search(fault)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.location['url']}: {message.text}")

    def _miss(self, request: Request) -> None:
        # A page that is left aborts its stream and its open requests.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"{request.method} {request.url}: {request.failure}")

    def _note(self, fault: str) -> None:
        self._seen.append(fault)


class Windows:
    """Opens windows on one address; each has cookies of its own, as another device would."""

    def __init__(self, browser: Browser, *, url: str, watch: Watch) -> None:
        self._browser, self._url, self._watch = browser, url, watch
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        size: ViewportSize = TABLET,
        *,
        scheme: str = "light",
        state: StorageState | None = None,
        **options: Any,
    ) -> Page:
        """Open a window of this size; `state` is the device's browser storage."""
        context = self._browser.new_context(
            base_url=self._url,
            viewport=size,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-IE",
            storage_state=state,
            **options,
        )
        self._contexts.append(context)
        context.set_default_timeout(_ACTION_TIMEOUT_MS)
        if options.get("java_script_enabled", True):
            context.add_init_script(_TELL_VIOLATIONS)
        page = context.new_page()
        self._watch.over(page)
        context.on("page", self._watch.over)
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


def remember(url: str, name: str, value: str) -> StorageState:
    """Return the browser storage of a device with this one cookie."""
    cookie: Any = {
        "name": name,
        "value": value,
        "domain": url.partition("://")[2].partition(":")[0],
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
    return {"cookies": [cookie], "origins": []}
