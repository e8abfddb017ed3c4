"""The console's page of recurring jobs, queues, and the last proof of the books."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from console.access import operators_only
from console.jobs import describe_proof, list_jobs, list_queues
from console.models import Operator


@require_GET
@never_cache
@operators_only
def jobs(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Show when each job was last done, what waits, and whether the books were proved."""
    context = {
        "operator": operator,
        "jobs": list_jobs(),
        "queues": list_queues(),
        **describe_proof(),
    }
    return render(request, "console/jobs.html", context)
