"""A shop's look: its name, what it sells, its logo, and the color of its button."""

from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext

from merchants.errors import LogoUnfit
from merchants.logo_maker import Made, make_logo
from merchants.models import Logo, Merchant
from merchants.picture_children import explain_unfit

# WCAG 2.2, 1.4.3: what white letters need on a color.
CONTRAST_MIN = 4.5
_HASH_CHARS = 32


def change_look(merchant: Merchant, *, name: str, trade: str, accent: str) -> None:
    """Change what customers see of a shop; printed codes keep what they were printed with.

    `accent` is a color as `#085242`, on which white can be read, or empty.
    """
    assert not accent or has_contrast(accent), "the form has looked"
    merchant.name, merchant.trade, merchant.accent = name, trade, accent
    merchant.save(update_fields=["name", "trade", "accent"])


def change_logo(merchant: Merchant, picture: bytes) -> None:
    """Show another logo; the same picture again changes nothing.

    Raises:
        LogoUnfit: it is no picture that can be shown; it says why.
    """
    made = make_logo(picture)
    if not isinstance(made, Made):
        wanted = gettext("A logo is a PNG, JPEG or WebP picture.")
        raise LogoUnfit(explain_unfit(made, picture, wanted=wanted))
    name = f"{sha256(made.picture).hexdigest()[:_HASH_CHARS]}-{made.width}x{made.height}"
    with transaction.atomic():
        Logo.objects.bulk_create([Logo(name=name, picture=made.picture)], ignore_conflicts=True)
        merchant.logo = name
        merchant.save(update_fields=["logo"])


def remove_logo(merchant: Merchant) -> None:
    """Show no logo any more; again changes nothing."""
    merchant.logo = ""
    merchant.save(update_fields=["logo"])


def find_logo(name: str) -> bytes | None:
    """Find a logo's picture, as PNG."""
    found = Logo.objects.filter(pk=name).values_list("picture", flat=True).first()
    return None if found is None else bytes(found)


def measure_contrast(color: str) -> float:
    """Return how well white can be read on a color such as `#085242`: 1 not at all, 21 best."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in channels
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def has_contrast(color: str) -> bool:
    """Return whether white letters can be read on a color."""
    return measure_contrast(color) >= CONTRAST_MIN
