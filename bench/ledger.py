"""How fast the ledger posts, beside pgbench's TPC-B and the bare SQL in the same rounds.

    python bench/ledger.py            a table; about a quarter of an hour
    python bench/ledger.py --quick    one short round, for trying
    python bench/ledger.py --json     one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on unix sockets only.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rates import FULL, QUICK, measure
from rounds import run_benchmark

if __name__ == "__main__":
    sys.exit(run_benchmark("ledger", measure, full=FULL, quick=QUICK))
