"""The dashboard's categories of a store's items."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, list_own_stores, managers_only, of_store, staff_only
from merchants.models import Store
from pos.categories import (
    add_category,
    change_category,
    find_category,
    list_categories,
    place_category,
    remove_category,
)
from pos.errors import NotFound
from pos.forms_catalogue import CategoryForm, NewCategoryForm
from pos.item_refusals import CategoryNameTaken
from pos.models import Category
from pos.queries import read_reference

CategoryView = Callable[[HttpRequest, Staff, Category], HttpResponseBase]


def of_category(view: CategoryView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the category in this person's own stores, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        try:
            category_id = read_reference("ca", reference)
        except NotFound:
            raise Http404 from None
        category = find_category(category_id, list_own_stores(staff))
        if category is None:
            raise Http404
        return view(request, staff, category)

    return guarded


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def categories(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """List a store's categories, and add one."""
    if request.method == "GET":
        return _show_list(request, staff, store, form=NewCategoryForm())
    form = NewCategoryForm(request.POST)
    if not form.is_valid():
        return _show_list(request, staff, store, form=form, status=422)
    name, color = form.cleaned_data["name"], form.read_color()
    try:
        add_category(store, name=name, color=color, category_id=form.read_id())
    except CategoryNameTaken as refusal:
        form.refuse("name", refusal)
        return _show_list(request, staff, store, form=form, status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return _show_list(request, staff, store, form=form, status=409)
    return redirect("pos:categories", reference=store.public_id)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_category
def category(request: HttpRequest, staff: Staff, category: Category) -> HttpResponse:
    """Show a category, and change its name and colour."""
    if request.method == "GET":
        return _show(request, staff, category, form=CategoryForm.of(category))
    form = CategoryForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, category, form=form, status=422)
    try:
        change_category(category, name=form.cleaned_data["name"], color=form.read_color())
    except CategoryNameTaken as refusal:
        form.refuse("name", refusal)
        return _show(request, staff, category, form=form, status=409)
    return _go_to_list(category)


@require_POST
@staff_only
@managers_only
@of_category
def remove(request: HttpRequest, staff: Staff, category: Category) -> HttpResponse:
    """Remove a category; its items stay."""
    remove_category(category)
    return _go_to_list(category)


@require_POST
@staff_only
@managers_only
@of_category
def sort(request: HttpRequest, staff: Staff, category: Category) -> HttpResponse:
    """Put a category behind another one, or before all."""
    wanted = request.POST.get("after", "")
    others = {each.public_id: each for each in list_categories(category.store)}
    if wanted and wanted not in others:
        raise Http404
    place_category(category, after=others.get(wanted))
    return _go_to_list(category)


def _show_list(
    request: HttpRequest,
    staff: Staff,
    store: Store,
    *,
    form: NewCategoryForm,
    status: int = 200,
) -> HttpResponse:
    listed = list_categories(store)
    names = ["", "", *(each.public_id for each in listed), ""]
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": store,
        "places": [
            {"category": each, "up_after": names[place], "down_after": names[place + 3]}
            for place, each in enumerate(listed)
        ],
        "form": form,
    }
    return render(request, "pos/categories.html", context, status=status)


def _show(
    request: HttpRequest,
    staff: Staff,
    category: Category,
    *,
    form: CategoryForm,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": category.store,
        "category": category,
        "form": form,
    }
    return render(request, "pos/category.html", context, status=status)


def _go_to_list(category: Category) -> HttpResponse:
    return redirect("pos:categories", reference=category.store.public_id)
