"""Asks the hot queries of one database when told to, for bench/hot_queries.py.

    hot_calls.py SECRETS    the shops' secrets as JSON, in a file

Reads names of calls from standard input, one a line, and answers each with the milliseconds of
PostgreSQL's processor time that one call took. Run in a process of its own, with the settings.
Each call is a request to the application's own WSGI entry, or a job's query.
"""

import io
import json
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Settings stand once the entry is imported.
from django.conf import settings
from django.db import close_old_connections, connection

from config.wsgi import application
from pos.charges import sweep_charges
from pos.models import Charge
from pos.receipts import list_unissued
from pos.terminals import find_holder
from qr.references import encode_reference
from relay.events import list_events
from wallet.models import Payment
from wallet.wallets import find_wallet

_TIMES = 4
_AMOUNT = {"amount_minor": 480, "currency": "EUR"}


class Caller:
    """A till, a phone and an owner, with the sales they have begun."""

    def __init__(self, secrets: dict[str, list[str]]) -> None:
        self._till, self._wallet = secrets["tills"][0], secrets["wallets"][0]
        self._cookies = {
            "tessera_till": secrets["counters"][0],
            "tessera_wallet": self._wallet,
            "tessera_dashboard": secrets["owners"][0],
        }
        self._open: list[dict[str, Any]] = []
        self._claims: list[str] = []
        holder, wallet = find_holder(secrets["counters"][0]), find_wallet(self._wallet)
        assert holder is not None, "its till was just paired"
        assert wallet is not None, "its session was just opened"
        sold = Charge.objects.filter(store=holder.terminal.store, status="captured")
        paid = Payment.objects.filter(wallet=wallet)
        middle = sold.order_by("id")[sold.count() // 2]
        payment = paid.order_by("id")[paid.count() // 2]
        self._middle, self._newest = middle, sold.order_by("id").last() or middle
        movement = encode_reference("mv", payment.charge_id)
        receipt = self._newest.receipt_url.removeprefix(settings.PUBLIC_URL)
        self._pages = {
            "till": "/till/",
            "till_desk": "/till/desk/",
            "activity": "/till/activity/",
            "activity_deep": f"/till/activity/?after={middle.public_id}",
            "activity_refunded": "/till/activity/?status=refunded",
            "activity_canceled": "/till/activity/?status=canceled",
            "wallet": "/wallet/",
            "wallet_deep": f"/wallet/?after={movement}",
            "wallet_payment": f"/wallet/payments/{payment.public_id}/",
            "overview": "/dashboard/",
            "payments": "/dashboard/payments/",
            "payments_deep": f"/dashboard/payments/?after={middle.public_id}",
            "payment": f"/dashboard/payments/{middle.public_id}/",
            "settlements": "/dashboard/settlements/",
            "tills": "/dashboard/tills/",
            "receipt": receipt,
        }
        self.calls: dict[str, Callable[[], object]] = {
            "create": self._create,
            "claim": self._claim,
            "confirm": self._confirm,
            "read": lambda: self._ask("GET", f"/api/v1/charges/{self._newest.public_id}"),
            "transactions": lambda: self._ask(
                "GET", "/api/v1/wallet/transactions", secret=self._wallet
            ),
            "transactions_deep": lambda: self._ask(
                "GET",
                f"/api/v1/wallet/transactions?after={payment.public_id}",
                secret=self._wallet,
            ),
            "receipts_due": list_unissued,
            "sweep": sweep_charges,
            "events": lambda: list_events(self._middle.id),
            **{name: self._make_look(path) for name, path in self._pages.items()},
        }

    def _make_look(self, path: str) -> Callable[[], object]:
        return lambda: self._ask("GET", path, secret="")

    def _create(self) -> None:
        self._open.append(self._ask("POST", "/api/v1/charges", {"amount": _AMOUNT}))

    def _claim(self) -> None:
        link = self._open.pop(0)["link"]
        claim = self._ask(
            "POST", "/api/v1/wallet/claims", {"payload": link}, secret=self._wallet
        )
        self._claims.append(claim["id"])

    def _confirm(self) -> None:
        body = {"claim": self._claims.pop(0)}
        self._ask("POST", "/api/v1/wallet/payments", body, secret=self._wallet)

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        secret: str | None = None,
    ) -> dict[str, Any]:
        path, _, query = path.partition("?")
        content = json.dumps(body).encode() if body else b""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": settings.PUBLIC_HOST,
            "SERVER_PORT": "80",
            "HTTP_HOST": settings.PUBLIC_HOST,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
        }
        if body:
            environ |= {
                "CONTENT_TYPE": "application/json",
                "CONTENT_LENGTH": str(len(content)),
                "HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4()),
            }
        if secret == "":
            pairs = [f"{name}={value}" for name, value in self._cookies.items()]
            environ["HTTP_COOKIE"] = "; ".join(pairs)
        else:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {secret or self._till}"
        said: list[str] = []
        answer = b"".join(application(environ, lambda status, *_: said.append(status)))  # type: ignore[arg-type]
        if not said[0].startswith("20"):
            raise SystemExit(f"{method} {path} was answered {said[0]}: {answer[:500]!r}")
        return json.loads(answer) if path.startswith("/api/") else {}


def main() -> None:
    """Answer what is asked, until standard input ends."""
    caller = Caller(json.loads(Path(sys.argv[1]).read_text()))
    connection.ensure_connection()
    backend: Any = connection.connection
    times = Path(f"/proc/{backend.info.backend_pid}/schedstat")
    # The requests have the one connection that there is.
    close_old_connections()
    print(" ".join(caller.calls), flush=True)
    for line in sys.stdin:
        call = caller.calls[line.strip()]
        before = read_ns(times)
        for _ in range(_TIMES):
            call()
            close_old_connections()
        print((read_ns(times) - before) / _TIMES / 1e6, flush=True)


def read_ns(times: Path) -> int:
    """Return the nanoseconds that a process has run."""
    return int(times.read_text().split()[0])


if __name__ == "__main__":
    main()
