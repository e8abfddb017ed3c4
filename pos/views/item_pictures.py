"""The dashboard's pictures of items, and the pictures that tills load."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from merchants.access import Staff, managers_only, staff_only
from merchants.picture_children import BYTES_MAX
from pos.forms_catalogue import PictureForm
from pos.item_pictures import SIZES, change_picture, find_picture, remove_picture
from pos.item_refusals import PictureUnfit
from pos.models import Item
from pos.views.items import of_item, show_item_page

# The address names the content, so whatever has it keeps it.
_FOR_EVER = "public, max-age=31536000, immutable"


@require_POST
@never_cache
@staff_only
@managers_only
@of_item
def picture(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Show a picture of an item."""
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_item_page(request, staff, item, picture=form, status=422)
    try:
        change_picture(item, form.cleaned_data["picture"].read(BYTES_MAX + 1))
    except PictureUnfit as refusal:
        form.refuse("picture", refusal)
        return show_item_page(request, staff, item, picture=form, status=422)
    return redirect("pos:item", reference=item.public_id)


@require_POST
@staff_only
@managers_only
@of_item
def no_picture(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Show no picture of an item any more."""
    remove_picture(item)
    return redirect("pos:item", reference=item.public_id)


@require_GET
def picture_file(request: HttpRequest, name: str, size: str) -> HttpResponse:
    """Send a picture."""
    found = find_picture(name, size) if size in SIZES else None
    if found is None:
        raise Http404
    headers = {"Cache-Control": _FOR_EVER}
    return HttpResponse(found, content_type="image/webp", headers=headers)
