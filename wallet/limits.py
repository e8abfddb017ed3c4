"""When a payment needs the PIN."""

from django.conf import settings

from wallet.models import Wallet


def needs_pin(wallet: Wallet, amount_minor: int) -> bool:
    """Return whether the PIN is needed: too much at once, too much or too often since the last.

    The figures are those of PSD2's exemption for small remote payments (regulation
    2018/389, article 16); 0 switches the sum or the count off.
    """
    sum_max, count_max = settings.NO_PIN_SUM_MAX_MINOR, settings.NO_PIN_COUNT_MAX
    return (
        amount_minor > settings.NO_PIN_EACH_MAX_MINOR
        or (bool(sum_max) and wallet.no_pin_minor + amount_minor > sum_max)
        or (bool(count_max) and wallet.no_pin_count >= count_max)
    )
