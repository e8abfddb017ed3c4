"""The bank's process: `python -m demo.bank FOLDER`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from demo.bank.bank import Bank, open_bank
from demo.bank.branch import BankClosed
from foundation.heartbeat import report_alive

_ROUND_S = 0.5
OPEN = "The bank is open."


def main() -> int:
    """Run the bank until SIGTERM or SIGINT; a round that is under way is finished first."""
    parser = argparse.ArgumentParser(prog="python -m demo.bank", description=__doc__)
    parser.add_argument("folder", type=Path, help="where it keeps its books and files")
    folder: Path = parser.parse_args().folder
    is_over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: is_over.set())
    try:
        with open_bank(folder) as bank:
            _say(OPEN)
            _run(bank, is_over)
    except BankClosed as closed:
        _say(str(closed))
        return 1
    return 0


def _run(bank: Bank, is_over: threading.Event) -> None:
    while not is_over.is_set():
        try:
            bank.run_round()
        except OSError as error:
            # A full disk, say: nothing is lost, and the next round tries again.
            _say(f"This round failed: {error}")
        report_alive()
        is_over.wait(_ROUND_S)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
