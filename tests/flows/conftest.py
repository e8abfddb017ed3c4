"""What the flows start from, and the invariants they end with."""

from collections.abc import Callable

import pytest

from tests import broken, factories
from tests.conftest import Api


@pytest.fixture
def another_phone(another: factories.Customer) -> Api:
    """The API as the second person's phone uses it."""
    return Api(another.token)


@pytest.fixture
def proofs_hold() -> Callable[[], None]:
    """Prove the books inside the test's own transaction."""

    def prove() -> None:
        assert broken.find_broken() == {}

    return prove
