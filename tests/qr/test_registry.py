"""Every format is known by the name the vectors give it."""

from qr.registry import DIALECTS, MPM_DIALECTS
from tests.qr.payloads import VECTORS


def test_dialects_are_listed_under_their_names():
    assert all(name == dialect.name for name, dialect in DIALECTS.items())
    assert all(dialect.title for dialect in DIALECTS.values())


def test_the_general_comes_last():
    assert MPM_DIALECTS[-1].name == "emv_mpm"


def test_every_merchant_presented_format_of_the_vectors_is_known():
    formats = {vector["format"] for vector in VECTORS if "emv_strict" in vector}

    assert formats <= set(DIALECTS)
