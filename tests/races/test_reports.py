"""Reports are made while people pay: one for each check, and each is the ledger's to the cent.

In a currency of their own, because what they commit stays.
"""

from functools import partial

import pytest

from banking.models import SafeguardReport
from banking.safeguard_proofs import find_share
from banking.safeguard_reports import make_due_reports
from banking.safeguarding import check_safeguarding
from tests import factories
from tests.banking import bank

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
SEK = "SEK"
ROUNDS, PEOPLE = 3, 6


def test_reports_beside_payments_add_up(crowd):
    bank.find_account(SEK)
    shop = factories.open_shop(currency=SEK)
    people = [factories.open_customer(currency=SEK) for _ in range(PEOPLE)]
    for _ in range(ROUNDS):
        checks = [check_safeguarding(SEK) for _ in range(2)]

        crowd.act(
            [make_due_reports] * 3
            + [partial(factories.sell, shop, person, amount_minor=100) for person in people]
        )
        make_due_reports()

        made = list(SafeguardReport.objects.filter(pk__in=[each.pk for each in checks]))
        # Only the newest check is worth a report.
        assert [report.pk for report in made] == [checks[1].pk]
        [report] = made
        shares = [find_share(report, [each.wallet.account_id]) for each in people]
        taken = find_share(report, [shop.store.takings_account_id])
        assert taken is not None
        # What left the wallets is at the shop, whatever part of the payments it has seen.
        paid = sum(10_000 - share.amount_minor for share in shares if share is not None)
        assert paid == taken.amount_minor
