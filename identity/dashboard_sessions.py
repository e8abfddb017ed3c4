"""Sessions of the dashboard in rows of our own: each names its person and device.

So people see where they are signed in, and end a session elsewhere by deleting its row.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from identity.devices import name_device
from identity.models import DashboardSession, User
from identity.sealing import derive_key

_PERSON, _CHECK = "_auth_user_id", "_auth_user_hash"
# A session's notes of the device and of its beginning.
_DEVICE, _BEGAN = "device", "began"
_SEEN_EACH = timedelta(minutes=5)
_DELETED_AT_ONCE = 2000


class SessionStore(DatabaseStore):
    """Django's store, which also writes down whose session it is and when it was seen."""

    @classmethod
    def get_model_class(cls) -> type[DashboardSession]:
        """Return the model of the rows."""
        return DashboardSession

    def create_model_instance(self, data: dict[str, Any]) -> DashboardSession:
        """Return the row of this session."""
        row = cast(DashboardSession, super().create_model_instance(data))
        row.user_id = data.get(_PERSON)
        row.device_name = data.get(_DEVICE, "")
        row.seen_at = timezone.now()
        row.began_at = datetime.fromisoformat(data[_BEGAN]) if _BEGAN in data else row.seen_at
        return row

    def load(self) -> dict[str, Any]:
        """Read the session, and note every few minutes that it is in use."""
        # What Django's own does, with the row in hand; the stubs leave it out.
        found = self._get_session_from_db()  # type: ignore[attr-defined]  # see above
        row = cast(DashboardSession | None, found)
        if row is None:
            return {}
        now = timezone.now()
        if row.user_id is not None and row.seen_at < now - _SEEN_EACH:
            DashboardSession.objects.filter(pk=row.pk).update(seen_at=now)
        data: dict[str, Any] = self.decode(row.session_data)
        return data


def note_device(request: HttpRequest) -> None:
    """Note in a session that begins which device it is on, and when it began."""
    request.session[_DEVICE] = name_device(request.headers.get("User-Agent", ""))
    request.session[_BEGAN] = timezone.now().isoformat()


def list_sessions(user: User) -> list[DashboardSession]:
    """List the sessions in which the person is signed in, the last seen first."""
    alive = DashboardSession.objects.filter(user_id=user.pk, expire_date__gt=timezone.now())
    check = user.get_session_auth_hash()
    # A new password, or a first factor, ends sessions whose rows are still there.
    return [
        row
        for row in alive.order_by("-seen_at")
        if constant_time_compare(_read(row).get(_CHECK, ""), check)
    ]


def write_reference(row: DashboardSession) -> str:
    """Return how pages name a session: its key would open it."""
    key = row.session_key.encode()
    return hmac.digest(derive_key("session"), key, hashlib.sha256).hex()[:32]


def end_session_of(user: User, reference: str) -> None:
    """End one of the person's sessions; an unknown reference changes nothing."""
    for row in DashboardSession.objects.filter(user_id=user.pk):
        if constant_time_compare(write_reference(row), reference):
            row.delete()


def delete_expired() -> int:
    """Delete sessions that are over, some thousands at a time; return how many there were."""
    count = 0
    while True:
        over = DashboardSession.objects.filter(expire_date__lt=timezone.now())
        keys = list(over.values_list("pk", flat=True)[:_DELETED_AT_ONCE])
        if not keys:
            return count
        # One that was used meanwhile has a later end, and stays.
        deleted, _ = over.filter(pk__in=keys).delete()
        if not deleted:
            return count
        count += deleted


def _read(row: DashboardSession) -> dict[str, Any]:
    data: dict[str, Any] = SessionStore().decode(row.session_data)
    return data
