"""The whole stack's books, a week of sales, sealed and verified as in production."""

import json

import pytest

pytestmark = pytest.mark.faults


def test_the_books_of_a_whole_stack_are_sealed_and_sound(stack, demo):
    stack.manage("seal_ledger")

    stack.manage("verify_ledger")

    heads = (stack.state.path / "heads-tessera.jsonl").read_text().splitlines()
    assert [json.loads(head)["number"] for head in heads] == list(range(1, len(heads) + 1))
    assert heads
