"""Payment codes of any minute, as a test customer's phone would show them."""

import time

from django.conf import settings
from django.db import connection

from qr.payment_codes import STEP_S, encode_code
from tests import factories
from wallet.models import PaymentCodeSeed, Wallet
from wallet.payment_codes import derive_keys, issue_codes

# This much of a minute must be left for a test that must not reach the next one.
_ROOM_S = 5


def show_code(customer: factories.Customer) -> str:
    """Show the code of this minute, or the next if that one was used."""
    return issue_codes(customer.wallet)[0].code


def write_code(wallet: Wallet, *, step: int) -> str:
    """Write the code the wallet's phone would show in another minute."""
    issue_codes(wallet)
    seed = PaymentCodeSeed.objects.get(wallet=wallet)
    keys = derive_keys(settings.SECRET_KEY)
    return encode_code(keys, serial=seed.serial, secret=bytes(seed.secret), step=step)


def await_steady_step() -> int:
    """Return the minute it is by the database's clock, once enough of it is left."""
    while (now := _read_clock()) % STEP_S > STEP_S - _ROOM_S:
        time.sleep(0.05)
    return int(now // STEP_S)


def _read_clock() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (seconds,) = cursor.fetchone()
    return seconds
