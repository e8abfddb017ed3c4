"""The page that stands in for the phone of the demo's operator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from demo.people import OPERATOR_APP_SECRET
from identity.factors import show_app_code


@never_cache
def show_code(request: HttpRequest) -> HttpResponse:
    """Show the code that the operator's authenticator app would show now."""
    code = show_app_code(OPERATOR_APP_SECRET)
    return render(request, "demo/code.html", {"code": f"{code[:3]} {code[3:]}"})
