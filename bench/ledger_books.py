"""Proves the ledger's own invariants, for bench/ledger.py: its captures have no charges.

Run in a process of its own, with the settings; the exit code is 1 when one does not hold.
"""

import sys

import django

django.setup()

from ledger.invariants import books, chart  # noqa: E402  settings come first
from ledger.invariants.runner import prove, read_one_moment  # noqa: E402


def main() -> int:
    """Print each invariant that is broken; 1 if there is one."""
    with read_one_moment() as cursor:
        verdicts = [
            prove(invariant, cursor=cursor)
            for invariant in (*books.INVARIANTS, *chart.INVARIANTS)
        ]
    broken = [verdict for verdict in verdicts if verdict.offending is not None]
    for verdict in broken:
        print(f"BROKEN  {verdict}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
