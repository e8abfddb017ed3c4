"""Payments over many connections of one process, by psycopg's own layer over libpq.

As many Python processes as connections would mostly measure each other: on two cores they
cost more processor time than the server's work. This costs a tenth of it.
"""

import selectors
import time
from collections.abc import Callable

from figures import Sample
from load import Unexpected
from payers import Load
from psycopg import pq

_POST_ONE = b"SELECT result FROM ledger_post_transfer($1, $2, $3, $4, $5, $6, $7)"
_UUID, _BIGINT, _TEXT = 2950, 20, 25
_TYPES = [_UUID, _UUID, _UUID, _BIGINT, _TEXT, _TEXT, _TEXT]
_NAME = b"post_one"
_SILENCE_MAX_S = 15.0


class _Payer:
    """One connection: sends a payment, and the next one once it is answered."""

    def __init__(self, url: str, load: Load) -> None:
        self._load = load
        self._sent_at = 0.0
        self.connection = pq.PGconn.connect(url.encode())
        prepared = self.connection.prepare(_NAME, _POST_ONE, _TYPES)
        if prepared.status != pq.ExecStatus.COMMAND_OK:
            raise Unexpected(self.connection.get_error_message())
        self.connection.nonblocking = 1

    def send(self) -> None:
        (transfer,) = self._load.draw()
        self._sent_at = time.perf_counter()
        self.connection.send_query_prepared(
            _NAME,
            [
                *(transfer.id.bytes, transfer.debit_account_id.bytes),
                *(transfer.credit_account_id.bytes, transfer.amount_minor.to_bytes(8, "big")),
                *(transfer.currency.encode(), transfer.kind.encode()),
                transfer.reference.encode(),
            ],
            [pq.Format.BINARY] * len(_TYPES),
        )
        self.connection.flush()

    def receive(self) -> float | None:
        self.connection.consume_input()
        if self.connection.is_busy():
            return None
        result = self.connection.get_result()
        if result is None or result.get_value(0, 0) != b"created":
            raise Unexpected(f"the ledger answered {result and result.error_message!r}")
        while self.connection.get_result() is not None:
            pass
        return time.perf_counter() - self._sent_at


def run_prepared(
    url: str, load: Load, *, seconds: float, read_cpu: Callable[[], dict[str, float]]
) -> Sample:
    """Post by `load.threads` connections at once, each with its statement prepared.

    Raises:
        Unexpected: a payment was answered other than `created`, or not at all.
    """
    payers = [_Payer(url, load) for _ in range(load.threads)]
    took_s: list[float] = []
    before, mine_s, began = read_cpu(), time.process_time(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for payer in payers:
            selector.register(payer.connection.socket, selectors.EVENT_READ, payer)
            payer.send()
        while selector.get_map():
            ready = selector.select(timeout=_SILENCE_MAX_S)
            if not ready:
                raise Unexpected(f"no answer within {_SILENCE_MAX_S:.0f} s")
            for key, _ in ready:
                took = key.data.receive()
                if took is None:
                    continue
                took_s.append(took)
                if time.perf_counter() - began < seconds:
                    key.data.send()
                else:
                    selector.unregister(key.data.connection.socket)
    elapsed_s, mine_s = time.perf_counter() - began, time.process_time() - mine_s
    for payer in payers:
        payer.connection.finish()
    cpu_s = {name: spent - before[name] for name, spent in read_cpu().items()}
    return Sample(took_s, elapsed_s, cpu_s=cpu_s | {"load": mine_s})
