"""A finger on pages without script: it presses what it can see, and counts."""

from typing import Any
from urllib.parse import urljoin

from lxml import html


class Finger:
    """A browser's finger: each link or field that it touches is a tap, typing is none."""

    def __init__(self, browser: Any, address: str) -> None:
        self.taps = 0
        self._browser = browser
        self._open(address)

    def tap(self, name: str) -> None:
        """Follow the first link of this name that no closed part of the page hides."""
        link = next(each for each in self._page.iter("a") if read(each) == name)
        self._touch(link)
        self._open(urljoin(self._address, link.get("href")))

    def type(self, name: str, text: str) -> None:
        """Type into the field of this label, and press Enter: its whole form is sent."""
        label = next(each for each in self._page.iter("label") if read(each) == name)
        field = self._page.get_element_by_id(label.get("for"))
        self._touch(field)
        (form,) = field.iterancestors("form")
        assert form.method == "GET"
        asked = dict(form.form_values()) | {field.name: text}
        self._open(urljoin(self._address, form.action or ""), asked)

    def _touch(self, element: html.HtmlElement) -> None:
        for around in element.iterancestors("details"):
            assert around.get("open") is not None, "it is in a part that is closed"
        self.taps += 1

    def _open(self, address: str, asked: dict[str, str] | None = None) -> None:
        self.answer = self._browser.get(address, asked)
        assert self.answer.status_code == 200
        self._address = self.answer.request["PATH_INFO"]
        if query := self.answer.request["QUERY_STRING"]:
            self._address += f"?{query}"
        self._page = html.fromstring(self.answer.content.decode())


def read(element: html.HtmlElement) -> str:
    """Return an element's text in one line."""
    return " ".join(element.text_content().split())
