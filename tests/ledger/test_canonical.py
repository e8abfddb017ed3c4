"""Texts that are hashed are written in one way, whatever way PostgreSQL shows an instant."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.canonical import TRANSFER_COLUMNS, write_instant, write_object, write_transfer

INSTANTS = {
    "2026-11-22 10:30:00.123456+00": "2026-11-22T10:30:00.123456Z",
    "2026-11-22 10:30:00+00": "2026-11-22T10:30:00.000000Z",
    "2026-11-22 10:30:00.5+02": "2026-11-22T08:30:00.500000Z",
    "2026-11-22 00:15:00.12-09:30": "2026-11-22T09:45:00.120000Z",
    "1890-01-01 00:00:00-00:25:21": "1890-01-01T00:25:21.000000Z",
}
NO_INSTANTS = {
    "a zone that is none": "2026-11-22 10:30:00-00",
    "a month that is none": "2026-13-22 10:30:00.5+00",
    "a letter between": "2026-11-22T10:30:00.5+00",
    "no zone": "2026-11-22 10:30:00.5",
    "before the calendar": "0001-01-01 00:00:00+02",
    "before Christ": "0044-03-15 12:00:00+00 BC",
    "for ever": "infinity",
    "other digits": "2026-11-22 10:30:0\N{ARABIC-INDIC DIGIT FIVE}+00",
}
ROW = ["1", "c", "EUR", "d", None, "i", "k", None, "single", "infinity", "r"]


@pytest.mark.parametrize(("text", "written"), INSTANTS.items())
def test_an_instant_is_written_in_utc_and_in_full(text, written):
    assert write_instant(text) == written


@pytest.mark.parametrize("text", NO_INSTANTS.values(), ids=NO_INSTANTS)
def test_what_postgresql_does_not_write_is_left_alone(text):
    assert write_instant(text) == text


def test_no_instant_is_none():
    assert write_instant(None) is None


@given(
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=365 * 8000)),
    st.integers(-15 * 60, 15 * 60),
)
def test_every_zone_shows_the_same_instant(since, minutes):
    instant = datetime(1900, 1, 2, tzinfo=UTC) + since
    shown = instant.astimezone(timezone(timedelta(minutes=minutes)))

    written = write_instant(str(shown))

    assert written == instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_text_is_written_as_json_has_it(kind, reference):
    row = [*ROW[:6], kind, *ROW[7:10], reference]

    written = write_transfer(row)

    content = dict(zip(TRANSFER_COLUMNS, row, strict=True))
    assert json.loads(written) == content
    assert written == write_object(content)


@given(
    st.lists(st.text(max_size=3) | st.none(), min_size=11, max_size=11),
    st.lists(st.text(max_size=3) | st.none(), min_size=11, max_size=11),
)
def test_two_transfers_have_two_texts(one, other):
    assert (write_transfer(one) == write_transfer(other)) == (one == other)
