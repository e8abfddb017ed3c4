"""The demo's shop as the fault tests use it: by HTTP, patiently, with a look at the books."""

import re
import ssl
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from qr.references import decode_reference
from servers.stack import Stack

ANSWER_MAX_S = 10
GAPS = b"SELECT store_id FROM pos_receipt GROUP BY store_id HAVING max(number) <> count(*)"
# Longer than any call takes on a busy machine: it detects hangs, not slowness.
PATIENCE_S = 90
_POLL_S = 0.05

Call = Callable[[], httpx.Response]


@dataclass(frozen=True)
class Sale:
    """A sale that the server has acknowledged, and its requests."""

    charge: str
    customer: str
    amount_minor: int
    confirmation: dict[str, str]
    key: str
    payment: dict[str, Any]


# Nothing here is encrypted, but each client would read anew who signs certificates.
_ENCRYPTION = ssl.create_default_context()


class Api:
    """One caller of the API; every call ends within a known time.

    Each call has a client of its own: a dead process must not look like a broken client, and
    of threads that share one some close the connections of others.
    """

    def __init__(self, stack: Stack, secret: str) -> None:
        self.address = f"{stack.url}/api/v1/"
        self.headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
        self.answered: list[Callable[[httpx.Response], object]] = []

    def get(self, path: str) -> httpx.Response:
        with self.open() as client:
            return client.get(path)

    def post(self, path: str, body: Any, *, key: str) -> httpx.Response:
        with self.open() as client:
            return client.post(path, json=body, headers={"Idempotency-Key": key})

    def open(self) -> httpx.Client:
        """Open a client, which calls what is in `answered` with each answer."""
        return httpx.Client(
            base_url=self.address,
            headers=self.headers,
            timeout=ANSWER_MAX_S,
            verify=_ENCRYPTION,
            event_hooks={"response": self.answered},
        )


class Shop:
    """A till, a customer's phone, and the facts behind them."""

    def __init__(self, stack: Stack, demo: dict[str, Any], *, customer: int = 0) -> None:
        merchant, self.customer = demo["merchants"][0], demo["customers"][customer]
        self.stack = stack
        self.till = Api(stack, merchant["stores"][0]["terminals"][0]["token"])
        self.server = Api(stack, merchant["secret_key"])
        self.phone = Api(stack, self.customer["token"])

    def open_charge(self, *, amount_minor: int = 100) -> dict[str, Any]:
        body = {"amount": {"amount_minor": amount_minor, "currency": "EUR"}}
        key = str(uuid.uuid4())
        charge: dict[str, Any] = insist(lambda: self.till.post("charges", body, key=key))
        return charge

    def scan(self, charge: dict[str, Any]) -> dict[str, str]:
        """Claim the charge; return the body of the confirmation that would pay it."""
        body = {"payload": charge["link"]}
        claim = insist(lambda: self.phone.post("wallet/claims", body, key=str(uuid.uuid4())))
        return {"claim": claim["id"], "pin": self.customer["pin"]}

    def confirm(self, confirmation: dict[str, str], *, key: str) -> dict[str, Any]:
        payment: dict[str, Any] = insist(
            lambda: self.phone.post("wallet/payments", confirmation, key=key)
        )
        return payment

    def sell(self, *, amount_minor: int = 100) -> Sale:
        """Complete a sale; every step is repeated with its own key."""
        charge, key = self.open_charge(amount_minor=amount_minor), str(uuid.uuid4())
        confirmation = self.scan(charge)
        payment = self.confirm(confirmation, key=key)
        name = self.customer["name"]
        return Sale(charge["id"], name, amount_minor, confirmation, key, payment)

    def read(self, charge: str) -> dict[str, Any]:
        shown: dict[str, Any] = insist(lambda: self.till.get(f"charges/{charge}"))
        return shown

    def read_number(self, charge: str) -> str | None:
        number: str | None = self.read(charge)["receipt_number"]
        return number


def insist(call: Call) -> Any:
    """Call until there is a definite answer; return its body.

    While a process is down, only a 503 or a cut connection is accepted.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            answer = call()
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            return answer.json()
        if answer is not None and answer.headers.get("Retry-After") is None:
            raise AssertionError(f"{answer.status_code}: {answer.text[:300]}")
        time.sleep(_POLL_S)
    raise AssertionError(f"no definite answer within {PATIENCE_S} s")


def wait_for(condition: Callable[[], Any], *, within_s: float = PATIENCE_S) -> Any:
    """Wait until the condition returns a true value; return it."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        outcome = condition()
        if outcome:
            return outcome
        time.sleep(_POLL_S)
    raise AssertionError(f"did not come true within {within_s} s")


def without_clock(body: dict[str, Any]) -> dict[str, Any]:
    """Return a payment's body without the server's clock."""
    charge = {name: fact for name, fact in body["charge"].items() if name != "server_time"}
    return body | {"charge": charge}


def count_mails(stack: Stack, charge: str) -> int:
    """Count the mails that carry this charge's receipt."""
    files = Path(stack.env["EMAIL_FILE_PATH"]).glob("*.log")
    wanted = re.compile(rf"^Message-ID: <{charge}@", re.MULTILINE)
    return sum(len(wanted.findall(file.read_text())) for file in files)


def ask_books(
    stack: Stack, query: sql.Composed | bytes, *parameters: Any
) -> list[tuple[Any, ...]]:
    """Query the stack's database directly."""
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection:
        return connection.execute(query, parameters).fetchall()


def check_sales(stack: Stack, sales: list[Sale]) -> None:
    """Prove that every acknowledged sale is in the books once, and that the books hold."""
    wanted = {decode_reference("ch", sale.charge): sale.amount_minor for sale in sales}
    rows = ask_books(
        stack,
        b"SELECT c.id, t.amount_minor FROM pos_charge c JOIN ledger_transfer t ON t.id = c.id"
        b" JOIN wallet_payment p ON p.charge_id = c.id"
        b" JOIN merchants_settlementline l ON l.id = c.id"
        b" WHERE c.status = 'captured' AND c.id = ANY(%s)",
        list(wanted),
    )
    assert len(rows) == len(wanted) == len(sales)
    assert dict(rows) == wanted
    stack.manage("check_books")
