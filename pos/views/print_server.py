"""Where printers ask for their work: the secret in the address is all that they show."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pos.cloudprnt import (
    STARPRNT,
    answer_poll,
    is_hopeless,
    is_printed,
    read_token,
    read_trouble,
)
from pos.models import Printer, Protocol
from pos.print.typesetter import PagesFailed
from pos.print_jobs import confirm_job, fail_job, find_due, repeat_job, take_job
from pos.printers import find_printer, note_state
from pos.server_direct import read_results, write_request

# Of a job that is not there, or not yet.
_LATER = {"Retry-After": "5"}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def serve_printer(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a printer by its own protocol; an address of no printer is not there."""
    printer = find_printer(secret)
    if printer is None:
        raise Http404
    if printer.protocol == Protocol.SERVER_DIRECT:
        return _serve_epson(request, printer)
    return _serve_star(request, printer)


def _serve_star(request: HttpRequest, printer: Printer) -> HttpResponse:
    if request.method == "POST":
        trouble = read_trouble(request.body)
        if trouble is None:
            return HttpResponse(status=400)
        note_state(printer, trouble)
        job = find_due(printer)
        return JsonResponse(answer_poll(job.public_id if job else ""))
    code = request.GET.get("code", "")
    if request.method == "DELETE" or code:
        return _confirm(request, printer, code)
    return _send(request, printer)


def _send(request: HttpRequest, printer: Printer) -> HttpResponse:
    if request.GET.get("type", STARPRNT) != STARPRNT:
        return HttpResponse(status=415)
    token = request.GET.get("token", "")
    # Older firmwares name no job.
    due = None if token else find_due(printer)
    job_id = due.pk if due else read_token(token)
    if job_id is None:
        return HttpResponse(status=404)
    try:
        sent = take_job(printer, job_id) or repeat_job(printer, job_id)
    except PagesFailed:
        return HttpResponse(status=503, headers=_LATER)
    if sent is None:
        return HttpResponse(status=404)
    return HttpResponse(sent, content_type=STARPRNT)


def _confirm(request: HttpRequest, printer: Printer, code: str) -> HttpResponse:
    token = request.GET.get("token", "")
    job_id = read_token(token)
    if token and job_id is None:
        return HttpResponse(status=404)
    if is_printed(code):
        confirm_job(printer, job_id)
    else:
        fail_job(printer, job_id, for_good=is_hopeless(code))
    # Told again, it is as true as before.
    return HttpResponse(status=200)


def _serve_epson(request: HttpRequest, printer: Printer) -> HttpResponse:
    asked = request.POST.get("ConnectionType", "")
    if asked == "GetRequest":
        note_state(printer, printer.trouble)
        return _answer_xml(_write_next(printer))
    if asked != "SetResponse":
        return HttpResponse(status=400)
    results = read_results(request.POST.get("ResponseFile", ""))
    if results is None:
        return HttpResponse(status=400)
    for result in results:
        note_state(printer, result.trouble)
        if result.is_printed:
            confirm_job(printer, result.job_id)
        else:
            fail_job(printer, result.job_id, for_good=result.is_hopeless)
    return _answer_xml(b"")


def _write_next(printer: Printer) -> bytes:
    job = find_due(printer)
    if job is None:
        return b""
    try:
        sent = take_job(printer, job.pk)
    except PagesFailed:
        return b""
    return write_request(sent, token=job.public_id) if sent else b""


def _answer_xml(document: bytes) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml; charset=utf-8")
