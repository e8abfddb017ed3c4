"""Payment codes: shown for a minute, good for one payment, and never guessed for long."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from foundation.idempotency import IdempotencyMismatch
from identity.errors import PinWrong
from pos.principals import act_for_merchant, act_for_terminal
from pos.terminals import add_terminal
from qr.payment_codes import open_code
from tests import factories
from tests.owners import as_owner
from tests.paycodes import await_steady_step, show_code, write_code
from wallet.errors import (
    PaymentCodeExpired,
    PaymentCodeForeign,
    PaymentCodeUnknown,
    PaymentCodeUsed,
    TooManyTries,
)
from wallet.models import PaymentCodeMiss, PaymentCodeSeed, PaymentCodeUse
from wallet.payment_codes import (
    NewUse,
    derive_keys,
    issue_codes,
    redeem_code,
    revoke_codes,
    start_codes,
)

pytestmark = pytest.mark.django_db
CPM = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0Mg=="


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


@pytest.fixture
def step():
    return await_steady_step()


def redeem(shop, charge, text, *, key=None, request_hash=b"test", principal=None):
    new = NewUse(text, charge, key or str(uuid.uuid4()), request_hash)
    return redeem_code(principal or shop.till, new)


def make_wrong(code):
    """Return a code that is nobody's; that it is somebody's is a chance of one in 10^15."""
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def let_misses_age(**durations):
    with as_owner():
        PaymentCodeMiss.objects.update(missed_at=F("missed_at") - timedelta(**durations))


def test_a_phone_gets_fifteen_codes_from_this_minute_on(customer, step):
    codes = issue_codes(customer.wallet)

    assert [each.step for each in codes] == list(range(step, step + 15))
    assert codes[0].from_at == datetime.fromtimestamp(step * 60, UTC)
    assert codes[0].until_at == codes[1].from_at
    assert len({each.code for each in codes}) == 15
    assert issue_codes(customer.wallet) == codes


def test_how_many_codes_a_phone_gets_is_a_setting(customer, settings):
    settings.PAYMENT_CODES_CACHED = 3

    assert len(issue_codes(customer.wallet)) == 3


def test_two_wallets_share_no_code(customer, another):
    assert not {*issue_codes(customer.wallet)} & {*issue_codes(another.wallet)}
    assert PaymentCodeSeed.objects.count() == 2


def test_a_wallet_that_was_never_asked_for_codes_has_none_to_guess(customer):
    assert not PaymentCodeSeed.objects.exists()


def test_a_code_is_used_up_for_its_charge(shop, charge, customer, step):
    use = redeem(shop, charge, show_code(customer), key="sale-1")

    assert PaymentCodeUse.objects.get() == use
    assert (use.wallet, use.step, use.charge) == (customer.wallet, step, charge)
    assert (use.principal_id, use.outcome) == (shop.terminal.id, "started")
    assert not PaymentCodeMiss.objects.exists()


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_clock_may_be_a_minute_off(shop, charge, customer, step, off):
    use = redeem(shop, charge, write_code(customer.wallet, step=step + off))

    assert use.step == step + off


@pytest.mark.parametrize("off", [-50, -2, 2, 49])
def test_a_clock_may_not_be_two_minutes_off(shop, charge, customer, step, off):
    code = write_code(customer.wallet, step=step + off)

    with pytest.raises(PaymentCodeExpired):
        redeem(shop, charge, code)

    assert not PaymentCodeUse.objects.exists()
    assert not PaymentCodeMiss.objects.exists()


@pytest.mark.parametrize("minutes", [100, 200, 60 * 24 * 5 // 100 * 100])
def test_a_code_is_not_good_again_when_its_two_digits_come_again(
    shop, charge, customer, step, minutes
):
    code = write_code(customer.wallet, step=step - minutes)

    with pytest.raises(PaymentCodeUnknown):
        redeem(shop, charge, code)


def test_a_code_is_good_once(shop, charge, customer):
    code = show_code(customer)
    redeem(shop, charge, code)

    with pytest.raises(PaymentCodeUsed):
        redeem(shop, factories.make_charge(shop), code)

    assert PaymentCodeUse.objects.count() == 1


def test_a_code_is_good_once_at_whichever_till(shop, charge, customer):
    other, code = factories.open_shop(), show_code(customer)
    redeem(shop, charge, code)

    with pytest.raises(PaymentCodeUsed):
        redeem(other, factories.make_charge(other), code)


def test_after_a_use_the_phone_shows_the_next_code_and_it_is_good(shop, charge, customer, step):
    redeem(shop, charge, show_code(customer))

    codes = issue_codes(customer.wallet)

    assert [each.step for each in codes] == list(range(step + 1, step + 16))
    assert redeem(shop, factories.make_charge(shop), codes[0].code).step == step + 1


def test_the_same_key_gives_the_same_use(shop, charge, customer):
    code = show_code(customer)

    first = redeem(shop, charge, code, key="sale-1")
    again = redeem(shop, charge, code, key="sale-1")

    assert first == again
    assert PaymentCodeUse.objects.count() == 1


def test_the_same_key_for_another_wish_is_refused(shop, charge, customer):
    redeem(shop, charge, show_code(customer), key="sale-1")

    with pytest.raises(IdempotencyMismatch):
        redeem(shop, charge, show_code(customer), key="sale-1", request_hash=b"other")

    assert PaymentCodeUse.objects.count() == 1


def test_two_tills_may_choose_the_same_key(shop, charge, customer):
    other = factories.open_shop()
    redeem(shop, charge, show_code(customer), key="1")

    use = redeem(other, factories.make_charge(other), show_code(customer), key="1")

    assert use.principal_id == other.terminal.id


def test_a_wrong_tag_is_nobody_s_and_counted(shop, charge, customer):
    with pytest.raises(PaymentCodeUnknown):
        redeem(shop, charge, make_wrong(show_code(customer)))

    miss = PaymentCodeMiss.objects.get()
    assert (miss.merchant, miss.principal_id) == (shop.merchant, shop.terminal.id)
    assert str(miss) == f"{shop.terminal.id} {miss.missed_at}"
    assert not PaymentCodeUse.objects.exists()


def test_a_revoked_code_is_nobody_s(shop, charge, customer):
    code = show_code(customer)
    revoke_codes(customer.wallet)

    with pytest.raises(PaymentCodeUnknown):
        redeem(shop, charge, code)

    assert issue_codes(customer.wallet) == []
    assert not PaymentCodeUse.objects.exists()


def test_codes_can_be_revoked_before_there_are_any(customer):
    revoke_codes(customer.wallet)

    assert issue_codes(customer.wallet) == []


def test_revoking_one_wallet_leaves_the_others(shop, charge, customer, another):
    revoke_codes(customer.wallet)

    assert redeem(shop, charge, show_code(another)).wallet == another.wallet


def test_with_the_pin_there_are_codes_again_and_they_are_others(shop, charge, customer):
    before = show_code(customer)
    revoke_codes(customer.wallet)

    start_codes(customer.wallet, pin=factories.PIN)

    assert show_code(customer) != before
    with pytest.raises(PaymentCodeUnknown):
        redeem(shop, charge, before)
    assert redeem(shop, charge, show_code(customer)).wallet == customer.wallet


def test_without_the_pin_they_stay_stopped(customer):
    revoke_codes(customer.wallet)

    with pytest.raises(PinWrong):
        start_codes(customer.wallet, pin="000000")

    assert issue_codes(customer.wallet) == []


def test_a_person_who_was_shut_out_has_no_codes(shop, charge, customer):
    code = show_code(customer)
    customer.wallet.user.is_active = False
    customer.wallet.user.save(update_fields=["is_active"])

    with pytest.raises(PaymentCodeUnknown):
        redeem(shop, charge, code)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("100061098828009406", "This is a WeChat Pay code."),
        ("150061098828009406", "This is a WeChat Pay code."),
        ("2500610988280094", "This is an Alipay code."),
        ("300061098828009406123456", "This is an Alipay code."),
        ("621234567890123456", "This is a UnionPay code."),
        (CPM, "This is an EMVCo consumer-presented code."),
        ("7701234567890123", "This is no payment code."),
        ("4006381333931", "This is no payment code."),
        ("http://pay.test/P/" + "0" * 26, "This is no payment code."),
        ("", "This is no payment code."),
    ],
)
def test_another_system_s_code_is_named_and_not_counted(shop, charge, text, named):
    with pytest.raises(PaymentCodeForeign) as refusal:
        redeem(shop, charge, text)

    assert named in str(refusal.value)
    assert "This till takes Tessera codes. Nothing was taken." in str(refusal.value)
    assert not PaymentCodeMiss.objects.exists()


def test_ten_wrong_codes_in_a_minute_stop_the_till(shop, charge, customer):
    right = show_code(customer)
    for _ in range(10):
        with pytest.raises(PaymentCodeUnknown):
            redeem(shop, charge, make_wrong(right))

    with pytest.raises(TooManyTries):
        redeem(shop, charge, right)

    assert PaymentCodeMiss.objects.count() == 10
    assert not PaymentCodeUse.objects.exists()


def test_a_minute_later_the_till_collects_again(shop, charge, customer):
    for _ in range(10):
        with pytest.raises(PaymentCodeUnknown):
            redeem(shop, charge, make_wrong(show_code(customer)))
    let_misses_age(seconds=61)

    assert redeem(shop, charge, show_code(customer)).wallet == customer.wallet


def test_each_till_has_its_own_tries_up_to_thirty_of_the_merchant(shop, customer):
    right = show_code(customer)
    tills = [act_for_terminal(add_terminal(shop.store, name=f"{n}")) for n in "123"]
    for principal in tills:
        for _ in range(10):
            with pytest.raises(PaymentCodeUnknown):
                redeem(
                    shop, factories.make_charge(shop), make_wrong(right), principal=principal
                )

    with pytest.raises(TooManyTries):
        redeem(shop, factories.make_charge(shop), right)

    assert PaymentCodeMiss.objects.count() == 30


def test_a_merchant_s_server_has_the_merchant_s_thirty(shop, charge, customer):
    server, right = act_for_merchant(shop.store), show_code(customer)
    for _ in range(30):
        with pytest.raises(PaymentCodeUnknown):
            redeem(shop, charge, make_wrong(right), principal=server)

    with pytest.raises(TooManyTries):
        redeem(shop, charge, right, principal=server)


def test_wrong_codes_of_one_merchant_stop_no_other(shop, charge, customer):
    for _ in range(10):
        with pytest.raises(PaymentCodeUnknown):
            redeem(shop, charge, make_wrong(show_code(customer)))
    other = factories.open_shop()

    use = redeem(other, factories.make_charge(other), show_code(customer))

    assert use.principal_id == other.terminal.id


def test_misses_are_forgotten_after_a_day(shop, charge, customer):
    for hours in (25, 23):
        with pytest.raises(PaymentCodeUnknown):
            redeem(shop, charge, make_wrong(show_code(customer)))
        let_misses_age(hours=hours)

    with pytest.raises(PaymentCodeUnknown):
        redeem(shop, charge, make_wrong(show_code(customer)))

    assert PaymentCodeMiss.objects.count() == 2


def test_a_guess_that_could_be_rolled_back_is_refused(shop, charge, customer):
    code = show_code(customer)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        redeem(shop, charge, code)


def test_another_secret_key_makes_other_codes(customer, settings):
    code = show_code(customer)
    keys = derive_keys(settings.SECRET_KEY)

    settings.SECRET_KEY = "x" * 50

    assert show_code(customer) != code
    assert derive_keys(settings.SECRET_KEY) != keys
    assert keys.shuffle != keys.tag
    assert open_code(keys, code).serial == PaymentCodeSeed.objects.get().serial


def test_a_serial_of_nine_digits_is_refused_by_the_database(customer):
    with pytest.raises(IntegrityError, match="eight_digits"):
        PaymentCodeSeed.objects.create(serial=10**8, wallet=customer.wallet, secret=b"x")


def test_things_name_themselves_without_secrets(shop, charge, customer):
    code = show_code(customer)
    use = redeem(shop, charge, code)

    assert str(PaymentCodeSeed.objects.get()) == f"codes of {customer.wallet.id}"
    assert str(use) == f"{customer.wallet.id} {use.step} started"
