"""What the ledger does in the background, and a busy store's balance before and after it.

    upkeep.py checkpoints|seals

Run by the benchmark in a process of its own, with the settings, on a filled database; prints
as JSON how many milliseconds each thing took each time.
"""

import json
import sys
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import django

django.setup()

from ledger.checkpoints import take_checkpoints  # noqa: E402  settings come first
from ledger.period_close import close_period  # noqa: E402
from ledger.posting import post_transfers  # noqa: E402
from ledger.queries import sum_balance  # noqa: E402
from ledger.seals import seal_ledger  # noqa: E402
from ledger.transfers import NewTransfer  # noqa: E402

_TIMES = 5
_WALLET = UUID("00000000-0000-4000-8000-000000000001")
_STORE = UUID("00000000-0000-4000-9000-000000000001")
_TAIL = 8000


def measure_checkpoints() -> dict[str, list[float]]:
    """Measure the largest store's balance, and checkpoints of all history and of its tail."""
    before = [take_time(lambda: sum_balance(_STORE)) for _ in range(_TIMES)]
    summed_minor = sum_balance(_STORE)
    closes = [take_time(close_period) for _ in range(_TIMES)]
    first = [take_time(take_checkpoints)]
    after = [take_time(lambda: sum_balance(_STORE)) for _ in range(_TIMES)]
    assert sum_balance(_STORE) == summed_minor
    later = []
    for _ in range(_TIMES):
        post_tail()
        later.append(take_time(take_checkpoints))
    return {
        "hot_balance": before,
        "hot_balance_checkpointed": after,
        "close_period": closes,
        "checkpoints_first": first,
        "checkpoints_tail": later,
    }


def measure_seals() -> dict[str, list[float]]:
    """Measure the sealing of all history, and of what came since."""
    first = [take_time(seal_ledger)]
    later = []
    for _ in range(_TIMES):
        post_tail()
        later.append(take_time(seal_ledger))
    return {"seal_first": first, "seal_tail": later}


def post_tail() -> None:
    """Post what a checkpoint and a seal are then about."""
    results = post_transfers(
        [
            NewTransfer(
                id=uuid4(),
                debit_account_id=_WALLET,
                credit_account_id=_STORE,
                amount_minor=1,
                currency="EUR",
                kind="capture",
                reference="A-17",
            )
            for _ in range(_TAIL)
        ]
    )
    assert results == ["created"] * _TAIL


def take_time(do: Callable[[], object]) -> float:
    """Return the milliseconds it takes."""
    began = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    measures = {"checkpoints": measure_checkpoints, "seals": measure_seals}
    print(json.dumps(measures[sys.argv[1]]()))
