"""Passkeys in a browser: made, used for the next sign-in, and missing on another device."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Office, find_owner
from tests.browser.windows import PHONE, TABLET

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def forgotten(stack, sql):
    """Forget what the test has added: other tests sign the owner in by the password alone."""
    yield
    sql("DELETE FROM identity_passkey")
    sql("DELETE FROM identity_recoverycode")


@pytest.fixture
def restored(demo, sql):
    """Make the owner's other sessions valid again, which the first factor has ended."""
    email = find_owner(demo)["email"]
    ((epoch,),) = sql("SELECT session_epoch FROM identity_user WHERE email = %s", email)
    yield
    sql("UPDATE identity_user SET session_epoch = %s WHERE email = %s", epoch, email)


def test_a_passkey_is_made_and_signs_in(windows, demo, check, forgotten, restored):
    owner = find_owner(demo)
    page = windows.open(TABLET)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    Office(page).sign_in(owner)
    page.goto("/dashboard/me/security/")
    check(page, "security")
    page.get_by_label("Name of the passkey").fill("My tablet")
    page.get_by_label("Your password").fill(owner["password"])
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    check(page, "recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Passkey: My tablet")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()

    page.get_by_label("E-mail").fill(owner["email"])
    page.get_by_label("Password").fill(owner["password"])
    page.get_by_role("button", name="Sign in").click()
    check(page, "second factor")
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_device_without_the_passkey_says_so(windows, demo, sql, watch, forgotten, restored):
    owner = find_owner(demo)
    page = windows.open(PHONE)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    Office(page).sign_in(owner)
    page.goto("/dashboard/me/security/")
    page.get_by_label("Name of the passkey").fill("My phone")
    page.get_by_label("Your password").fill(owner["password"])
    page.get_by_role("button", name="Add a passkey").click()
    code = page.locator(".recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    devices.send("WebAuthn.clearCredentials", {"authenticatorId": added["authenticatorId"]})

    page.get_by_label("E-mail").fill(owner["email"])
    page.get_by_label("Password").fill(owner["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
