"""An answer's fields say where each value comes from, and the framework hides no mistake."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from foundation.answers import (
    Answer,
    ChoiceField,
    InstantField,
    MoneySerializer,
    TextField,
    make_answer,
)


class ShopSerializer(Answer):
    name = TextField()
    city = TextField(allow_null=True, source="place.city")
    motto = TextField(required=False)
    greeting = TextField(of=lambda shop: f"Welcome to {shop.name}")
    takings = MoneySerializer()


def shop(**facts):
    known = {"name": "Café Lin", "place": None, "motto": None, "takings_minor": -5}
    return SimpleNamespace(**known | facts, currency="EUR")


def test_each_field_is_read_from_where_it_says():
    place = SimpleNamespace(city="Lisbon")

    assert ShopSerializer.show(shop(place=place, motto="Slowly")) == {
        "name": "Café Lin",
        "city": "Lisbon",
        "motto": "Slowly",
        "greeting": "Welcome to Café Lin",
        "takings": {"amount_minor": -5, "currency": "EUR"},
    }


def test_what_may_be_null_is_null_and_what_is_not_required_is_left_out():
    shown = ShopSerializer.show(shop())

    assert shown["city"] is None
    assert "motto" not in shown


def test_a_value_beside_the_thing_goes_before_its_own():
    assert ShopSerializer.show(shop(), name="Closed")["name"] == "Closed"


def test_an_attribute_that_is_not_there_is_a_mistake_and_never_null():
    with pytest.raises(AttributeError, match="city"):
        ShopSerializer.show(shop(place=SimpleNamespace()))


def test_lists_of_answers_are_filled_row_by_row():
    street = make_answer("Street", doc="Some shops.", data=ShopSerializer(many=True))

    shown = street.show(data=[shop(name="A"), shop(name="B")])

    assert [each["name"] for each in shown["data"]] == ["A", "B"]


def test_instants_are_in_utc_to_the_millisecond():
    class ClockSerializer(Answer):
        now = InstantField()
        last = InstantField(allow_null=True)

    noon = datetime(2026, 3, 1, 12, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    clock = SimpleNamespace(now=noon, last=None)

    assert ClockSerializer.show(clock) == {"now": "2026-03-01T10:00:00.123Z", "last": None}
    assert noon.astimezone(UTC).hour == 10


def test_a_choice_is_shown_as_its_word():
    class DoorSerializer(Answer):
        state = ChoiceField([("open", "Open"), ("shut", "Shut")])

    assert DoorSerializer.show(SimpleNamespace(state="open")) == {"state": "open"}
