"""Pictures of items: shown on the tills, found by the hash of their content."""

from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext

from merchants.picture_children import explain_unfit
from pos.item_picture_maker import Drawn, make_item_picture
from pos.item_refusals import PictureUnfit
from pos.models import Item, ItemPicture

SIZES = ("small", "large")
_HASH_CHARS = 32


def change_picture(item: Item, picture: bytes) -> None:
    """Show another picture of an item; the same picture again changes nothing.

    Raises:
        PictureUnfit: it is no picture that can be shown; it says why.
    """
    made = make_item_picture(picture)
    if not isinstance(made, Drawn):
        wanted = gettext("Choose a PNG, JPEG or WebP picture.")
        raise PictureUnfit(explain_unfit(made, picture, wanted=wanted))
    name = sha256(b"".join(made)).hexdigest()[:_HASH_CHARS]
    row = ItemPicture(name=name, small=made.small, large=made.large)
    with transaction.atomic():
        ItemPicture.objects.bulk_create([row], ignore_conflicts=True)
        Item.objects.filter(pk=item.pk).update(picture=name)


def remove_picture(item: Item) -> None:
    """Show no picture of an item any more; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(picture="")


def find_picture(name: str, size: str) -> bytes | None:
    """Find a picture in one of its sizes, as WebP."""
    found = ItemPicture.objects.filter(pk=name).values_list(size, flat=True).first()
    return None if found is None else bytes(found)
