"""Signed reports of safeguarding, each with a Merkle sum tree over all that is owed.

A report is of a closed instant: every transfer up to it is in it, and no later one, so that its
totals can be proved from the ledger for ever. docs/safeguarding.md explains it.
"""

import json
import logging
import secrets
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from banking.models import SafeguardBlock, SafeguardCheck, SafeguardReport
from banking.safeguarding import list_currencies
from banking.sum_tree import Block, Builder, Leaf, Node
from ledger.audit.canonical import NO_HASH, write_instant, write_object
from ledger.database_source import DatabaseSource
from ledger.period_close import close_period
from ledger.transactions import in_one_transaction
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from qr.signed import load_key, write_jwk

logger = logging.getLogger(__name__)

REPORT_FORMAT = "tessera-safeguarding-1"
PARTS = 2
_FETCHED = 4_000
_KEPT_AT_ONCE = 64
_LOCK = 0x5AFE
# The bank's other work waits meanwhile, and the next sweep tries again.
_PATIENCE_S = 2
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
# One statement, so that all of it is of one snapshot: the first row has the figures, the others
# are the parts of what each holder is owed, in the order of the tree. A part that shops owe us
# counts as zero, and apart.
_READ = """
    WITH since AS (
        SELECT account, sum(minor) AS minor FROM (
            SELECT debit_account_id AS account, -amount_minor AS minor FROM ledger_transfer
             WHERE posted_at > %(until)s AND phase IN ('single', 'post')
               AND currency = %(currency)s
             UNION ALL
            SELECT credit_account_id, amount_minor FROM ledger_transfer
             WHERE posted_at > %(until)s AND phase IN ('single', 'post')
               AND currency = %(currency)s) moved
         GROUP BY account
    ), balances AS MATERIALIZED (
        SELECT a.id, a.kind, CASE WHEN a.may_go_negative
                                  THEN ledger_sum_balance(a.id, %(until)s)
                                  ELSE a.balance_minor - coalesce(s.minor, 0) END AS minor
          FROM ledger_account a LEFT JOIN since s ON s.account = a.id
         WHERE a.currency = %(currency)s
    ), owed AS (
        SELECT id, greatest(minor, 0)::bigint AS minor FROM balances
         WHERE kind IN ('wallet', 'takings', 'payable')
    ), latest AS (
        SELECT DISTINCT ON (s.account_id) s.account_id, s.closing_minor, s.closed_on
          FROM banking_statement s JOIN banking_bankaccount a ON a.id = s.account_id
         WHERE a.currency = %(currency)s AND s.closing_minor IS NOT NULL
         ORDER BY s.account_id, s.closed_on DESC, s.id DESC
    ), figures AS (
        SELECT json_build_object(
            'bank', (SELECT sum(closing_minor) FROM latest),
            'day', (SELECT max(closed_on) FROM latest),
            'later', (SELECT coalesce(sum(e.amount_minor), 0) FROM banking_entry e
                        JOIN banking_bankaccount a ON a.id = e.account_id
                        JOIN ledger_transfer t ON t.id = e.id AND t.posted_at <= %(until)s
                        LEFT JOIN latest l ON l.account_id = e.account_id
                       WHERE a.currency = %(currency)s AND e.posted_at IS NOT NULL
                         AND (l.account_id IS NULL OR e.booked_on > l.closed_on)),
            'holders', (SELECT count(*) FROM owed),
            'kinds', (SELECT coalesce(json_object_agg(kind, json_build_object(
                                 'net', net, 'owed', positive)), '{}')
                        FROM (SELECT kind, sum(minor) AS net,
                                     sum(greatest(minor, 0)) AS positive
                                FROM balances GROUP BY kind) k)) AS facts
    )
    SELECT 0 AS place, ''::bytea AS key, NULL::bytea AS account, 0::smallint AS part,
           0::bigint AS minor, facts::text AS facts FROM figures
     UNION ALL
    SELECT 1, sha256(%(secret)s::bytea || uuid_send(o.id) || p.mark), uuid_send(o.id), p.part,
           o.minor, NULL
      FROM owed o CROSS JOIN (VALUES (0::smallint, '\\x00'::bytea),
                                     (1::smallint, '\\x01'::bytea)) p (part, mark)
     ORDER BY place, key
"""


@dataclass(slots=True)
class _Keeper:
    """Writes blocks some at a time, so that no report needs more memory than these."""

    report: UUID
    waiting: list[SafeguardBlock] = field(default_factory=list)

    def keep(self, block: Block) -> None:
        """Write the block, perhaps later."""
        row = SafeguardBlock(
            report_id=self.report,
            height=block.height,
            number=block.number,
            first_key=block.first_key,
            nodes=block.nodes,
        )
        self.waiting.append(row)
        if len(self.waiting) >= _KEPT_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        SafeguardBlock.objects.bulk_create(self.waiting)
        self.waiting.clear()


def make_due_reports() -> None:
    """Make the report of each currency's newest check that has none; safe to run twice.

    Closes the books up to now first. While they cannot be closed nothing is made, and the next
    sweep tries again.

    Raises:
        RuntimeError: called inside a transaction.
    """
    due = [check for currency in list_currencies() if (check := _find_due(currency))]
    if not due:
        return
    until = close_period(patience_s=_PATIENCE_S)
    if until is None or until < max(check.checked_at for check in due):
        logger.warning("No report of safeguarding yet: the books cannot be closed.")
        return
    for check in due:
        _make_alone(check, until)


def _find_due(currency: str) -> SafeguardCheck | None:
    newest = SafeguardCheck.objects.filter(currency=currency).order_by("-id").first()
    if newest is None or SafeguardReport.objects.filter(pk=newest.pk).exists():
        return None
    return newest


@in_one_transaction
def _make_alone(check: SafeguardCheck, until: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TRY_LOCK, [_LOCK])
        (is_mine,) = cursor.fetchone()
    if is_mine and not SafeguardReport.objects.filter(pk=check.pk).exists():
        make_report(check, until=until)


@transaction.atomic
def make_report(check: SafeguardCheck, *, until: datetime) -> SafeguardReport:
    """Make the report that a check asked for, up to an instant that is closed.

    Memory does not grow with the number of holders.

    Raises:
        IntegrityError: the check has its report.
        OverflowError: more is owed than 2**63.
    """
    DatabaseSource().take_time()
    secret = secrets.token_bytes(32)
    facts = {"until": until, "currency": check.currency, "secret": secret}
    keeper = _Keeper(check.id)
    builder = Builder(keeper.keep)
    rows = _read(facts)
    figures = next(rows)
    for leaf, key in rows:
        builder.add(leaf, key)
    root = builder.finish()
    # Blocks refer to the report, which is written last, because its root is known last: foreign
    # keys are checked at the commit.
    keeper.flush()
    content = _describe(check, until=until, figures=figures, count=builder.count, root=root)
    return _write(check.id, content, until=until, secret=secret)


def find_report(reference: str) -> SafeguardReport | None:
    """Find a report by its public reference."""
    try:
        return SafeguardReport.objects.filter(pk=decode_reference("sr", reference)).first()
    except PayloadInvalid:
        return None


def find_newest_report(currency: str) -> SafeguardReport | None:
    """Find a currency's newest report."""
    return SafeguardReport.objects.filter(currency=currency).order_by("-number").first()


def list_reports(currency: str, *, count_max: int) -> list[SafeguardReport]:
    """List a currency's reports, the newest first."""
    reports = SafeguardReport.objects.filter(currency=currency).order_by("-number")
    return list(reports[:count_max])


def read_content(report: SafeguardReport) -> dict[str, Any]:
    """Return what a report says, as it was signed: amounts are texts of minor units."""
    content: dict[str, Any] = json.loads(report.content)
    return content


def describe_signed(report: SafeguardReport) -> dict[str, Any]:
    """Return a report with its fingerprint and its signature (base64, empty without a key)."""
    return {
        "report": read_content(report),
        "report_hash": report.hash_hex,
        "signature": b64encode(bytes(report.signature)).decode(),
    }


def find_public_key() -> tuple[str, str] | None:
    """Return the id and the public half (base64url) of the key that signs; None without one."""
    if not settings.SIGNING_KEY:
        return None
    jwk = write_jwk(load_key(settings.SIGNING_KEY).public_key())
    return jwk["kid"], jwk["x"]


def _read(facts: dict[str, Any]) -> Iterator[Any]:
    """Yield the figures, and then each leaf with its key."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_READ, facts)
        *_, figures = cursor.fetchone()
        yield json.loads(figures)
        while rows := cursor.fetchmany(_FETCHED):
            for _, key, account, part, minor, _ in rows:
                share = split(facts["secret"], bytes(account), minor)
                mine = share if part == 0 else minor - share
                yield Leaf(bytes(account), part, mine), bytes(key)


def split(secret: bytes, account: bytes, minor: int) -> int:
    """Return an account's first part, by chance between nothing and all; the other is the rest.

    Two leaves in different places show their neighbours a part alone, never a balance.
    """
    chance = sha256(secret + account + b"\x02").digest()
    return int.from_bytes(chance[:16]) % (minor + 1)


def _describe(
    check: SafeguardCheck, *, until: datetime, figures: dict[str, Any], count: int, root: Node
) -> dict[str, str | int | None]:
    net, owed = _Kinds(figures, "net"), _Kinds(figures, "owed")
    shops = owed["takings"] + owed["payable"]
    below_zero = shops - net["takings"] - net["payable"]
    bank = figures["bank"]
    difference = None if bank is None else bank - net["safeguard"] + figures["later"]
    assert root.sum == owed["wallet"] + shops, "the tree's sum is what is owed"
    assert count == figures["holders"] * PARTS, "every holder has all parts"
    before = find_newest_report(check.currency)
    key = find_public_key()
    return {
        "bank_day": figures["day"],
        "bank_minor": None if bank is None else str(bank),
        "currency": check.currency,
        "difference_minor": None if difference is None else str(difference),
        "fees_minor": str(net["fee_income"]),
        "format": REPORT_FORMAT,
        "key": None if key is None else key[0],
        "later_minor": str(figures["later"]),
        "leaf_count": count,
        "number": 1 if before is None else before.number + 1,
        "previous_hash": NO_HASH if before is None else before.hash_hex,
        "root": root.hash.hex(),
        "shops_minor": str(shops),
        "shops_owe_minor": str(net["receivable"] + below_zero),
        "suspense_minor": str(net["suspense"]),
        "total_minor": str(root.sum),
        "transit_minor": str(net["transit"]),
        "until": write_instant(str(until.astimezone(UTC))),
        "wallets_minor": str(owed["wallet"]),
    }


class _Kinds(dict[str, int]):
    """The sums of the kinds of account; a kind without accounts has nothing."""

    def __init__(self, figures: dict[str, Any], sums: str) -> None:
        super().__init__({kind: both[sums] for kind, both in figures["kinds"].items()})

    def __missing__(self, kind: str) -> int:
        return 0


def _write(
    report_id: UUID, content: dict[str, Any], *, until: datetime, secret: bytes
) -> SafeguardReport:
    text = write_object(content)
    signature = load_key(settings.SIGNING_KEY).sign(text) if content["key"] else b""
    difference = content["difference_minor"]
    return SafeguardReport.objects.create(
        id=report_id,
        currency=content["currency"],
        number=content["number"],
        until=until,
        wallets_minor=int(content["wallets_minor"]),
        shops_minor=int(content["shops_minor"]),
        shops_owe_minor=int(content["shops_owe_minor"]),
        difference_minor=None if difference is None else int(difference),
        leaf_count=content["leaf_count"],
        root=bytes.fromhex(content["root"]),
        content=text.decode(),
        hash=sha256(text).digest(),
        signature=signature,
        secret=secret,
    )
