"""The second factor of the dashboard: an app, recovery codes, and what they refuse."""

import re

import pytest
from django.core import mail
from django.test import Client

from identity.factors import (
    count_recovery_codes,
    keep_app,
    renew_recovery_codes,
    show_app_code,
)
from identity.models import AuthenticatorApp, Passkey, RecoveryCode
from merchants.models import Role
from relay.letters import send_due_letters
from tests import factories
from tests.flows.steps import APP_SECRET, make_operator, open_browser, read_mailed_link

pytestmark = pytest.mark.django_db
PASSWORD = "seven harbour seals"
SIGN_IN, FACTOR = "/dashboard/sign-in/", "/dashboard/sign-in/factor/"
SECURITY = "/dashboard/me/security/"


@pytest.fixture
def owner(shop):
    return factories.hire_person(shop, role=Role.OWNER, password=PASSWORD).user


@pytest.fixture
def guarded(owner):
    keep_app(owner, APP_SECRET)
    return owner


def type_password(person, *, browser=None, password=PASSWORD, wanted=""):
    browser = browser or open_browser()
    typed = {"email": person.email, "password": password, "next": wanted}
    return browser, browser.post(SIGN_IN, typed)


def is_in(browser):
    return browser.get("/dashboard/me/").status_code == 200


def wrong_code():
    return f"{(int(show_app_code(APP_SECRET)) + 1) % 10**6:06}"


def read_secret(page):
    (secret,) = re.findall(r'app-key" dir="ltr">([A-Z2-7]{32})<', page.content.decode())
    return secret


def add_app(browser, *, path=f"{SECURITY}app/", password=PASSWORD, code=None):
    page = browser.get(path)
    secret = read_secret(page)
    sealed = page.context["form"]["secret"].value()
    typed = {
        "secret": sealed,
        "code": code or show_app_code(secret),
        "current": password,
    }
    return browser.post(path, typed)


def test_without_a_factor_the_password_is_enough(owner):
    browser, answer = type_password(owner)

    assert answer["Location"] == "/dashboard/"
    assert is_in(browser)


def test_with_an_app_the_password_opens_nothing(guarded):
    browser, answer = type_password(guarded, wanted="/dashboard/people/")

    assert answer["Location"] == FACTOR
    assert not is_in(browser)

    done = browser.post(FACTOR, {"code": show_app_code(APP_SECRET)})

    assert done["Location"] == "/dashboard/people/"
    assert is_in(browser)


def test_the_factor_s_page_is_nobody_s_without_the_password(guarded):
    browser = open_browser()
    for answer in (
        browser.get(FACTOR),
        browser.post(FACTOR, {"code": show_app_code(APP_SECRET)}),
        browser.post("/dashboard/sign-in/passkey/", {"answer": "{}"}),
    ):
        assert answer["Location"] == SIGN_IN
    assert not is_in(browser)


def test_a_code_of_the_app_works_once(guarded):
    code = show_app_code(APP_SECRET)
    first, _ = type_password(guarded)
    second, _ = type_password(guarded)

    first.post(FACTOR, {"code": code})
    again = second.post(FACTOR, {"code": code})

    assert again.status_code == 403
    assert "was used already" in again.content.decode()
    assert (is_in(first), is_in(second)) == (True, False)


def test_five_wrong_codes_lock_the_sixth_which_is_right(guarded):
    browser, _ = type_password(guarded)
    for _ in range(5):
        assert browser.post(FACTOR, {"code": wrong_code()}).status_code == 403

    answer = browser.post(FACTOR, {"code": show_app_code(APP_SECRET)})

    assert (answer.status_code, is_in(browser)) == (403, False)
    assert "Codes are locked after 5 wrong ones." in answer.content.decode()


@pytest.mark.parametrize("code", ["", " ", "1", "12345\0", "x" * 41, "٣" * 7, "🙂" * 6])
def test_what_is_no_code_opens_nothing(guarded, code):
    browser, _ = type_password(guarded)

    answer = browser.post(FACTOR, {"code": code})

    assert answer.status_code in {403, 422}
    assert not is_in(browser)


def test_a_recovery_code_works_once_however_it_is_typed(guarded):
    code = renew_recovery_codes(guarded)[3]
    browser, _ = type_password(guarded)

    browser.post(FACTOR, {"code": code.lower().replace("-", " ")})
    assert is_in(browser)
    other, _ = type_password(guarded)
    again = other.post(FACTOR, {"code": code})

    assert (again.status_code, is_in(other)) == (403, False)
    assert count_recovery_codes(guarded.id) == 9


def test_recovery_codes_are_another_person_s_never(guarded, shop):
    other = factories.hire_person(shop, role=Role.OWNER, password=PASSWORD).user
    keep_app(other, APP_SECRET)
    code = renew_recovery_codes(other)[0]
    browser, _ = type_password(guarded)

    assert browser.post(FACTOR, {"code": code}).status_code == 403
    assert count_recovery_codes(other.id) == 10


def test_secrets_are_sealed_for_their_person(guarded, owner):
    row = AuthenticatorApp.objects.get()
    assert APP_SECRET.encode() not in bytes(row.secret)
    other = factories.hire_person(factories.open_shop(), password=PASSWORD, role=Role.OWNER)
    AuthenticatorApp.objects.create(user=other.user, secret=row.secret)
    browser, _ = type_password(other.user)

    answer = browser.post(FACTOR, {"code": show_app_code(APP_SECRET)})

    assert (answer.status_code, is_in(browser)) == (403, False)


def test_adding_an_app_shows_ten_codes_once_and_mails(owner):
    browser, _ = type_password(owner)

    shown = add_app(browser).content.decode()

    codes = re.findall(r"<code dir=\"ltr\">([0-9A-Z]{5}-[0-9A-Z]{5})<", shown)
    assert len(set(codes)) == RecoveryCode.objects.count() == 10
    assert is_in(browser)
    page = browser.get(SECURITY).content.decode()
    assert codes[0] not in page
    assert "10 left" in page
    send_due_letters()
    assert mail.outbox[-1].subject == "Your sign-in asks for a second factor"
    signed_in, _ = type_password(owner)
    signed_in.post(FACTOR, {"code": codes[0]})
    assert is_in(signed_in)


def test_the_first_factor_ends_sessions_that_the_password_alone_opened(owner):
    stolen, _ = type_password(owner)
    browser, _ = type_password(owner)

    add_app(browser)

    assert (is_in(browser), is_in(stolen)) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "another password"}, "not the password you sign in with"),
        ({"code": "000000"}, "This code is not right"),
    ],
)
def test_an_app_is_added_by_password_and_code_alone(owner, wrong, said):
    browser, _ = type_password(owner)

    answer = add_app(browser, **wrong)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AuthenticatorApp.objects.exists()


def test_a_secret_of_one_s_own_is_not_taken(owner):
    browser, _ = type_password(owner)
    code = show_app_code(APP_SECRET)

    answer = browser.post(
        f"{SECURITY}app/", {"secret": APP_SECRET, "code": code, "current": PASSWORD}
    )

    assert answer["Location"] == f"{SECURITY}app/"
    assert not AuthenticatorApp.objects.exists()


def test_a_second_app_is_refused(guarded):
    browser = open_browser()
    browser.force_login(guarded)

    answer = add_app(browser)

    assert answer.status_code == 422
    assert "There is an app already." in answer.content.decode()


@pytest.mark.parametrize("wish", ["off", "codes"])
def test_taking_away_wants_password_and_factor(guarded, wish):
    browser = open_browser()
    browser.force_login(guarded)
    before = renew_recovery_codes(guarded)
    for typed in (
        {"proof-current": PASSWORD, "proof-code": wrong_code()},
        {"proof-current": "another password", "proof-code": before[0]},
        {"proof-current": PASSWORD},
    ):
        answer = browser.post(f"{SECURITY}change/", typed | {"wish": wish})
        assert answer.status_code == 422
    assert (AuthenticatorApp.objects.count(), count_recovery_codes(guarded.id)) == (1, 10)

    typed = {"proof-current": PASSWORD, "proof-code": before[0], "wish": wish}
    browser.post(f"{SECURITY}change/", typed)

    send_due_letters()
    if wish == "off":
        assert (AuthenticatorApp.objects.count(), RecoveryCode.objects.count()) == (0, 0)
        assert mail.outbox[-1].subject == "Your second factor is off"
        assert is_in(type_password(guarded)[0])
    else:
        assert count_recovery_codes(guarded.id) == 10
        assert mail.outbox[-1].subject == "Your second factor was changed"
        other, _ = type_password(guarded)
        assert other.post(FACTOR, {"code": before[1]}).status_code == 403


def test_a_new_password_by_mail_asks_for_the_factor_too(guarded):
    open_browser().post("/dashboard/password/", {"email": guarded.email})
    link = read_mailed_link()
    browser = open_browser()

    answer = browser.post(link, {"password": "eight harbour seals"})

    assert (answer["Location"], is_in(browser)) == (FACTOR, False)
    browser.post(FACTOR, {"code": show_app_code(APP_SECRET)})
    assert is_in(browser)


def test_a_new_password_ends_a_sign_in_that_is_half_done(guarded):
    browser, _ = type_password(guarded)
    guarded.set_password("eight harbour seals")
    guarded.save()

    answer = browser.post(FACTOR, {"code": show_app_code(APP_SECRET)})

    assert (answer["Location"], is_in(browser)) == (SIGN_IN, False)


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"id": "x"}', "no JSON", "1" * 999]
)
def test_what_answers_no_passkey_question_is_refused(guarded, owner, answer, settings):
    settings.PUBLIC_URL = "http://localhost:9000"
    browser, _ = type_password(guarded)

    refused = browser.post("/dashboard/sign-in/passkey/", {"answer": answer})

    assert (refused.status_code, is_in(browser)) == (403, False)
    page = open_browser()
    page.force_login(owner)
    page.get(SECURITY)
    typed = {
        "passkey-name": "Phone",
        "passkey-current": PASSWORD,
        "passkey-answer": answer,
    }
    assert page.post(f"{SECURITY}passkeys/", typed).status_code == 422
    assert not Passkey.objects.exists()


def test_an_address_that_is_a_number_offers_no_passkeys(owner, settings):
    browser = open_browser()
    browser.force_login(owner)
    for url, has in (
        ("http://127.0.0.1:9000", False),
        ("http://localhost:9000", True),
        ("http://[::1]:9000", False),
    ):
        settings.PUBLIC_URL = url
        assert ("data-passkey=" in browser.get(SECURITY).content.decode()) == has


def test_the_console_leads_to_a_factor_and_back(db):
    operator = make_operator(has_factor=False)
    operator.set_password(PASSWORD)
    operator.save()
    browser, _ = type_password(operator)
    led = browser.get("/console/log/")
    assert led["Location"] == f"{SECURITY}?next=%2Fconsole%2Flog%2F"
    page = browser.get(led["Location"]).content.decode()
    assert "The console asks for a second factor." in page

    shown = add_app(browser, path=f"{SECURITY}app/?next=/console/log/")

    assert 'href="/console/log/"' in shown.content.decode()
    assert browser.get("/console/log/").status_code == 200


def test_forms_of_other_sites_are_refused(guarded):
    browser = Client(SERVER_NAME="pay.test", enforce_csrf_checks=True)
    browser.force_login(guarded)

    assert browser.post(f"{SECURITY}change/", {"wish": "off"}).status_code == 403
    assert AuthenticatorApp.objects.exists()
