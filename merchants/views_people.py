"""The dashboard's people: who works here, as what, and with which PIN."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, can_manage, managers_only, owners_only, staff_only
from merchants.errors import LastOwner, MemberAlready, TooManyInvitations
from merchants.forms_people import (
    CashierForm,
    InvitationForm,
    MemberForm,
    NewCashierForm,
    PinForm,
)
from merchants.invitations import invite, list_open, send_invitation, withdraw
from merchants.models import Invitation, Role, StaffMember
from merchants.people import (
    add_cashier,
    can_change,
    change_job,
    dismiss,
    has_own_sign_in,
    list_people,
    rename_cashier,
    reset_pin,
    take_back,
)

# How an invitation is answered that is refused.
_REFUSED: dict[type[Exception], int] = {MemberAlready: 409, TooManyInvitations: 429}

MemberView = Callable[[HttpRequest, Staff, StaffMember], HttpResponseBase]


def of_member(view: MemberView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the person among those this one sees, or 404; refuse to change one's betters."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        for member in list_people(staff):
            if member.public_id == reference:
                if not can_change(staff, member):
                    raise PermissionDenied
                return view(request, staff, member)
        raise Http404

    return guarded


@require_GET
@never_cache
@staff_only
def people(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List who works here, who is invited, and who left."""
    everybody = list(list_people(staff))
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "can_manage": can_manage(staff),
        "is_owner": staff.role == Role.OWNER,
        "people": [(each, can_change(staff, each)) for each in everybody if each.is_active],
        "left": [(each, can_change(staff, each)) for each in everybody if not each.is_active],
        "invitations": list_open(staff.merchant) if staff.role == Role.OWNER else [],
        "said": request.GET.get("said", ""),
    }
    return render(request, "merchants/people.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
def new_cashier(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Add a cashier."""
    if request.method == "GET":
        return _show_new(request, staff, NewCashierForm(staff=staff))
    form = NewCashierForm(request.POST, staff=staff)
    if not form.is_valid():
        return _show_new(request, staff, form, status=422)
    try:
        add_cashier(
            staff.merchant,
            member_id=form.read_id(),
            name=form.cleaned_data["name"],
            pin=form.cleaned_data["pin"],
            job=form.read_job(Role.CASHIER),
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show_new(request, staff, form, status=409)
    return redirect("merchants:people")


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@owners_only
def new_invitation(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Invite somebody by mail."""
    if request.method == "GET":
        return _show_new(request, staff, InvitationForm(staff=staff))
    form = InvitationForm(request.POST, staff=staff)
    if not form.is_valid():
        return _show_new(request, staff, form, status=422)
    try:
        invite(
            staff.merchant,
            invitation_id=form.read_id(),
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            job=form.read_job(Role(form.cleaned_data["role"])),
        )
    except (MemberAlready, TooManyInvitations) as refusal:
        form.refuse("email", refusal)
        return _show_new(request, staff, form, status=_REFUSED[type(refusal)])
    except FormReused as refusal:
        form.renew(refusal)
        return _show_new(request, staff, form, status=409)
    return _say("invited")


@require_POST
@staff_only
@owners_only
def send_again(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Mail an invitation again."""
    send_invitation(_find_invitation(staff, reference))
    return _say("invited")


@require_POST
@staff_only
@owners_only
def withdraw_invitation(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Withdraw an invitation."""
    withdraw(_find_invitation(staff, reference))
    return redirect("merchants:people")


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_member
def member(request: HttpRequest, staff: Staff, member: StaffMember) -> HttpResponse:
    """Show somebody's job, and change it."""
    kind = MemberForm if has_own_sign_in(member) else CashierForm
    if request.method == "GET":
        return _show_member(request, staff, member)
    form = kind(request.POST, staff=staff)
    if not form.is_valid():
        return _show_member(request, staff, member, form=form, status=422)
    wanted = form.cleaned_data.get("role", Role.CASHIER)
    if staff.role != Role.OWNER and wanted != Role.CASHIER:
        raise PermissionDenied
    try:
        change_job(member, form.read_job(Role(wanted)))
    except LastOwner as refusal:
        form.refuse("role", refusal)
        return _show_member(request, staff, member, form=form, status=409)
    if "name" in form.cleaned_data:
        rename_cashier(member, form.cleaned_data["name"])
    return redirect("merchants:people")


@require_POST
@never_cache
@staff_only
@managers_only
@of_member
def pin(request: HttpRequest, staff: Staff, member: StaffMember) -> HttpResponse:
    """Set a cashier's new PIN."""
    form = PinForm(request.POST)
    if not form.is_valid():
        return _show_member(request, staff, member, pin_form=form, status=422)
    reset_pin(member, form.cleaned_data["pin"])
    return _say("pin")


@require_POST
@never_cache
@staff_only
@managers_only
@of_member
def leave(request: HttpRequest, staff: Staff, member: StaffMember) -> HttpResponse:
    """End somebody's work here."""
    try:
        dismiss(member)
    except LastOwner as refusal:
        return _show_member(request, staff, member, status=409, refusal=str(refusal))
    return redirect("merchants:people")


@require_POST
@staff_only
@managers_only
@of_member
def come_back(request: HttpRequest, staff: Staff, member: StaffMember) -> HttpResponse:
    """Take somebody back who left."""
    take_back(member)
    return redirect("merchants:people")


def _find_invitation(staff: Staff, reference: str) -> Invitation:
    for invitation in list_open(staff.merchant):
        if invitation.public_id == reference:
            return invitation
    raise Http404


def _show_new(
    request: HttpRequest,
    staff: Staff,
    form: NewCashierForm | InvitationForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"merchant": staff.merchant, "works_at": staff.store, "form": form}
    return render(request, "merchants/new_person.html", context, status=status)


def _show_member(
    request: HttpRequest,
    staff: Staff,
    member: StaffMember,
    *,
    status: int = 200,
    **shown: object,
) -> HttpResponse:
    kind = MemberForm if has_own_sign_in(member) else CashierForm
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "member": member,
        "has_own_sign_in": has_own_sign_in(member),
        "form": kind.of(member, staff=staff),
        "pin_form": PinForm(),
    }
    return render(request, "merchants/member.html", context | shown, status=status)


def _say(word: str) -> HttpResponse:
    answer = redirect("merchants:people")
    answer["Location"] += f"?said={word}"
    return answer
