"""Every format is known by the name the vectors give it."""

import re
from pathlib import Path

import pytest

from qr.registry import DIALECTS, MPM_DIALECTS
from tests.qr.payloads import VECTORS

PAGE = Path(__file__).parents[2] / "docs/qr.md"


def test_dialects_are_listed_under_their_names():
    assert all(name == dialect.name for name, dialect in DIALECTS.items())
    assert all(dialect.title for dialect in DIALECTS.values())


def test_the_general_comes_last():
    assert MPM_DIALECTS[-1].name == "emv_mpm"


def test_every_merchant_presented_format_of_the_vectors_is_known():
    formats = {vector["format"] for vector in VECTORS if "emv_strict" in vector}

    assert formats <= set(DIALECTS)


@pytest.mark.parametrize("dialect", MPM_DIALECTS[:-1], ids=lambda dialect: dialect.name)
def test_the_documentation_names_the_kinds_of_account(dialect):
    row = re.search(rf"\| `{dialect.name}` \| (.*) \|\n", PAGE.read_text("utf-8"))
    assert row
    # After "a card stands at" are those that need their place.
    named, _, _ = re.sub(r"of a shop ", "", row[1]).partition("; a ")

    kinds = [kind for each in dialect.templates for kind in each.accounts.values()]

    assert re.findall("`([a-z_]+)`", named) == kinds
