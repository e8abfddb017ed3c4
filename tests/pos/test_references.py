"""References written in SQL are those that Python writes."""

from uuid import UUID

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from qr.references import encode_reference

pytestmark = pytest.mark.django_db


@given(st.uuids())
@example(UUID(int=0))
@example(UUID(int=2**128 - 1))
@example(UUID(int=1 << 64))
@example(UUID(int=(1 << 64) - 1))
def test_both_write_the_same(identifier):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pos_encode_reference('ch', %s)", [identifier])
        assert cursor.fetchone() == (encode_reference("ch", identifier),)
