"""A tier and a rule that people agree to at once, both for the same instant."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from console.set_up import forget_founding
from identity.models import User
from merchants import fee_rules, fee_tiers
from merchants.fee_rules import NewRule, find_first_day
from merchants.fees import Fee, find_fee
from merchants.models import FeeRule, InvoiceTerms, Organisation
from tests import factories
from tests.clocks import date_back
from tests.ledger.sessions import read_pid, wait_until_waited_for
from tests.merchants.invoices import ZONE, set_up
from tests.owners import as_owner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


@pytest.fixture
def organisation(committed):
    """An organisation, for as long as the race lasts."""
    yield set_up()
    with as_owner():
        Organisation.objects.all().delete()
        InvoiceTerms.objects.all().delete()
    forget_founding()


def ask(shop, *, bps, day, tiers=()):
    person = User.objects.create(name="Aoife Kelly")
    new = NewRule(fee=Fee(bps, 0), applies_on=day, reason="The contract.", tiers=tiers)
    return fee_rules.ask(shop.merchant, new, rule_id=uuid.uuid4(), by=person)


def test_a_tier_waits_for_a_rule_that_is_being_agreed_to(organisation, crowd, monkeypatch):
    shop, brian = factories.open_shop(), User.objects.create(name="Brian Walsh")
    with_tiers = ask(shop, bps=60, day=find_first_day(shop.merchant), tiers=((1_000, 50),))
    fee_rules.agree(with_tiers, by=brian)
    began = timezone.now() - timedelta(days=7)
    date_back(
        FeeRule.objects.filter(pk=with_tiers.pk),
        agreed_at=began - timedelta(days=1),
        applies_from=began,
    )
    factories.sell(shop, factories.open_customer(), amount_minor=1_000)
    # The last day of tomorrow's month, of which sales of today count.
    tomorrow = find_first_day(shop.merchant)
    first = (tomorrow.replace(day=1) + timedelta(days=32)).replace(day=1)
    applies_from = datetime.combine(first, datetime.min.time(), ZoneInfo(ZONE))
    monkeypatch.setattr(fee_tiers, "read_clock", lambda: applies_from - timedelta(hours=12))
    agreed = ask(shop, bps=200, day=first)

    with transaction.atomic():
        fee_rules.agree(agreed, by=brian)
        beat = crowd.start(fee_tiers.set_due_tiers)
        wait_until_waited_for(read_pid(connection))
    beat.result(timeout=60)

    assert find_fee(shop.merchant.id, at=applies_from).mdr_bps == 200
    assert not FeeRule.objects.filter(tier_of=with_tiers).exists()
