"""When a payment needs the PIN, and how much was paid since the last one."""

from django.conf import settings
from django.db.models import F

from wallet.errors import PinRequired
from wallet.models import Wallet


def needs_pin(wallet: Wallet, amount_minor: int) -> bool:
    """Tell whether the PIN is wanted: too much at once, too much or too often since the last.

    The figures are those of PSD2's exemption for small remote payments (regulation
    2018/389, article 16); 0 switches the sum or the count off.
    """
    sum_max, count_max = settings.NO_PIN_SUM_MAX_MINOR, settings.NO_PIN_COUNT_MAX
    return (
        amount_minor > settings.NO_PIN_EACH_MAX_MINOR
        or (bool(sum_max) and wallet.no_pin_minor + amount_minor > sum_max)
        or (bool(count_max) and wallet.no_pin_count >= count_max)
    )


def count_without_pin(wallet: Wallet, amount_minor: int) -> None:
    """Count a payment without PIN; must run in the payment's transaction.

    Raises:
        PinRequired: another payment came in between and used the allowance up.
    """
    if not settings.NO_PIN_SUM_MAX_MINOR and not settings.NO_PIN_COUNT_MAX:
        return
    allowed = Wallet.objects.filter(pk=wallet.pk)
    if settings.NO_PIN_SUM_MAX_MINOR:
        allowed = allowed.filter(no_pin_minor__lte=settings.NO_PIN_SUM_MAX_MINOR - amount_minor)
    if settings.NO_PIN_COUNT_MAX:
        allowed = allowed.filter(no_pin_count__lt=settings.NO_PIN_COUNT_MAX)
    counted = allowed.update(
        no_pin_count=F("no_pin_count") + 1, no_pin_minor=F("no_pin_minor") + amount_minor
    )
    if not counted:
        raise PinRequired


def start_counting_again(wallet: Wallet) -> None:
    """Forget what was paid without PIN; must run in the transaction of a payment with one."""
    Wallet.objects.filter(pk=wallet.pk).exclude(no_pin_count=0, no_pin_minor=0).update(
        no_pin_count=0, no_pin_minor=0
    )
