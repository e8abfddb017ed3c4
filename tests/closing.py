"""A settlement closed by hand, as the owner does it: open the page, then press."""

import re

from django.test import Client
from django.utils.html import escape

PAGE = "/dashboard/settlements/close/"
_FIELD = re.compile('<input type="hidden" name="open" value="([^"]+)">')


def read_open(client: Client) -> list[str]:
    """Return the page's form data: each balance, and since when it is open."""
    found = _FIELD.findall(client.get(PAGE).content.decode())
    return [field for field in found if field == escape(field)]


def close_by_hand(client: Client):
    """Press the page's button."""
    return client.post(PAGE, {"open": read_open(client)})
