"""Access to the console: signed-in operators, and nobody else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode

from console.models import Operator
from identity.factors import has_factor
from merchants.access import activate_time_zone
from merchants.organisations import find_organisation

P = ParamSpec("P")
OperatorView = Callable[Concatenate[HttpRequest, Operator, P], HttpResponseBase]


def operators_only(
    view: OperatorView[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require sign-in and a second factor; refuse everybody who is no operator."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("merchants:sign_in"))
        operators = Operator.objects.filter(pk=request.user.pk, is_active=True)
        operator = operators.select_related("user").first()
        if operator is None:
            raise PermissionDenied
        if not has_factor(operator.pk):
            # Before anything else they make one, and come back.
            answer = redirect("merchants:security")
            answer["Location"] += f"?{urlencode({'next': request.get_full_path()})}"
            return answer
        organisation = find_organisation()
        if organisation is not None:
            activate_time_zone(organisation.time_zone)
        return view(request, operator, *args, **kwargs)

    return guarded
