"""PINs at the lowest cost: checked as in production they took a tenth of the time of sales."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from identity import pins

_COSTLY = pins._hasher
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def _cheap_pins() -> Iterator[None]:
    """Hash PINs by Argon2id as ever, in 8 KiB and one pass; a stack's processes do not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pins, "_hasher", _CHEAP)
        yield


@pytest.fixture
def costly_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash PINs at the cost that they have in production."""
    monkeypatch.setattr(pins, "_hasher", _COSTLY)
