"""Lists sent as binary arrays reach the server whole."""

import struct

import pytest
from django.db import DataError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from foundation.postgresql.arrays import Bigints, Texts, Uuids

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
KINDS = [
    (Uuids, "uuid", st.uuids()),
    (Bigints, "bigint", st.integers(-(2**63), 2**63 - 1)),
    (Texts, "text", TEXT),
]


def send(sent):
    """Return the array as the server has it, and what it says of its type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT given, pg_typeof(given)::text FROM (SELECT %s) g (given)", [sent]
        )
        return cursor.fetchone()


@pytest.mark.parametrize(("array", "kind", "elements"), KINDS)
def test_an_array_comes_back_as_it_was(array, kind, elements):
    @given(st.lists(elements))
    def check(sent):
        assert send(array(sent)) == (sent, f"{kind}[]")

    check()


def test_a_text_with_a_nul_is_refused():
    with pytest.raises(DataError), transaction.atomic():
        send(Texts(["tea", "\x00"]))


def test_a_number_of_more_than_64_bits_is_refused():
    with pytest.raises(struct.error):
        send(Bigints([2**63]))
