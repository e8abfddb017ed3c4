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


@dataclass(frozen=True, slots=True)
class Device:
    """A device, and the people who have signed in on it."""

    name: str
    people: tuple[str, ...]

    def knows(self, user: User) -> bool:
        """Return whether this person has signed in here before."""
        return str(user.id) in self.people


NEW = Device("", ())


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
