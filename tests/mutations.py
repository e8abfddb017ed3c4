"""Break each rule of money in turn and see that a test catches it; not part of the suite.

    python -m tests.mutations              # all of them
    python -m tests.mutations "fee" "lock" # those whose names hold one of these words

Each rule is broken in a copy of the checkout by replacing one piece of text, which must be
there exactly once. The tests that should catch it are named, so that a rule costs seconds.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
# Kept beside the checkout's own, so that nothing of it is disturbed.
_LEFT_OUT = (".git", ".venv", ".tessera", "__pycache__", "staticfiles", ".mypy_cache")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule, the text that holds it, what breaks it, and the tests that should notice."""

    rule: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "refund cap",
        "pos/refunds.py",
        "if not 0 < amount_minor <= charge.refundable_minor:",
        "if not 0 < amount_minor <= charge.amount_minor:",
        ("tests/flows/test_refunds.py",),
    ),
    Mutation(
        "refund lock",
        "pos/refunds.py",
        "charge = Charge.objects.select_for_update(no_key=True).get(pk=charge_id)",
        "charge = Charge.objects.get(pk=charge_id)",
        ("tests/races/test_refunds.py",),
    ),
    Mutation(
        "refund window",
        "pos/refunds.py",
        "if charge.captured_at < charge.read_at - timedelta(days=settings.REFUND_WINDOW_DAYS):",
        "if charge.captured_at > charge.read_at:",
        ("tests/flows/test_refunds.py",),
    ),
    Mutation(
        "refund from empty takings",
        "pos/refunds.py",
        "is_short = sum_takings(balance, charge.store_id) < refund.amount_minor",
        "is_short = False",
        ("tests/flows/test_refunds.py",),
    ),
    Mutation(
        "frozen wallet",
        "wallet/sql/confirm_charge.sql",
        "WHEN wallet.frozen_at IS NOT NULL THEN",
        "WHEN wallet.frozen_at = 'infinity' THEN",
        ("tests/flows/test_freeze.py",),
    ),
    Mutation(
        "limit of a day",
        "wallet/sql/passes_limit.sql",
        "           > day_max",
        "           > day_max + amount",
        ("tests/flows/test_limits.py",),
    ),
    Mutation(
        "limit of a year",
        "wallet/sql/passes_limit.sql",
        "span => interval '365 days')",
        "span => interval '1 day')",
        ("tests/flows/test_limits.py",),
    ),
    Mutation(
        "limit of all",
        "wallet/sql/passes_limit.sql",
        "IF NOT FOUND OR total > ever_max THEN",
        "IF NOT FOUND OR wallet.paid_minor > ever_max THEN",
        ("tests/flows/test_limits.py",),
    ),
    Mutation(
        "running total",
        "wallet/sql/confirm_charge.sql",
        "SET paid_minor = w.paid_minor + amount,",
        "SET paid_minor = w.paid_minor,",
        ("tests/flows/test_limits.py", "tests/wallet/test_invariants.py"),
    ),
    Mutation(
        "room's lock",
        "wallet/tiers.py",
        "     ORDER BY w.id FOR NO KEY UPDATE OF w",
        "     ORDER BY w.id",
        ("tests/races/test_limits.py",),
    ),
    Mutation(
        "freeze of all wallets",
        "wallet/freezing.py",
        "    return Wallet.objects.filter(user=wallet.user_id)",
        "    return Wallet.objects.filter(pk=wallet.pk)",
        ("tests/flows/test_currencies.py",),
    ),
    Mutation(
        "capture's clock",
        "pos/sql/capture_charge.sql",
        "OR ends_at <= clock_timestamp() THEN",
        "OR ends_at IS NULL THEN",
        ("tests/races/test_stops.py",),
    ),
    Mutation(
        "capture's deadline",
        "pos/sql/capture_charge.sql",
        "deadline => ends_at",
        "deadline => 'infinity'",
        ("tests/races/test_endings.py",),
    ),
    Mutation(
        "lease's length",
        "pos/sql/lease_charge.sql",
        "THEN least(at + lease, expires_at) ELSE at + lease END",
        "THEN expires_at ELSE expires_at END",
        ("tests/flows/test_claims.py",),
    ),
    Mutation(
        "extension's end",
        "pos/transitions.py",
        "least(expires_at + %(life)s, created_at + %(most)s)",
        "expires_at + %(life)s",
        ("tests/flows/test_cancel.py", "tests/flows/test_clocks.py"),
    ),
    Mutation(
        "overdraft against holds",
        "ledger/sql/post_transfer.sql",
        "d.balance_minor - d.held_minor >= post.amount",
        "d.balance_minor >= post.amount",
        ("tests/ledger/test_two_phase.py", "tests/ledger/test_model.py"),
    ),
    Mutation(
        "overdraft against holds, judged alone",
        "ledger/sql/would_overdraw.sql",
        "account.balance_minor - account.held_minor >= amount",
        "account.balance_minor >= amount",
        ("tests/ledger/test_two_phase.py", "tests/ledger/test_model.py"),
    ),
    Mutation(
        "lock order",
        "ledger/sql/post_transfer.sql",
        "ORDER BY a.id FOR NO KEY UPDATE",
        "ORDER BY a.id = debit FOR NO KEY UPDATE",
        ("tests/races/test_opposite_pairs.py",),
    ),
    Mutation(
        "fee rounding",
        "merchants/sql/calculate_fee.sql",
        "amount * bps / 10000 % 2 = 1",
        "true",
        ("tests/merchants/test_fees.py",),
    ),
    Mutation(
        "settled lines taken again",
        "merchants/settlement.py",
        "WHERE balance_id = %s AND settlement_id IS NULL AND at < %s",
        "WHERE balance_id = %s AND at < %s",
        ("tests/flows/test_settlements.py",),
    ),
    Mutation(
        "payout minimum",
        "merchants/payouts.py",
        "net_minor >= max(merchant.payout_min_minor, 1)",
        "net_minor >= 1",
        ("tests/flows/test_settlements.py", "tests/merchants"),
    ),
    Mutation(
        "no-PIN sum",
        "wallet/sql/confirm_charge.sql",
        "sum_max > 0 AND wallet.no_pin_minor + amount > sum_max",
        "false",
        ("tests/races/test_wallets.py",),
    ),
    Mutation(
        "no-PIN count",
        "wallet/sql/confirm_charge.sql",
        "OR count_max > 0 AND wallet.no_pin_count >= count_max)",
        ")",
        ("tests/races/test_wallets.py",),
    ),
    Mutation(
        "its reset",
        "wallet/sql/confirm_charge.sql",
        "SET no_pin_count = 0, no_pin_minor = 0",
        "SET no_pin_count = no_pin_count",
        ("tests/flows/test_confirm.py", "tests/wallet/test_limits.py"),
    ),
    Mutation(
        "the counter code's cap",
        "wallet/counter_payments.py",
        "if amount_minor > left_minor:",
        "if amount_minor > code.cap_minor:",
        ("tests/flows/test_counter_caps.py",),
    ),
    Mutation(
        "payment code's lock",
        "wallet/payment_codes.py",
        'PaymentCodeSeed.objects.select_for_update(of=("self",), no_key=True)',
        "PaymentCodeSeed.objects",
        ("tests/races/test_codes.py",),
    ),
    Mutation(
        "cancel after expiry",
        "pos/transitions.py",
        'ChargeStatus.CANCELED,\n    "charge.canceled",\n    limits=(IN_TIME,),',
        'ChargeStatus.CANCELED,\n    "charge.canceled",',
        ("tests/flows/test_cancel.py",),
    ),
    Mutation(
        "a live result code renamed",
        "ledger/sql/write_transfer.sql",
        "THEN 'credit_account_closed'",
        "THEN 'credit_account_shut'",
        ("tests/ledger/test_posting.py",),
    ),
    Mutation(
        "order booked once",
        "banking/orders.py",
        "is_booked = _move(order, to=OrderStatus.BOOKED, of=OUT)\n    if not is_booked and",
        "is_booked = _move(order, to=OrderStatus.BOOKED, of=tuple(OrderStatus))\n"
        "    if not is_booked and",
        ("tests/banking/test_orders.py",),
    ),
    Mutation(
        "order canceled in a draft alone",
        "banking/orders.py",
        "if file.status != FileStatus.DRAFT:",
        "if file.status == FileStatus.CANCELED:",
        ("tests/banking/test_orders.py",),
    ),
    Mutation(
        "order's draft locked",
        "banking/orders.py",
        "file = PaymentFile.objects.select_for_update(no_key=True).get(pk=order.file_id)",
        "file = PaymentFile.objects.get(pk=order.file_id)",
        ("tests/races/test_orders.py",),
    ),
    Mutation(
        "order followed for its own subject",
        "banking/orders.py",
        "pk=follows_id, kind=new.kind, subject=new.subject, status__in=OVER",
        "pk=follows_id, status__in=OVER",
        ("tests/banking/test_orders.py",),
    ),
    Mutation(
        "order refused as seen before",
        "banking/reports.py",
        "return AnswerStatus.UNKNOWN if said.code in SEEN_BEFORE else AnswerStatus.REFUSED",
        "return AnswerStatus.REFUSED",
        ("tests/banking/test_reports.py",),
    ),
    Mutation(
        "order's run released by a second person",
        "banking/runs.py",
        "if not can_release(draft, by):",
        "if needs_second_person(draft) and draft.created_by_id == by.pk:",
        ("tests/banking/test_payment_files.py",),
    ),
    Mutation(
        "bank account's second person",
        "merchants/payout_accounts.py",
        "if are_one_person(account.asked_by, by):",
        "if account.asked_by_id == by.pk:",
        ("tests/merchants/test_payout_accounts.py",),
    ),
    Mutation(
        "bank account decided once",
        "merchants/payout_accounts.py",
        "filter(pk=account.pk, withdrawn_at=None, counts_from__gt=Now())",
        "filter(pk=account.pk, counts_from__gt=Now())",
        ("tests/merchants/test_payout_accounts.py",),
    ),
    Mutation(
        "safeguard report counts no debt",
        "banking/safeguard_reports.py",
        "SELECT id, greatest(minor, 0)::bigint AS minor FROM balances",
        "SELECT id, abs(minor)::bigint AS minor FROM balances",
        ("tests/banking/test_safeguard_reports.py",),
    ),
    Mutation(
        "safeguard report of an instant",
        "banking/safeguard_reports.py",
        "ELSE a.balance_minor - coalesce(s.minor, 0) END AS minor",
        "ELSE a.balance_minor END AS minor",
        ("tests/banking/test_safeguard_reports.py",),
    ),
    Mutation(
        "safeguard tree commits to both sums",
        "banking/sum_tree.py",
        "left.hash + left.sum.to_bytes(8) + right.hash + right.sum.to_bytes(8)",
        "left.hash + total.to_bytes(8) + right.hash",
        ("tests/banking/test_safeguard_reports.py",),
    ),
    Mutation(
        "top-up told once",
        "banking/booking.py",
        "WHERE id = ANY (%s) AND arrived_at IS NULL\n    RETURNING",
        "WHERE id = ANY (%s)\n    RETURNING",
        ("tests/flows/test_bank_letters.py",),
    ),
    Mutation(
        "fee by the rule of its instant",
        "pos/sql/capture_charge.sql",
        "merchants_find_fee(merchant => claimed.merchant_id, at => paid_at)",
        "merchants_find_fee(merchant => claimed.merchant_id, at => claimed.created_at)",
        ("tests/flows/test_shop_fees.py",),
    ),
    Mutation(
        "fee rule agreed before it is read",
        "merchants/sql/find_fee.sql",
        "r.agreed_at IS NOT NULL AND ",
        "",
        ("tests/flows/test_shop_fees.py",),
    ),
    Mutation(
        "two people agree",
        "identity/agreements.py",
        "if any(are_one_person(each, by) for each in (wish.asked_by, *about)):",
        "if wish.asked_by_id == by.pk:",
        ("tests/flows/test_shop_fees.py", "tests/flows/test_adjustments.py"),
    ),
    Mutation(
        "agreed or withdrawn once",
        "identity/agreements.py",
        "if not list_open(among).filter(pk=wish.pk).update(agreed_by=by, agreed_at=Now()):",
        "if not among.filter(pk=wish.pk).update(agreed_by=by, agreed_at=Now()):",
        ("tests/flows/test_adjustments.py", "tests/races/test_agreements.py"),
    ),
    Mutation(
        "adjustment's limit",
        "banking/adjustments.py",
        "if new.about is None and new.amount_minor > most_minor:",
        "if new.about is None and new.amount_minor > 2 * most_minor:",
        ("tests/flows/test_adjustments.py",),
    ),
    Mutation(
        "taken back as far as there is money",
        "banking/adjustments.py",
        "min(lock_account(row.debit_account_id), row.amount_minor)",
        "row.amount_minor",
        ("tests/flows/test_adjustments.py",),
    ),
    Mutation(
        "adjusted once in settlements",
        "merchants/queries.py",
        'return sum_moved(balance.payable_account_id) - int(settled["total"])',
        "return sum_moved(balance.payable_account_id)",
        ("tests/flows/test_adjustments.py",),
    ),
    Mutation(
        "operators made by two",
        "console/sql/carry_out_change.sql",
        "(NOT wish.is_alone OR cardinality(active) > 1)",
        "false",
        ("tests/flows/test_operator_pages.py",),
    ),
    Mutation(
        "parts of a large sum are large",
        "console/second_looks.py",
        "if abs(row.entry.amount_minor) <= find",
        "if abs(row.amount_minor) <= find",
        ("tests/flows/test_second_looks.py",),
    ),
)


def main(words: list[str]) -> int:
    """Break what the words name, all without any; return how many rules nobody noticed."""
    chosen = [m for m in MUTATIONS if not words or any(word in m.rule for word in words)]
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tessera"
        shutil.copytree(_ROOT, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        for number, mutation in enumerate(chosen, 1):
            began = time.monotonic()
            caught = _try(mutation, copy)
            unnoticed += not caught
            took = time.monotonic() - began
            said = f"caught by {caught}" if caught else "NOT CAUGHT"
            _say(f"{number}/{len(chosen)} {mutation.rule}: {said} ({took:.0f} s)")
    _say(f"{len(chosen) - unnoticed} of {len(chosen)} rules are held by a test.")
    return unnoticed


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _try(mutation: Mutation, copy: Path) -> str:
    path = copy / mutation.path
    text = path.read_text()
    if text.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.path} has not exactly once: {mutation.old}")
    path.write_text(text.replace(mutation.old, mutation.new))
    try:
        return next(_find_failures(mutation, copy), "")
    finally:
        path.write_text(text)


def _find_failures(mutation: Mutation, copy: Path) -> Iterator[str]:
    environment = os.environ | {"TESSERA_TEST_FOLDER": str(copy / ".tessera/tests")}
    for tests in mutation.tests:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for line in run.stdout.splitlines():
            if line.startswith(("FAILED tests/", "ERROR tests/")):
                yield line.partition(" - ")[0].partition(" ")[2]
        # 5: no test was found, which would be a rule without one.
        if run.returncode not in {0, 1}:
            raise SystemExit(run.stdout + run.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
