"""Whole checkouts beside wrong sign-ins, over the rate of the same checkouts alone.

    python bench/sign_ins.py            five rounds; about three minutes
    python bench/sign_ins.py --quick    two short rounds, for trying

Sales are made by 8 clients; wrong sign-ins by as many connections as the row says, each of them
sending the next one as soon as it is answered, from a process of its own.
"""

import collections
import contextlib
import http.client
import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checkout import NO_PIN, find_port, make_shops, stop_after  # noqa: E402  the path first
from figures import Sample  # noqa: E402
from load import run_scripts  # noqa: E402
from rounds import FOLDER, forget_last, say  # noqa: E402
from sales import check_out, open_shopping  # noqa: E402

from servers.stack import Stack  # noqa: E402

CLIENTS = 8
_SETTLING_S = 3
# Closed connections still count at nginx until it has let that many through.
_FORGETTING_S = 8
_AFTER_FAILURE_S = 0.5


class Attack(NamedTuple):
    """Wrong sign-ins at a page, from one address or from one for each connection."""

    path: str
    connections: int
    addresses: int = 1


ATTACKS = {
    "dashboard_c32": Attack("/dashboard/sign-in/", 32),
    "wallet_c16": Attack("/wallet/sign-in/", 16),
}
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


def try_wrongly(
    port: int, attack: Attack, *, number: int, answers: collections.Counter[str]
) -> None:
    """Sign in wrongly without end, each time as somebody else."""
    path = attack.path
    source = (f"127.0.1.{1 + number % attack.addresses}", 0)
    while True:
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=60, source_address=source
        )
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            connection.request("GET", path)
            page = connection.getresponse()
            cookie = (page.headers["Set-Cookie"] or "").partition(";")[0]
            (token,) = _TOKEN.findall(page.read())
            for turn in range(10_000):
                login = f"nobody-{number}-{turn}@shop.example"
                form = {
                    "csrfmiddlewaretoken": token.decode(),
                    "email": login,
                    "password": "wrong",
                    "login": login,
                    "pin": "000000",
                }
                head = {
                    "Cookie": cookie,
                    "Content-Type": "application/x-www-form-urlencoded",
                }
                connection.request("POST", path, urllib.parse.urlencode(form), head)
                answer = connection.getresponse()
                answer.read()
                answers[str(answer.status)] += 1
        connection.close()
        time.sleep(_AFTER_FAILURE_S)


def attack_until_told(port: int, attack: Attack) -> None:
    """Try wrong sign-ins until input ends; print the answers."""
    answers: collections.Counter[str] = collections.Counter()
    for number in range(attack.connections):
        facts = {"number": number, "answers": answers}
        threading.Thread(
            target=try_wrongly, args=(port, attack), kwargs=facts, daemon=True
        ).start()
    sys.stdin.read()
    print(json.dumps(answers))


@contextlib.contextmanager
def attacked(port: int, attack: Attack) -> Iterator[None]:
    """Run an attack in a process of its own during the block; print its answers."""
    command = [sys.executable, __file__, "attack", str(port), *map(str, attack)]
    with subprocess.Popen(  # noqa: S603  our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as attackers:
        # The first ten are let through without a wait; this is not measured.
        time.sleep(_SETTLING_S)
        try:
            yield
        finally:
            answered, _ = attackers.communicate("")
            time.sleep(_FORGETTING_S)
            say(f"    wrong sign-ins: answers {answered.strip()}")


def measure_sales(stack: Stack, secrets: dict[str, list[str]], seconds: float) -> float:
    """Return the checkouts a second."""
    shopping, sample = open_shopping(stack.port, secrets, clients=CLIENTS), Sample()
    until, began = stop_after(seconds), time.perf_counter()
    run_scripts([check_out(each, sample, until=until()) for each in shopping])
    elapsed_s = time.perf_counter() - began
    for each in shopping:
        each.close()
    return len(sample.took_s) / elapsed_s


def main(*, rounds: int, seconds: float) -> None:
    """Measure in rounds, and print medians of the ratios of each."""
    forget_last()
    rates: dict[str, list[float]] = collections.defaultdict(list)
    with Stack(FOLDER, port=find_port(), environment=NO_PIN) as stack:
        secrets = make_shops(stack)
        measure_sales(stack, secrets, seconds)
        for _ in range(rounds):
            rates["alone"].append(measure_sales(stack, secrets, seconds))
            for name, attack in ATTACKS.items():
                with attacked(stack.port, attack):
                    rates[name].append(measure_sales(stack, secrets, seconds))
            say("  " + ", ".join(f"{name} {each[-1]:.0f}/s" for name, each in rates.items()))
        stack.manage("check_books")
    for name, each in rates.items():
        ratios = [rate / alone for rate, alone in zip(each, rates["alone"], strict=True)]
        print(f"{name:16} {median(each):6.1f}/s {median(ratios):6.2f} x alone")


if __name__ == "__main__":
    if sys.argv[1:2] == ["attack"]:
        attack_until_told(
            int(sys.argv[2]), Attack(sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
        )
    elif "--quick" in sys.argv:
        main(rounds=2, seconds=4)
    else:
        main(rounds=5, seconds=10)
