"""The report of `bench/safeguarding.py`, in a process of its own: so its memory is its own."""

import json
import os
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402  the path comes first

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from banking.models import BankAccount, SafeguardReport  # noqa: E402
from banking.safeguard_proofs import find_share  # noqa: E402
from banking.safeguard_reports import make_due_reports  # noqa: E402
from banking.safeguarding import check_safeguarding  # noqa: E402
from ledger.models import Account  # noqa: E402

_PROOFS = 100


def main() -> int:
    """Make the report and some proofs; print what they took."""
    BankAccount.objects.create(
        iban="DE89370400440532013000",
        holder="Tessera Geld GmbH",
        town="Köln",
        country="DE",
        currency="EUR",
        is_in_use=True,
    )
    check_safeguarding("EUR")
    before_mb, began, cpu = read_mb(), time.perf_counter(), time.process_time()
    make_due_reports()
    made_s, made_cpu_s = time.perf_counter() - began, time.process_time() - cpu
    report = SafeguardReport.objects.get()
    told = {
        "s": made_s,
        "cpu_s": made_cpu_s,
        "mb": read_mb(),
        "before_mb": before_mb,
        "leaves": report.leaf_count,
    }
    some = list(Account.objects.filter(kind="wallet").values_list("id", flat=True)[:_PROOFS])
    began = time.perf_counter()
    for account_id in some:
        find_share(report, [account_id])
    told["proof_ms"] = (time.perf_counter() - began) * 1000 / len(some)
    with CaptureQueriesContext(connection) as queries:
        find_share(report, [some[0]])
    told["proof_queries"] = len(queries)
    print(json.dumps(told))
    return 0


def read_mb() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
