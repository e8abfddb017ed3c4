"""Devices on which somebody has signed in before: wrong tries there are counted apart.

A signed cookie holds a random name and the people who signed in. It grants no access: it only
shows that tries from this device are not a stranger's.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from identity.models import User

DEVICE_COOKIE = "tessera_device"
_LIFE_S = 400 * 24 * 3600
_PEOPLE_MAX = 8
_SALT = "identity.devices"

# The first that is named in what a browser says of itself; Chrome says Safari too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class Device:
    """A device, and the people who have signed in on it."""

    name: str
    people: tuple[str, ...]

    def knows(self, user: User) -> bool:
        """Return whether this person has signed in here before."""
        return str(user.id) in self.people


NEW = Device("", ())


def name_device(user_agent: str) -> str:
    """Return a browser's name as people say it, such as "Firefox, Linux"."""
    found = [
        next((name for mark, name in names.items() if mark in user_agent), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or user_agent[:60]


def read_device(request: HttpRequest) -> Device:
    """Return the device of a page's request; `NEW` if nobody has signed in on it yet."""
    note = request.COOKIES.get(DEVICE_COOKIE, "")
    try:
        name, *people = signing.loads(note, salt=_SALT, max_age=_LIFE_S)
    except signing.BadSignature:
        return NEW
    return Device(name, tuple(people))


def remember_device(response: HttpResponse, device: Device, user_id: UUID) -> HttpResponse:
    """Set the cookie that records this person's sign-in on the device."""
    others = [person for person in device.people if person != str(user_id)]
    people = [str(user_id), *others][:_PEOPLE_MAX]
    name = device.name or secrets.token_urlsafe(12)
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps([name, *people], salt=_SALT, compress=True),
        max_age=_LIFE_S,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response
