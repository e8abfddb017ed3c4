"""The dashboard's forms about people, their sign-in, and keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, MakingForm, PageForm
from identity.forms import NewPasswordField, PinField
from merchants.models import Role, StaffMember, Store
from merchants.people import Job

_ROLES = {
    Role.OWNER: _("Owner: everything, also people and keys"),
    Role.MANAGER: _("Manager: stores, tills, items, cashiers, refunds"),
    Role.ACCOUNTANT: _("Accountant: reads everything, and keeps the accounts of journals"),
    Role.CASHIER: _("Cashier: the tills alone"),
}
INVITED = [Role.MANAGER, Role.ACCOUNTANT, Role.OWNER]


def _ask_for_name() -> LineField:
    return LineField(
        label=_("Name"),
        ask=_("Type the person's name, in up to 80 letters."),
        max_length=80,
        help_text=_("Tills and receipts show it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class _JobForm(PageForm):
    store = forms.ChoiceField(
        label=_("Works in"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of your stores.")},
    )
    may_refund = forms.BooleanField(label=_("May make refunds"), required=False)

    def __init__(self, *args: Any, staff: StaffMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = Store.objects.filter(merchant_id=staff.merchant_id).order_by("name")
        if staff.store_id is not None:
            stores = stores.filter(pk=staff.store_id)
        self._stores = {store.public_id: store for store in stores}
        # Whoever manages one store hires for that one alone.
        everywhere = [("", _("All stores"))] if staff.store_id is None else []
        self.fields["store"].choices = [  # type: ignore[attr-defined]  # it is a choice
            *everywhere,
            *((reference, store.name) for reference, store in self._stores.items()),
        ]
        self._own_store = staff.store

    def read_job(self, role: Role) -> Job:
        """Return the job that was chosen, in this role."""
        chosen = self._stores.get(self.cleaned_data["store"]) or self._own_store
        # Balances, keys and people belong to the whole merchant.
        store = None if role == Role.OWNER else chosen
        return Job(role=role, store=store, may_refund=self.cleaned_data["may_refund"])


class NewCashierForm(_JobForm, MakingForm):
    """A new cashier: a name and a PIN."""

    name = _ask_for_name()
    pin = PinField(label=_("PIN"))


class InvitationForm(_JobForm, MakingForm):
    """Whom to invite, and for what."""

    name = _ask_for_name()
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Type the e-mail address: the invitation goes there."),
            "invalid": _("Type an e-mail address such as mary@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role, _ROLES[role]) for role in INVITED],
        error_messages={
            "required": _("Choose the role."),
            "invalid_choice": _("Choose the role."),
        },
    )


class CashierForm(_JobForm):
    """A cashier whose sign-in is the shop's."""

    name = _ask_for_name()

    @classmethod
    def of(cls, member: StaffMember, *, staff: StaffMember) -> "CashierForm":
        """Return the form as it shows somebody."""
        return cls(initial={"name": member.user.name} | _show_job(member), staff=staff)


class MemberForm(_JobForm):
    """The job of somebody with a sign-in of their own."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=list(_ROLES.items()),
        error_messages={
            "required": _("Choose the role."),
            "invalid_choice": _("Choose the role."),
        },
    )

    @classmethod
    def of(cls, member: StaffMember, *, staff: StaffMember) -> "MemberForm":
        """Return the form as it shows somebody."""
        return cls(initial={"role": member.role} | _show_job(member), staff=staff)


class PinForm(PageForm):
    """A cashier's new PIN."""

    pin = PinField()


def ask_for_password() -> forms.CharField:
    """Return the field for the present password, which proves who asks."""
    return forms.CharField(
        label=_("Your password"),
        strip=False,
        error_messages={"required": _("Type the password you sign in with.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class OwnPinForm(PageForm):
    """One's own new PIN, with the password that proves who asks."""

    current = ask_for_password()
    pin = PinField()


class OwnPasswordForm(PageForm):
    """One's own new password, with the present one."""

    # Beside the form of the PIN, which has a field of the same name.
    prefix = "own"

    current = ask_for_password()
    password = NewPasswordField()


class NewPasswordForm(PageForm):
    """A new password, by the link of a mail."""

    password = NewPasswordField()


class AcceptForm(PageForm):
    """An invitation's answer from somebody who has no sign-in yet."""

    name = LineField(
        label=_("Your name"),
        ask=_("Type your name, in up to 80 letters."),
        max_length=80,
        help_text=_("Tills and receipts show it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = NewPasswordField()


class ForgottenForm(PageForm):
    """The address to which a link to a new password goes."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Type the e-mail address you sign in with."),
            "invalid": _("Type an e-mail address such as mary@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class NewKeyForm(MakingForm):
    """A new API key."""

    label = LineField(
        label=_("What it is for"),
        ask=_("Say in up to 80 letters what uses the key."),
        max_length=80,
        help_text=_("Such as “Web shop”, so that you know later which one to revoke."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _show_job(member: StaffMember) -> dict[str, Any]:
    store = member.store.public_id if member.store else ""
    return {"store": store, "may_refund": member.may_refund}
