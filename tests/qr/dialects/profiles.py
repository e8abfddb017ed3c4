"""What the tests of national profiles share: codes by path, vectors, requests of any kind."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from qr import mpm
from qr.errors import PayloadInvalid
from qr.mpm_requests import nest
from qr.payment import Initiation, Mutability, PaymentRequest
from tests.qr.payloads import VECTORS

LABELS = st.from_regex("[A-Za-z0-9]{1,20}", fullmatch=True)
NAMES = st.from_regex("[A-Z][A-Za-z0-9 .&-]{0,14}", fullmatch=True)


def write(values, changes=None):
    """Write values by path, some changed; None removes a path and all below it."""
    values = values | (changes or {})
    gone = [path for path, text in values.items() if text is None]
    left = {
        path: text
        for path, text in values.items()
        if not any(path == each or path.startswith(f"{each}-") for each in gone)
    }
    return mpm.write(nest(left))


def refuse(dialect, text):
    """Return the object and the rule a strict reader names; None if it accepts."""
    try:
        dialect.decode(text)
    except PayloadInvalid as refusal:
        return refusal.object_id, refusal.rule
    return None


def ask(dialect, text):
    """Return what a text asks for, read strictly."""
    return dialect.decode(text).request


def ask_anyway(dialect, text):
    """Return what a text asks for, read leniently, and whether it may be paid."""
    reading = dialect.read(text)
    return reading.request, reading.is_payable


def note(dialect, text):
    """Return the objects a strict reader remarks on, and accepts."""
    return [each.object_id for each in dialect.decode(text).deviations]


def take_vectors(name):
    """Return a format's vectors as parameters of a test."""
    own = [vector for vector in VECTORS if vector["format"] == name]
    return [pytest.param(vector, id=vector["why"][:60]) for vector in own]


def make_requests(dialect, accounts, **others):
    """Return a strategy of requests as the dialect reads them; `accounts` are one too."""
    strategies = {
        "accounts": accounts,
        "payee_name": NAMES,
        "payee_city": NAMES,
        "country": st.sampled_from(dialect.countries),
        "category": st.from_regex("[0-9]{4}", fullmatch=True),
        "currency": st.sampled_from(dialect.currencies),
        "amount_minor": st.none() | st.integers(1, 10**9),
        "reference": st.just("") | LABELS,
        "message": st.just("") | LABELS,
        "initiation": st.sampled_from([Initiation.STATIC, Initiation.DYNAMIC]),
    } | others
    return st.builds(PaymentRequest, scheme=st.just(dialect.name), **strategies).map(_settle)


def _settle(request):
    if request.amount_minor is None:
        return replace(request, mutability=Mutability.OPEN)
    fixed = request.mutability is Mutability.OPEN
    return replace(request, mutability=Mutability.FIXED) if fixed else request
