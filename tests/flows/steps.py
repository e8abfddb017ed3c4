"""Steps that several flows take: open a browser, scan, collect, pay at a counter code."""

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core import mail
from django.test import Client

from console.models import Operator
from foundation.forms import MakingForm
from identity.factors import keep_app
from identity.models import User
from pos.counter_codes import write_counter_link
from pos.models import Charge, CounterCode
from relay.letters import send_due_letters
from tests import factories
from tests.conftest import Api
from tests.owners import as_owner
from tests.snapshots import nothing_changes
from wallet.authentication import WALLET_COOKIE
from wallet.models import Payment

APP_SECRET = "TESTTESTTESTTESTTESTTESTTESTTEST"


def open_browser(**options: Any) -> Any:
    """Open a browser that nobody has signed in with."""
    return Client(SERVER_NAME="pay.test", **options)


def open_wallet(person: factories.Customer, **options: Any) -> Any:
    """Open the browser of a customer's phone, signed in to the wallet."""
    browser = open_browser(**options)
    browser.cookies[WALLET_COOKIE] = person.token
    return browser


def open_dashboard(person: Any) -> Any:
    """Open the browser of a member of staff, signed in to the dashboard."""
    browser = open_browser()
    browser.force_login(person.user)
    return browser


def make_operator(
    email: str = "aoife@operator.test", *, name: str = "Aoife Kelly", has_factor: bool = True
) -> User:
    """Make an operator, with an authenticator app: without one no page of the console opens."""
    user = User.objects.create(name=name, email=email)
    with as_owner():
        Operator.objects.create(user=user)
    if has_factor:
        keep_app(user, APP_SECRET)
    return user


def open_console(user: User) -> Any:
    """Open the browser of an operator, signed in."""
    browser = open_browser()
    browser.force_login(user)
    return browser


def sign_in(login: str, pin: str = factories.PIN, *, browser: Any = None, **more: str) -> Any:
    """Sign in to the wallet; the answer's `client` is the browser, a new one unless given."""
    return (browser or open_browser()).post(
        "/wallet/sign-in/", {"login": login, "pin": pin} | more
    )


def unlock(device: Client, cashier: Any, pin: str = factories.PIN) -> Any:
    """Unlock a paired till with a cashier's PIN."""
    return device.post("/till/unlock/", {"cashier": cashier.id, "pin": pin})


def sign_id(form: type[MakingForm], number: int) -> str:
    """Return an id as the page draws it into this form; the same number is the same id."""
    return form.sign_id(UUID(int=number))


def read_mailed_link() -> str:
    """Send the letters that wait; return the path of the link in the newest mail."""
    send_due_letters()
    (address,) = re.findall(r"https?://\S+", str(mail.outbox[-1].body))
    return urlsplit(address).path


def scan(phone: Api, payload: str) -> Any:
    """Ask what a scanned text is."""
    return phone.post("wallet/scans", {"payload": payload})


def collect(till: Api, charge: Charge, code: str, *, key: str = "") -> Any:
    """Collect a charge by the payment code that a customer showed."""
    return till.post(f"charges/{charge.public_id}/collect", {"code": code}, key=key)


def euros(amount_minor: Any = 480, currency: Any = "EUR") -> dict[str, Any]:
    """Return an amount as the API has it."""
    return {"amount_minor": amount_minor, "currency": currency}


def claim_by_api(
    phone: Api, code: CounterCode, *, amount: Any = None, key: str = "", payload: str = ""
) -> Any:
    """Claim by a counter code, or whatever payload is scanned instead."""
    body = {"payload": payload or write_counter_link(code)}
    return phone.post("wallet/claims", body | ({"amount": amount} if amount else {}), key=key)


def pay_at(customer: factories.Customer, code: CounterCode, amount_minor: int) -> Payment:
    """Pay an amount that the customer types at a counter code."""
    claimed = factories.claim_at(customer, code, amount_minor=amount_minor)
    return factories.confirm(customer, claimed)


def refuse_claim(phone: Api, code: CounterCode, *, amount: Any, status: int, name: str) -> Any:
    """Claim by a counter code in vain; nothing is written, and the problem is returned."""
    with nothing_changes():
        answer = claim_by_api(phone, code, amount=amount)

    assert (answer.status_code, answer.json()["code"]) == (status, name)
    assert answer.json()["detail"].count("Nothing was taken.") <= 1
    return answer.json()
