"""A browser that has saved a PIN: it is filled in nowhere, and nothing is sent by itself."""

import hashlib
import os
import sqlite3
import tempfile

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from playwright.sync_api import expect

from tests.browser.screens import Till
from tests.browser.windows import TABLET

_ARGUMENTS = ["--disable-gpu", "--no-first-run", "--disable-sync", "--password-store=basic"]
_ARGUMENTS += ["--no-sandbox"] if os.geteuid() == 0 else []


def open_profile(chromium, folder):
    return chromium.browser_type.launch_persistent_context(
        folder,
        executable_path="/usr/bin/chromium",
        args=_ARGUMENTS,
        headless=True,
        ignore_default_args=["--enable-automation"],
        viewport=TABLET,
    )


def save_password(chromium, folder, url, *, path, user, secret):
    """Save one password for a page, as Chromium 156 itself writes it."""
    first = open_profile(chromium, folder)
    first.new_page().goto(url + "/wallet/sign-in/")
    first.close()
    key = hashlib.pbkdf2_hmac("sha1", b"peanuts", b"saltysalt", 1, 16)
    pad = 16 - len(secret) % 16
    box = Cipher(algorithms.AES(key), modes.CBC(b" " * 16)).encryptor()
    hidden = b"v10" + box.update(secret.encode() + bytes([pad]) * pad) + box.finalize()
    with sqlite3.connect(f"{folder}/Default/Login Data") as database:
        columns = database.execute("PRAGMA table_info(logins)").fetchall()
        empty = {"INT": 0, "BLO": b""}
        row = {name: empty.get(kind[:3], "") for _, name, kind, *_ in columns if name != "id"}
        row |= {
            "origin_url": url + path,
            "action_url": url + path,
            "username_element": "login" if user else "",
            "username_value": user,
            "password_element": "pin",
            "password_value": hidden,
            "signon_realm": url + "/",
            "date_created": 13_300_000_000_000_000,
            "date_last_used": 13_300_000_000_000_000,
            "date_password_modified": 13_300_000_000_000_000,
            "times_used": 3,
        }
        names, marks = ",".join(row), ",".join("?" * len(row))
        query = f"INSERT INTO logins ({names}) VALUES ({marks})"  # noqa: S608  its own columns
        database.execute(query, list(row.values()))


@pytest.mark.parametrize("user", ["", "246810"], ids=["without a name", "with one"])
def test_a_saved_pin_opens_no_locked_till(chromium, stack, demo, unlocked, sql, user):
    cashier = demo["merchants"][0]["stores"][0]["cashiers"][0]
    sql("UPDATE identity_tries SET count = 0, locked_until = NULL")
    sql("UPDATE pos_terminaltoken SET unlocked_at = NULL, cashier_id = NULL")
    with tempfile.TemporaryDirectory() as folder:
        save_password(
            chromium,
            folder,
            stack.url,
            path="/till/unlock/",
            user=user,
            secret=cashier["pin"],
        )
        context = open_profile(chromium, folder)
        context.add_cookies(unlocked["cookies"])
        page = context.new_page()
        posts = []
        page.on("request", lambda request: posts.append(request.method == "POST"))
        page.goto(stack.url + "/till/unlock/")
        expect(page.locator("#pad")).to_be_visible()
        page.get_by_text(cashier["name"]).click()
        page.get_by_role("button", name="7", exact=True).click()
        # Browsers fill in at the first touch: here come some more.
        for _ in range(3):
            page.locator("h1").click()
        expect(page.locator("#pin")).to_have_value("7")
        assert not any(posts)

        page.get_by_role("button", name="Delete the last digit").click()
        Till(page).unlock(cashier)
        context.close()
