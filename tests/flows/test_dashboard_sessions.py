"""Where somebody is signed in to the dashboard: listed, and ended one by one or all others."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from identity.devices import name_device
from identity.models import DashboardSession
from merchants.models import Role
from tests import factories
from tests.flows.steps import make_operator, open_browser

pytestmark = pytest.mark.django_db
PASSWORD = "seven harbour seals"
PAGE = "/dashboard/me/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def owner(shop):
    return factories.hire_person(shop, role=Role.OWNER, password=PASSWORD).user


def sign_in(person, *, device=FIREFOX):
    browser = open_browser(headers={"User-Agent": device})
    browser.post("/dashboard/sign-in/", {"email": person.email, "password": PASSWORD})
    return browser


def is_in(browser):
    return browser.get("/dashboard/me/").status_code == 200


def read_references(browser):
    text = browser.get(PAGE).content.decode()
    return re.findall(r'name="session" value="([0-9a-f]{32})"', text)


def test_each_device_is_listed_with_its_name_and_this_one_is_marked(owner):
    mine = sign_in(owner)
    sign_in(owner, device="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/1")

    text = mine.get(PAGE).content.decode()

    assert "Firefox, Linux" in text
    assert "Safari, iPhone" in text
    assert text.count("This device") == 1
    assert mine.session.session_key not in text


def test_one_session_is_ended_and_the_others_stay(owner):
    mine, other, third = (sign_in(owner) for _ in range(3))
    DashboardSession.objects.filter(session_key=other.session.session_key).update(
        seen_at=timezone.now() - timedelta(minutes=4)
    )
    reference = read_references(mine)[-1]

    mine.post(f"{PAGE}sessions/", {"session": reference})

    assert (is_in(mine), is_in(other), is_in(third)) == (True, False, True)


def test_all_others_are_ended_at_once(owner):
    mine, *others = (sign_in(owner) for _ in range(3))

    mine.post(f"{PAGE}sessions/", {"others": "1"})

    assert is_in(mine)
    assert not any(map(is_in, others))
    assert read_references(mine) == []


def test_nobody_ends_another_person_s_session(owner, shop):
    other = factories.hire_person(shop, role=Role.OWNER, password=PASSWORD).user
    mine, theirs = sign_in(owner), sign_in(other)
    third = sign_in(other)

    for reference in [*read_references(third), "x", "0" * 32]:
        mine.post(f"{PAGE}sessions/", {"session": reference})

    assert is_in(theirs)


def test_a_new_password_takes_ended_sessions_off_the_list(owner):
    mine, other = sign_in(owner), sign_in(owner)
    mine.post(
        "/dashboard/me/password/",
        {"own-current": PASSWORD, "own-password": "eight harbour seals"},
    )

    assert (is_in(mine), is_in(other)) == (True, False)
    assert read_references(mine) == []


def test_an_ended_session_is_not_written_again(owner):
    browser = sign_in(owner)
    session = browser.session
    session["late"] = True
    DashboardSession.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save()

    assert not DashboardSession.objects.exists()


def test_a_session_is_seen_every_few_minutes_and_keeps_its_beginning(owner):
    browser = sign_in(owner)
    long_ago = timezone.now() - timedelta(hours=1)
    began = DashboardSession.objects.get().began_at
    DashboardSession.objects.update(seen_at=long_ago)

    browser.get("/dashboard/me/")

    row = DashboardSession.objects.get()
    assert row.seen_at > long_ago + timedelta(minutes=50)
    assert row.began_at == began


def test_operators_have_the_same_list():
    operator = make_operator()
    browser = open_browser()
    browser.force_login(operator)

    assert "Where you are signed in" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140 Mobile Safari/537", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/19 Safari/605", "Safari, Mac"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_browsers_are_named_as_people_say_it(said, name):
    assert name_device(said) == name
