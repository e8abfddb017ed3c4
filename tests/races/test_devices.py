"""A pairing code makes one till, and a job that comes many times works once."""

from collections import Counter
from functools import partial

import pytest

from pos.errors import PairingRefused
from pos.models import Receipt
from pos.receipts import issue_receipts
from pos.terminals import find_holder, offer_pairing, pair_terminal
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def test_of_ten_devices_with_one_code_one_becomes_the_till(crowd):
    shop = factories.open_shop()
    before = ""

    for _ in range(10):
        code = offer_pairing(shop.terminal)
        answers = crowd.act([partial(pair_terminal, code)] * 10, refusals=(PairingRefused,))

        assert Counter(map(type, answers)) == {str: 1, PairingRefused: 9}
        (token,) = (answer for answer in answers if isinstance(answer, str))
        holder = find_holder(token)
        assert holder is not None
        assert holder.terminal == shop.terminal
        assert find_holder(before) is None
        before = token

    assert shop.terminal.tokens.filter(is_device=True, revoked_at=None).count() == 1


def test_receipts_issued_by_many_workers_are_numbered_without_a_gap_and_mailed_once(
    crowd, mailoutbox
):
    shop, customer = factories.open_shop(), factories.open_customer()
    charges = [factories.sell(shop, customer, amount_minor=100).pk for _ in range(10)]

    crowd.act([partial(issue_receipts, [charge]) for charge in charges * 3])

    numbers = Receipt.objects.filter(store=shop.store).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 11))
    mails = Counter(mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert sorted(mails.values()) == [1] * 10
    assert {address for mail in mailoutbox for address in mail.to} == {
        customer.wallet.user.email
    }
