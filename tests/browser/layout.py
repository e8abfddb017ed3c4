"""Pages in languages without a translation yet, and whether all of their content fits.

The server is not involved: the words are replaced in the browser, so that a page is tested
before it is translated. `docs/testing.md` says how to use it.
"""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.browser.windows import PHONE

_HERE = Path(__file__).parent
_SPEAK = (_HERE / "languages.js").read_text()
_MEASURE = (_HERE / "layout.js").read_text()
# What the server writes; words two fifths longer, with accents; Arabic, from right to left.
LANGUAGES = ("english", "pseudo", "arabic")
SCREENS: tuple[ViewportSize, ...] = (
    {"width": 1024, "height": 768},
    {"width": 1280, "height": 800},
    PHONE,
)


def speak(page: Page, language: str) -> None:
    """Replace the words of the open page, and those it writes from then on."""
    if language != "english":
        page.evaluate(_SPEAK, language)


def find_faults(page: Page, *, screens: Iterable[ViewportSize] = SCREENS) -> list[str]:
    """Measure the open page on each screen, and dark on the last; return what does not fit.

    The dark theme has other colors and no other boxes (`tests/config/test_styles.py`).
    """
    before, faults = page.viewport_size, []
    *others, last = screens
    for screen, schemes in (*((each, ["light"]) for each in others), (last, ["light", "dark"])):
        page.set_viewport_size(screen)
        for scheme in schemes:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            at = f"{screen['width']}x{screen['height']}, {scheme}"
            faults += [f"{at}: {fault}" for fault in page.evaluate(_MEASURE)]
    if before:
        page.set_viewport_size(before)
    return faults
