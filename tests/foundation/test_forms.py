"""Forms that make something: the page chooses the id, never the browser."""

from uuid import UUID

import pytest

from foundation.forms import MakingForm

DRAWN = UUID("0190a3d0-0000-7000-8000-000000000001")


class OneForm(MakingForm):
    """A form."""


class OtherForm(MakingForm):
    """A form of another kind."""


def read_id(made_id):
    form = OneForm({"made_id": made_id})
    assert form.is_valid()
    return form.read_id()


def test_the_id_that_the_page_drew_is_made():
    drawn = OneForm()["made_id"].value()

    assert read_id(OneForm.sign_id(DRAWN)) == DRAWN
    assert read_id(drawn) == read_id(drawn) == UUID(drawn.partition(":")[0])
    assert OneForm()["made_id"].value() != drawn


@pytest.mark.parametrize(
    "made_id",
    [
        "",
        str(DRAWN),
        f"{DRAWN}:forged",
        OtherForm.sign_id(DRAWN),
        OneForm.sign_id(DRAWN).replace("1:", "2:"),
    ],
)
def test_any_other_id_is_replaced_by_a_fresh_one(made_id):
    first, second = read_id(made_id), read_id(made_id)

    assert DRAWN not in {first, second}
    assert first != second
