"""UEMOA PI-SPI: an alias or an address, whole francs, a channel."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.uemoa import DIALECT
from qr.errors import PayloadInvalid
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import (
    ask,
    ask_anyway,
    make_requests,
    note,
    refuse,
    take_vectors,
    write,
)

ALIAS = "111c3e1b-4312-49ec-b75e-4c8c74c10fd7"
BASE = {
    "00": "01",
    "36-00": "int.bceao.pi",
    "36-01": ALIAS,
    "52": "0000",
    "53": "952",
    "54": "1000",
    "58": "CI",
    "59": "X",
    "60": "X",
    "62-05": "F2YG7643D5HH2023",
    "62-11": "500",
}
# The example of the specification's page, check sum and all.
EXAMPLE = (
    "00020136560012int.bceao.pi0136111c3e1b-4312-49ec-b75e-4c8c74c10fd7520400005303952"
    "540410005802CI5901X6001X62270516F2YG7643D5HH2023110350063049618"
)
REFUSALS = [
    ({"36-00": "int.bceao.pl"}, "36-00",
     "a template with the unique identifier int.bceao.pi is mandatory"),
    ({"36-01": None}, "36-01", "an alias, or an address in 02, is mandatory"),
    ({"58": None}, "58", "a country (ISO 3166-1 alpha-2) is mandatory"),
    ({"59": None}, "59", "a merchant name is mandatory"),
    ({"36-01": "bou tique"}, "36-01", "an alias has no blanks"),
    ({"36-02": "http:/x"}, "36-02", "an address has a host and may start with https://"),
    ({"53": "950"}, "53", "the currency of UEMOA PI-SPI is XOF (952)"),
    ({"58": "CM"}, "58",
     "the country of UEMOA PI-SPI is BJ or BF or CI or GW or ML or NE or SN or TG"),
    ({"62-11": "842"}, "62-11", "a channel is medium 0-7, location 0-3, presence 0-3"),
]  # fmt: skip


@pytest.mark.parametrize("vector", take_vectors("uemoa"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, rule):
    assert refuse(DIALECT, write(BASE, changes)) == (object_id, rule)


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({}, []),
        ({"36-01": "boutique-01"}, ["36-01"]),
        ({"36-01": None, "36-02": "https://pi.example.org/a?b=1"}, []),
        ({"36-01": None, "36-02": "pi.example.org/a"}, []),
        ({"54": "5000.50"}, ["54"]),
        ({"62": None}, ["62-11"]),
        ({"62-05": None, "62-11": "400"}, ["62-05"]),
    ],
    ids=str,
)
def test_what_is_in_use_is_only_remarked(changes, notes):
    assert note(DIALECT, write(BASE, changes)) == notes


def test_the_example_is_read_whole():
    assert write(BASE) == EXAMPLE
    assert DIALECT.recognize(EXAMPLE)
    assert ask(DIALECT, EXAMPLE) == PaymentRequest(
        scheme="uemoa",
        accounts=(Account("uemoa", ALIAS, "alias", "36-01"),),
        payee_name="X",
        payee_city="X",
        country="CI",
        category="0000",
        currency="XOF",
        amount_minor=1000,
        mutability=Mutability.FIXED,
        reference="F2YG7643D5HH2023",
        initiation=Initiation.UNKNOWN,
        extra={"62-11": "500"},
    )


ADDRESS = BASE | {"36-01": None, "36-02": "pi.example.org/t/9f3a2b", "62-05": None}


def test_an_address_answers_who_is_paid():
    text = write(ADDRESS, {"58": None, "59": None, "60": None})

    request = ask(DIALECT, text)

    assert DIALECT.recognize(text)
    assert set(note(DIALECT, text)) == {"58", "59", "60"}
    assert (request.payee_name, request.country) == ("", "")
    assert DIALECT.encode(request) == text


def test_an_address_in_another_country_is_still_refused():
    assert refuse(DIALECT, write(ADDRESS, {"58": "CM"}))[0] == "58"


def test_no_country_is_made_up():
    request = replace(ask(DIALECT, EXAMPLE), country="")

    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(request)

    assert refusal.value.object_id == "58"


def test_half_a_franc_cannot_be_paid():
    request, is_payable = ask_anyway(DIALECT, write(BASE, {"54": "5000.50"}))

    assert request.amount_minor is None
    assert not is_payable


@given(
    make_requests(
        DIALECT,
        st.one_of(
            st.uuids().map(lambda alias: (Account("uemoa", str(alias), "alias", "36-01"),)),
            st.just((Account("uemoa", "pi.example.org/a", "url", "36-02"),)),
        ),
        extra=st.sampled_from([{}, {"62-11": "131"}]),
    )
)
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
