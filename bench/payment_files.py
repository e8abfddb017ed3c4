"""How fast a run of payouts is written and checked, beside sepaxml alone in the same rounds.

    python bench/payment_files.py            a table; about a minute
    python bench/payment_files.py --quick    one round of a tenth, for trying

bench/README.md tells what is measured. Uses no server and keeps no result.
"""

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
for _name in ("SECRET_KEY", "PIN_PEPPER"):
    os.environ.setdefault(_name, "for-the-benchmark-only")
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@/none")
os.environ.setdefault("REDIS_URL", "unix:///nonexistent")

import django  # noqa: E402  the settings come first

django.setup()

from sepaxml import SepaTransfer  # noqa: E402

from banking.models import BankAccount, Order, PaymentFile  # noqa: E402  after setup
from banking.payment_files import build_document, write_checked  # noqa: E402

_ORDERS, _ROUNDS = 10_000, 5
_IBAN, _NAME = "DE89370400440532013000", "Bäckerei Müller & Söhne"
_DAY = date(2026, 11, 30)


def main() -> int:
    """Measure, print a line for each, and fail if ours takes more than twice sepaxml's time."""
    is_quick = "--quick" in sys.argv
    count, rounds = (_ORDERS // 10, 1) if is_quick else (_ORDERS, _ROUNDS)
    file, account, orders = plan_run(count)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(measure(lambda: write_ours(file, account, orders)))
        theirs.append(measure(lambda: write_theirs(count)))
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"{count:,} payouts, medians of {rounds}")
    print(f"payment_file          {statistics.median(ours):8.2f} s   written and checked")
    print(f"payment_file_sepaxml  {statistics.median(theirs):8.2f} s   written, not checked")
    print(f"ratio                 {ratio:8.2f}     target 2")
    return 0 if ratio <= 2 else 1


def plan_run(count: int) -> tuple[PaymentFile, BankAccount, list[Order]]:
    """Return a run as its rows would be read."""
    account = BankAccount(
        iban=_IBAN, holder="Tessera Geld GmbH", town="Köln", country="DE", currency="EUR"
    )
    orders = [
        Order(
            currency="EUR",
            amount_minor=100 + number,
            creditor_name=f"{_NAME} {number}",
            creditor_iban=_IBAN,
            street="Am Kai",
            building_number="3",
            postcode="50667",
            town="Köln",
            country="DE",
            remittance=f"Settlement ST-{number:04} {uuid.uuid4().hex[:26].upper()}",
        )
        for number in range(count)
    ]
    file = PaymentFile(
        account=account,
        execute_on=_DAY,
        orders_count=count,
        total_minor=sum(order.amount_minor for order in orders),
        created_at=datetime(2026, 11, 30, tzinfo=UTC),
    )
    return file, account, orders


def write_ours(file: PaymentFile, account: BankAccount, orders: list[Order]) -> None:
    """Write a file as a release does, without reading its rows."""
    write_checked(build_document(file, account, orders))


def write_theirs(count: int) -> None:
    """Write such a file with sepaxml, in one block, without its own check of the schema."""
    config = {
        "name": "Tessera Geld GmbH",
        "IBAN": _IBAN,
        "batch": True,
        "currency": "EUR",
        "address": {"country": "DE", "town": "Köln"},
    }
    transfer = SepaTransfer(config, schema="pain.001.001.09", clean=True)
    for number in range(count):
        transfer.add_payment(
            {
                "name": f"{_NAME} {number}",
                "IBAN": _IBAN,
                "amount": 100 + number,
                "execution_date": _DAY,
                "description": f"Settlement ST-{number:04}",
                "endtoend_id": uuid.uuid4().hex,
                "address": {
                    "street_name": "Am Kai",
                    "building_number": "3",
                    "postcode": "50667",
                    "town": "Köln",
                    "country": "DE",
                },
            }
        )
    transfer.export(validate=False)


def measure(work: Callable[[], None]) -> float:
    """Return the seconds that a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
