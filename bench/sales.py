"""The clients' work: whole checkouts, confirmations alone, waiting for notifications."""

import itertools
import random
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from figures import Sample
from load import Answer, Asking, Connection, EventStream, Script, Unexpected, ask

_TURNS_MAX = 20
_PHONES_EACH_MAX = 8


@dataclass(frozen=True, slots=True)
class Shopping:
    """One client: a till of its own, and the phones that take turns at it."""

    port: int
    till: Connection
    till_token: str
    phones: list[Connection]
    turns: Iterator[Connection]

    def next_phone(self) -> Connection:
        """Return whose turn it is to pay."""
        return next(self.turns)

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in (self.till, *self.phones):
            connection.close()


def open_shopping(port: int, secrets: dict[str, list[str]], *, clients: int) -> list[Shopping]:
    """Connect the clients: to each its till, and every so manyth wallet."""
    shopping = []
    for number, till in enumerate(secrets["tills"][:clients]):
        mine = secrets["wallets"][number::clients][:_PHONES_EACH_MAX]
        phones = [Connection(port, wallet) for wallet in mine]
        shopping.append(
            Shopping(port, Connection(port, till), till, phones, itertools.cycle(phones))
        )
    return shopping


def check_out(shopping: Shopping, sample: Sample, *, until: Callable[[], bool]) -> Script:
    """Sell, claim, confirm, and look at the till until it says captured; again and again."""
    while not until():
        began = time.perf_counter()
        phone = shopping.next_phone()
        charge_id, claim_id = yield from _claim(shopping, phone)
        _send_confirmation(phone, claim_id)
        yield from ask(phone, 201)
        yield from _look_until_captured(shopping.till, charge_id)
        sample.took_s.append(time.perf_counter() - began)


def claim_many(shopping: Shopping, claims: list[tuple[Connection, str]], count: int) -> Script:
    """Make claimed charges that only have to be confirmed."""
    for _ in range(count):
        phone = shopping.next_phone()
        _, claim_id = yield from _claim(shopping, phone)
        claims.append((phone, claim_id))


def confirm_many(claims: list[tuple[Connection, str]], sample: Sample) -> Script:
    """Confirm what was claimed, one after the other."""
    for phone, claim_id in claims:
        began = time.perf_counter()
        _send_confirmation(phone, claim_id)
        yield from ask(phone, 201)
        sample.took_s.append(time.perf_counter() - began)


def wait_to_be_told(shopping: Shopping, sample: Sample, *, until: Callable[[], bool]) -> Script:
    """Measure from the confirmation's sending to the event on the charge's own stream."""
    while not until():
        phone = shopping.next_phone()
        shopping.till.post("charges", _draw_charge(), key=str(uuid.uuid4()))
        charge = (yield from ask(shopping.till, 201)).read()
        stream = EventStream(shopping.port, shopping.till_token)
        stream.get(f"charges/{charge['id']}/events")
        yield from _hear(stream, b"hello")
        phone.post("wallet/claims", {"payload": charge["link"]}, key=str(uuid.uuid4()))
        claim_id = (yield from ask(phone, 201)).read()["id"]
        # The claim is told as well; only then is the next event the payment's.
        yield from _hear(stream, b"changed")
        began = time.perf_counter()
        _send_confirmation(phone, claim_id)
        yield from _hear(stream, b"changed")
        sample.took_s.append(time.perf_counter() - began)
        yield from ask(phone, 201)
        shopping.till.get(f"charges/{charge['id']}")
        seen = (yield from ask(shopping.till, 200)).read()
        stream.close()
        if seen["status"] != "captured":
            raise Unexpected(f"the till was told before it was true: {seen}")


def _claim(
    shopping: Shopping, phone: Connection
) -> Generator[Connection, Answer, tuple[str, str]]:
    shopping.till.post("charges", _draw_charge(), key=str(uuid.uuid4()))
    charge = (yield from ask(shopping.till, 201)).read()
    phone.post("wallet/claims", {"payload": charge["link"]}, key=str(uuid.uuid4()))
    claim = (yield from ask(phone, 201)).read()
    return charge["id"], claim["id"]


def _send_confirmation(phone: Connection, claim_id: str) -> None:
    phone.post("wallet/payments", {"claim": claim_id}, key=str(uuid.uuid4()))


def _look_until_captured(till: Connection, charge_id: str) -> Asking:
    for _ in range(_TURNS_MAX):
        till.get(f"charges/{charge_id}")
        answer = yield from ask(till, 200)
        if answer.read()["status"] == "captured":
            return answer
    raise Unexpected(f"{charge_id} was confirmed and is not captured")


def _hear(stream: EventStream, name: bytes) -> Asking:
    answer = yield stream
    if answer.body != name:
        raise Unexpected(f"the stream said {answer.body!r} instead of {name!r}")
    return answer


def _draw_charge() -> dict[str, object]:
    # Below the limit of a single payment without PIN.
    amount = {"amount_minor": random.randint(100, 2500), "currency": "EUR"}
    return {"amount": amount, "reference": "bench"}
