"""Refusals name the object and the rule."""

import pickle

import pytest

from qr.errors import Deviation, Kind, PayloadInvalid, Weight, raise_gravest

NOTE = Deviation("01", Kind.LENGTH, "a note", weight=Weight.NOTE)
SLIP = Deviation("59", Kind.LENGTH, "a slip", weight=Weight.TOLERABLE)
FAULT = Deviation("62-05", Kind.VALUE, "a txid is letters and digits", "'AB-1'", offset=9)


def test_a_deviation_reads_as_a_sentence():
    assert str(FAULT) == "62-05: a txid is letters and digits ('AB-1')"
    assert str(Deviation("", Kind.LENGTH, "it is too long")) == "it is too long"


def test_a_refusal_has_the_parts_of_its_deviation():
    refusal = PayloadInvalid.from_deviation(FAULT)

    assert str(refusal) == str(FAULT)
    assert refusal.object_id == "62-05"
    assert refusal.kind is Kind.VALUE
    assert refusal.rule == "a txid is letters and digits"
    assert refusal.detail == "'AB-1'"


def test_a_refusal_in_plain_words_is_about_the_text():
    refusal = PayloadInvalid("There is nothing to read.")

    assert (refusal.object_id, refusal.rule) == ("", "There is nothing to read.")


def test_a_refusal_survives_a_process_boundary():
    refusal = pickle.loads(pickle.dumps(PayloadInvalid.from_deviation(FAULT)))  # noqa: S301

    assert refusal.deviation == FAULT


def test_the_gravest_is_raised():
    with pytest.raises(PayloadInvalid, match="txid"):
        raise_gravest([NOTE, SLIP, FAULT])
    with pytest.raises(PayloadInvalid, match="slip"):
        raise_gravest([NOTE, SLIP])


def test_notes_are_let_through():
    raise_gravest([NOTE])
    raise_gravest([])
