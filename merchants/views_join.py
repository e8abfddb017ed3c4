"""The pages by which a shop joins: apply, confirm the address, see how it stands."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.once import FormReused
from identity.errors import DoorsCrowded
from merchants import invitations
from merchants.applications import (
    apply,
    confirm_address,
    find_by_token,
    invite_owner_again,
    is_ownerless,
)
from merchants.errors import InvitationOver, TooManyLetters
from merchants.forms_join import JoinForm
from merchants.models import ApplicationStatus


@require_http_methods(["GET", "POST"])
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """Apply as a shop."""
    if request.method == "GET":
        form = JoinForm(initial={"country": settings.DEFAULT_REGION})
        return render(request, "merchants/join.html", {"form": form})
    form = JoinForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            application = apply(form.read_applicant(), application_id=form.read_id())
        except (TooManyLetters, DoorsCrowded) as refusal:
            form.refuse("email", refusal)
            status = 429
        except FormReused as refusal:
            form.renew(refusal)
            status = 409
        else:
            context = {"sent_to": application.email}
            return render(request, "merchants/join_sent.html", context)
    return render(request, "merchants/join.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Show how an application stands; on POST confirm its address or invite its owner again."""
    try:
        found = find_by_token(token)
    except InvitationOver as refusal:
        context = {"refusal": str(refusal)}
        return render(request, "merchants/link_over.html", context, status=410)
    if request.method == "POST":
        confirm_address(found)
        found.refresh_from_db()
        invite_owner_again(found)
    if found.merchant is not None and found.status == ApplicationStatus.APPROVED:
        # By shop, address and role: an id alone may be that of somebody else's invitation.
        invitation = invitations.find_for_owner(found.merchant, email=found.email)
        if invitation is not None:
            return redirect("merchants:invitation", token=invitations.make_token(invitation))
    shown = {"application": found, "is_ownerless": is_ownerless(found)}
    return render(request, "merchants/application.html", shown)
