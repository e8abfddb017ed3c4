"""The way into a dashboard session: a known person, then the second factor if there is one."""

import time
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from identity.dashboard_sessions import note_device
from identity.devices import read_device, remember_device
from identity.factors import end_sessions, has_factor
from identity.models import User

_BACKEND = "django.contrib.auth.backends.ModelBackend"
# The session's note of somebody whose password was right and whose factor is asked for.
_ASKED = "factor"
_PATIENCE_S = 600


def let_in(request: HttpRequest, user: User, *, wanted: str) -> HttpResponse:
    """Open a session for an identified person, or ask for the second factor first."""
    if not has_factor(user.id):
        return open_session(request, user, wanted=wanted)
    # Whatever the browser was signed in to before ends, as with a sign-in.
    request.session.flush()
    request.session[_ASKED] = {
        "person": str(user.id),
        "check": user.get_session_auth_hash(),
        "wanted": wanted,
        "at": int(time.time()),
    }
    return redirect("merchants:sign_in_factor")


def find_asked(request: HttpRequest) -> tuple[User, str] | None:
    """Find whose factor this browser is asked for, and where it goes then; None if nobody's."""
    note = request.session.get(_ASKED)
    if note is None or note["at"] < time.time() - _PATIENCE_S:
        return None
    user = User.objects.filter(pk=UUID(note["person"]), is_active=True).first()
    if user is None or not constant_time_compare(note["check"], user.get_session_auth_hash()):
        return None
    return user, note["wanted"]


def open_session(request: HttpRequest, user: User, *, wanted: str) -> HttpResponse:
    """Open a session for somebody of whom everything was checked."""
    login(request, user, backend=_BACKEND)
    note_device(request)
    request.session.pop(_ASKED, None)
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    answer = redirect(wanted if safe else settings.LOGIN_REDIRECT_URL)
    return remember_device(answer, read_device(request), user.id)


def end_other_sessions(request: HttpRequest, user: User) -> None:
    """End all of a person's dashboard sessions but this one."""
    end_sessions(user)
    keep_session(request, user)


def keep_session(request: HttpRequest, user: User) -> None:
    """Keep this session after the person's others were ended."""
    update_session_auth_hash(request, user)
