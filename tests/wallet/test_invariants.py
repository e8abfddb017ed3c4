"""The invariants of payments find what the verbs would never do."""

import pytest

from pos.models import Charge
from tests import factories
from tests.broken import find_broken
from tests.clocks import date_back

pytestmark = pytest.mark.django_db


def test_a_payment_within_somebody_else_s_cap_is_found(shop, customer, another):
    claim = factories.claim_at(customer, factories.print_code(shop))
    charge = factories.confirm(customer, claim).charge
    whole = find_broken()

    date_back(Charge.objects.filter(pk=charge.pk), principal_id=another.wallet.id)

    assert whole == {}
    assert list(find_broken()) == [
        "every captured charge has one payment, of its amount, from its payer"
    ]
