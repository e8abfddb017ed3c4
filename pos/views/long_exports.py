"""The dashboard's long files: ask for one, see how far it is, download it."""

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from foundation.once import FormReused
from merchants.access import Staff, staff_only
from merchants.errors import ExportsElsewhere, TooManyExports
from merchants.exports import (
    LIFE,
    ask_export,
    find_export,
    find_path,
    is_kept,
    is_offered,
    list_exports,
)
from merchants.forms_exports import ExportForm, write_query
from merchants.layouts import suggest_layout
from merchants.models import Export, ExportKind


@require_GET
@never_cache
@staff_only
def exports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the long files of the last week, of what this person may read."""
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "exports": list_exports(staff),
        "life_days": LIFE.days,
    }
    return render(request, "pos/exports.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
def new_export(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Say that a file is long; on POST have a worker make it."""
    if request.method == "GET":
        kind = request.GET.get("kind", "")
        wish = {
            "kind": kind if kind in ExportKind else ExportKind.PAYMENTS,
            "query": write_query(request.GET),
        }
        return _show_form(request, staff, ExportForm(initial=wish))
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _show_form(request, staff, form, status=422)
    layout = suggest_layout(request.headers.get("Accept-Language", ""))
    try:
        export = ask_export(
            staff,
            ExportKind(form.cleaned_data["kind"]),
            query=form.cleaned_data["query"],
            layout=layout.key,
            language=get_language() or "en",
            export_id=form.read_id(),
        )
    except (ExportsElsewhere, TooManyExports) as refusal:
        form.refuse(None, refusal)
        return _show_form(request, staff, form, status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return _show_form(request, staff, form, status=409)
    return redirect("pos:export", reference=export.public_id)


@require_GET
@never_cache
@staff_only
def export(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show how far a file is, or that it can be downloaded."""
    found = _find(staff, reference)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "export": found,
        "is_kept": is_kept(found),
        "ends_at": found.made_at + LIFE if found.made_at else None,
    }
    return render(request, "pos/export.html", context)


@require_GET
@never_cache
@staff_only
def export_file(
    request: HttpRequest, staff: Staff, reference: str
) -> FileResponse | HttpResponse:
    """Download a file, with the rights of this moment; its page says why there is none."""
    found = _find(staff, reference)
    if not is_kept(found):
        return redirect("pos:export", reference=reference)
    try:
        file = find_path(found).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    name = gettext("payments") if found.kind == ExportKind.PAYMENTS else gettext("report")
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.csv", content_type="text/csv; charset=utf-8"
    )


def redirect_to_export(request: HttpRequest, kind: ExportKind) -> HttpResponseRedirect:
    """Redirect from a file that is too long to the page that has it made."""
    query = f"kind={kind.value}&{write_query(request.GET)}"
    return HttpResponseRedirect(f"{reverse('pos:new_export')}?{query}")


def _find(staff: Staff, reference: str) -> Export:
    found = find_export(staff, reference)
    if found is None:
        raise Http404
    return found


def _show_form(
    request: HttpRequest, staff: Staff, form: ExportForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "is_offered": is_offered(),
        "life_days": LIFE.days,
    }
    return render(request, "pos/new_export.html", context, status=status)
