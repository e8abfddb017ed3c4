"""Fixtures of the races: real commits, real connections, and the books proved after each."""

import pytest

from tests.races.crowd import Crowd


@pytest.fixture
def crowd(committed, books_hold):
    """A crowd to race with; when it has left, every invariant holds."""
    crowd = Crowd()
    yield crowd
    crowd.leave()
    books_hold()


@pytest.fixture
def without_pin(settings):
    """Require no PIN for any sum, where the race is about something else."""
    settings.NO_PIN_EACH_MAX_MINOR = 10**9
    settings.NO_PIN_SUM_MAX_MINOR = 0
    settings.NO_PIN_COUNT_MAX = 0
