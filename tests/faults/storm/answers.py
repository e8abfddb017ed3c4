"""Compares the writers' answers with the transfers in the books."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.transfers import AnyTransfer
from tests.faults.storm.batches import Batch
from tests.faults.storm.books import LoneBooks
from tests.faults.storm.writers import Call

DONE = {"created", "exists"}
REFUSED = {
    "insufficient_funds",
    "linked_transfer_failed",
    "pending_transfer_not_found",
    "pending_transfer_already_posted",
    "pending_transfer_already_voided",
    "pending_transfer_expired",
}
_TRANSFERS = b"""
    SELECT id, debit_account_id, credit_account_id, amount_minor, currency, kind, reference,
           phase, pending_id, round(extract(epoch FROM expires_at - posted_at))::int, posted_at
      FROM ledger_transfer WHERE currency = %s ORDER BY posted_at, id
"""


class Row(NamedTuple):
    """A transfer's row in the books; its columns up to the time-out are those of a request."""

    id: UUID
    debit: UUID
    credit: UUID
    amount_minor: int
    currency: str
    kind: str
    reference: str
    phase: str
    pending_id: UUID | None
    timeout_s: int | None
    posted_at: datetime


def read_rows(books: LoneBooks, currency: str) -> list[Row]:
    """Read all transfers of a currency in the order of their instants."""
    return [Row(*row) for row in books.ask(_TRANSFERS, currency)]


def find_lies(calls: Sequence[Call], rows: Iterable[Row]) -> Iterator[str]:
    """Yield each answer that the books, or another answer, contradict."""
    there = {row.id: row for row in rows}
    asked, answers = dict[UUID, AnyTransfer](), defaultdict[UUID, list[tuple[Call, str]]](list)
    for call in calls:
        yield from _judge_call(call)
        asked |= {transfer.id: transfer for transfer in call.batch.transfers}
        for transfer, result in zip(call.batch.transfers, call.results, strict=False):
            answers[transfer.id].append((call, result))
    for transfer in asked.values():
        yield from _judge_answers(transfer.id, answers[transfer.id])
        is_done = any(result in DONE for _, result in answers[transfer.id])
        yield from _judge_row(transfer, there, is_done=is_done)
    yield from _find_unasked(there, asked)
    yield from _find_uncreated(calls, answers)
    for batch in {call.batch for call in calls}:
        yield from _judge_chains(batch, there)


def _judge_call(call: Call) -> Iterator[str]:
    name = f"the call with {call.batch.transfers[0].id}"
    if not call.ended_s:
        yield f"{name} never ended"
    if not call.results:
        return
    if len(call.results) != len(call.batch.transfers):
        yield f"{name} has {len(call.results)} results"
    if {call.results[0], call.results[-1]} not in ({"created"}, {"exists"}):
        yield f"{name} found half of it: {call.results[0]}, {call.results[-1]}"
    for result in sorted(set(call.results) - DONE - REFUSED):
        yield f"{name} was told {result}"


def _judge_answers(transfer_id: UUID, answers: list[tuple[Call, str]]) -> Iterator[str]:
    if not answers:
        yield f"{transfer_id} was never answered"
    count = sum(result == "created" for _, result in answers)
    if count > 1:
        yield f"{transfer_id} was created {count} times"
    done_s = min(
        (call.ended_s for call, result in answers if result in DONE), default=float("inf")
    )
    for call, result in answers:
        if call.began_s > done_s and result != "exists":
            yield f"{transfer_id} was there and later was told {result}"


def _judge_row(
    transfer: AnyTransfer, there: Mapping[UUID, Row], *, is_done: bool
) -> Iterator[str]:
    if transfer.id not in there:
        if is_done:
            yield f"{transfer.id} was acknowledged and is not there"
    elif not is_done:
        yield f"{transfer.id} is there and was never acknowledged"
    elif there[transfer.id][:10] != _complete(transfer, there):
        yield f"{transfer.id} is not as it was asked for"


def _complete(transfer: AnyTransfer, there: Mapping[UUID, Row]) -> tuple[Any, ...]:
    asked: tuple[Any, ...] = transfer.as_full_row()[:10]
    # What the end of a pending transfer leaves out is that one's.
    pending = there.get(asked[8])
    if pending is None:
        return asked
    facts = zip(asked[:7], pending[:7], strict=True)
    return (*(one if given is None else given for given, one in facts), *asked[7:])


def _find_unasked(
    there: Mapping[UUID, Row], asked: Mapping[UUID, AnyTransfer]
) -> Iterator[str]:
    for row in there.values():
        # The ledger itself lets holds expire.
        if row.id not in asked and row.phase != "expire":
            yield f"{row.id} is there and nobody asked for it"


def _find_uncreated(
    calls: Sequence[Call], answers: Mapping[UUID, list[tuple[Call, str]]]
) -> Iterator[str]:
    unknown = {
        transfer.id for call in calls if call.is_unknown for transfer in call.batch.transfers
    }
    for transfer_id, told in answers.items():
        results = {result for _, result in told}
        if "exists" in results and "created" not in results and transfer_id not in unknown:
            yield f"{transfer_id} exists and no call can have created it"


def _judge_chains(batch: Batch, there: Mapping[UUID, Row]) -> Iterator[str]:
    for chain in batch.chains():
        if len({transfer_id in there for transfer_id in chain}) > 1:
            yield f"the chain of {chain[0]} is half there"
