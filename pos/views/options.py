"""The dashboard's groups of options: what can be chosen of an item."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, list_own_stores, managers_only, staff_only
from pos.errors import NotFound
from pos.forms_options import GroupForm, NewGroupForm
from pos.models import Item, OptionGroup
from pos.option_groups import add_group, change_group, find_group, remove_group
from pos.queries import read_reference
from pos.views.items import of_item

GroupView = Callable[[HttpRequest, Staff, OptionGroup], HttpResponseBase]


def of_group(view: GroupView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the group in this person's own stores, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        try:
            group_id = read_reference("og", reference)
        except NotFound:
            raise Http404 from None
        group = find_group(group_id, list_own_stores(staff))
        if group is None:
            raise Http404
        return view(request, staff, group)

    return guarded


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_item
def new_group(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Add something that can be chosen of an item."""
    if request.method == "GET":
        return _show(request, staff, item, form=NewGroupForm(store=item.store))
    form = NewGroupForm(request.POST, store=item.store)
    if not form.is_valid():
        return _show(request, staff, item, form=form, status=422)
    try:
        add_group(item, form.read_facts(), group_id=form.read_id())
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, staff, item, form=form, status=409)
    return redirect("pos:item", reference=item.public_id)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_group
def group(request: HttpRequest, staff: Staff, group: OptionGroup) -> HttpResponse:
    """Show a group of options, and change it."""
    if request.method == "GET":
        return _show(request, staff, group.item, group=group, form=GroupForm.of(group))
    form = GroupForm(request.POST, store=group.item.store)
    if not form.is_valid():
        return _show(request, staff, group.item, group=group, form=form, status=422)
    change_group(group, form.read_facts())
    return redirect("pos:item", reference=group.item.public_id)


@require_POST
@staff_only
@managers_only
@of_group
def remove(request: HttpRequest, staff: Staff, group: OptionGroup) -> HttpResponse:
    """Remove a group of options."""
    remove_group(group)
    return redirect("pos:item", reference=group.item.public_id)


def _show(
    request: HttpRequest,
    staff: Staff,
    item: Item,
    *,
    form: GroupForm,
    group: OptionGroup | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "item": item,
        "store": item.store,
        "group": group,
        "form": form,
    }
    return render(request, "pos/option_group.html", context, status=status)
