"""A little sealed history with a name for each row, and the ways to damage it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.accounts import get_or_open_house_account, open_account
from ledger.audit.canonical import TRANSFER_COLUMNS, SealHead, write_instant, write_transfer
from ledger.audit.merkle import calculate_root, hash_leaf
from ledger.audit.seal_log import Heads
from ledger.audit.source import Finding
from ledger.audit.verification import Verification
from ledger.chart import AccountKind
from ledger.checkpoints import take_checkpoints
from ledger.database_source import DatabaseSource
from ledger.models import Checkpoint, Seal, SealLeaves, Transfer
from ledger.posting import post_transfers
from ledger.seals import seal_ledger
from ledger.transfers import (
    AnyTransfer,
    NewPending,
    NewTransfer,
    PendingPost,
    PendingVoid,
)
from tests.owners import as_owner

# Switches off everything that makes PostgreSQL refuse changes, as the tables' owner may.
FREE = """
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE ledger_transfer DISABLE TRIGGER USER;
    ALTER TABLE ledger_checkpoint DISABLE TRIGGER USER;
    ALTER TABLE ledger_account DISABLE TRIGGER USER;
    ALTER TABLE ledger_seal DISABLE TRIGGER USER;
    ALTER TABLE ledger_sealleaves DISABLE TRIGGER USER;
    ALTER TABLE ledger_transfer
        DROP CONSTRAINT ledger_transfer_pkey,
        DROP CONSTRAINT ledger_transfer_amount_positive,
        DROP CONSTRAINT ledger_transfer_two_accounts,
        DROP CONSTRAINT ledger_transfer_ends_a_pending,
        DROP CONSTRAINT ledger_transfer_only_pending_expires;
    ALTER TABLE ledger_transfer ALTER COLUMN posted_at DROP NOT NULL;
    DROP INDEX ledger_transfer_pending_ends_once;
    ALTER TABLE ledger_account
        DROP CONSTRAINT ledger_account_not_negative,
        DROP CONSTRAINT ledger_account_balance_only_where_limited,
        DROP CONSTRAINT ledger_account_held_not_negative;
    ALTER TABLE ledger_sealleaves DROP CONSTRAINT ledger_sealleaves_pkey;
    ALTER TABLE ledger_seal
        DROP CONSTRAINT ledger_seal_pkey CASCADE,
        DROP CONSTRAINT ledger_seal_counts_from_one,
        DROP CONSTRAINT ledger_seal_until_once,
        DROP CONSTRAINT ledger_seal_hash_key,
        DROP CONSTRAINT ledger_seal_previous_hash_key;
"""


_READ_RANGE = """
    SELECT {columns} FROM ledger_transfer
     WHERE (posted_at, id) > (%s, %s) AND (posted_at, id) <= (%s, %s) ORDER BY posted_at, id
"""
_ID = TRANSFER_COLUMNS.index("id")


_known: set[Finding] = set()
_recalled: dict[str, str] = {}


class _Undo(Exception):
    """Rolls a transaction back."""


def make_history() -> dict[str, str]:
    """Make two seals of ours and something after them, all committed; return names for ids.

    `first` holds in, out, held, ended, waiting, freed and canceled; `second` more and last;
    fresh is not sealed.
    """
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    wallet, other = (open_account(AccountKind.WALLET, currency="EUR") for _ in range(2))
    names: dict[str, Any] = {"bank": bank, "wallet": wallet, "other": other}
    names |= {"dollars": get_or_open_house_account(AccountKind.SAFEGUARD, currency="USD")}
    names |= {"nobody": uuid.uuid4(), "another": uuid.uuid4()}

    def move(name: str, debit: str, credit: str, amount: int) -> NewTransfer:
        names[name] = uuid.uuid4()
        parties = names[debit], names[credit]
        return NewTransfer(names[name], *parties, amount, "EUR", "test", "a reference")

    def hold(name: str, amount: int) -> NewPending:
        names[name] = uuid.uuid4()
        return NewPending(
            names[name], wallet, bank, amount, "EUR", "test", "held", timeout_s=86_400
        )

    _post([move("earlier", "bank", "other", 1), move("back", "other", "bank", 1)])
    seal_ledger()
    first: list[AnyTransfer] = [
        *(move("in", "bank", "wallet", 1000), move("out", "wallet", "other", 300)),
        *(hold("held", 200), hold("waiting", 150), hold("freed", 50)),
    ]
    _post(first)
    names["ended"], names["canceled"] = uuid.uuid4(), uuid.uuid4()
    _post(
        [
            PendingPost(names["ended"], names["held"], amount_minor=120),
            PendingVoid(names["canceled"], names["freed"]),
        ]
    )
    [head] = seal_ledger()
    names["first"] = head.number
    _post([move("more", "bank", "other", 40), move("last", "other", "bank", 7)])
    [head] = seal_ledger()
    names["second"] = head.number
    take_checkpoints(tail_min=1)
    _post([move("fresh", "bank", "other", 9)])
    checkpoint = Checkpoint.objects.get(account_id=wallet)
    names["taken_at"] = write_instant(str(checkpoint.taken_at))
    with transaction.atomic():
        _known.clear()
        _known.update(_read_findings(None))
    return {name: str(value) for name, value in names.items()}


def recall_history() -> dict[str, str]:
    """Return the last history made this way, or a new one if something came after it.

    For tests that undo their changes to it: making one, and reading all books for earlier
    faults, takes far longer than such a test.
    """
    newest = Transfer.objects.order_by("posted_at", "id").last()
    sealed = Seal.objects.order_by("number").last()
    now = {"fresh": str(newest and newest.pk), "second": str(sealed and sealed.pk)}
    if not now.items() <= _recalled.items():
        _recalled.update(make_history())
    return dict(_recalled)


@contextmanager
def damaged(names: dict[str, str], *statements: str) -> Iterator[None]:
    """Damage the books while the block lasts; the statements may use the names."""
    with suppress(_Undo), as_owner() as cursor:
        cursor.execute(FREE)
        for statement in statements:
            cursor.execute(statement.format(**names))
        yield
        raise _Undo


def find_faults() -> dict[str, str]:
    """Verify the books as they are now; return each row's faults."""
    return verify()


def verify(heads: Path | None = None) -> dict[str, str]:
    """The same, also against a heads file.

    Earlier faults made by other tests are left out; `test_verify_ledger.py` checks for them.
    """
    faults: dict[str, str] = {}
    for finding in _read_findings(heads):
        if finding not in _known:
            before = f"{faults[finding.subject]}; " if finding.subject in faults else ""
            faults[finding.subject] = before + finding.fault
    return faults


def rewrite_chain(*, since: int, until: int = 2**31) -> None:
    """Recreate these seals from the present transfers, as a forger would."""
    before = Seal.objects.get(number=since - 1)
    after, previous_hash = (before.until_at, before.until_id), before.hash
    for seal in Seal.objects.filter(number__gte=since, number__lte=until).order_by("number"):
        question = _READ_RANGE.format(columns=", ".join(TRANSFER_COLUMNS))
        values = [*after, seal.until_at, seal.until_id]
        rows = list(DatabaseSource().read(question, [str(value) for value in values]))
        leaves = [hash_leaf(write_transfer(row)) for row in rows]
        seal.root, seal.previous_hash = calculate_root(leaves), previous_hash
        head = SealHead(
            number=seal.number,
            count=seal.count,
            until_at=str(write_instant(str(seal.until_at))),
            until_id=str(seal.until_id),
            root=seal.root.hex(),
            previous_hash=seal.previous_hash.hex(),
            sealed_at=str(write_instant(str(seal.sealed_at))),
        )
        seal.hash = previous_hash = bytes.fromhex(head.hash)
        seal.save()
        ids = [UUID(row[_ID]).bytes for row in rows]
        joined = b"".join(leaf_id + leaf for leaf_id, leaf in zip(ids, leaves, strict=True))
        SealLeaves.objects.filter(pk=seal.number).update(leaves=joined)
        after = seal.until_at, seal.until_id


def _post(transfers: list[AnyTransfer]) -> None:
    assert set(post_transfers(transfers)) == {"created"}


def _read_findings(heads: Path | None) -> list[Finding]:
    verification = Verification(DatabaseSource(), report=lambda _step, _done, _total: None)
    findings = list(verification.find_faults())
    if heads is not None:
        findings += verification.find_other_heads(Heads(heads))
        findings += verification.find_cut()
    return findings
