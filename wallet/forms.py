"""The forms of customers who join, or forgot their PIN."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.digits import fold_digits
from foundation.forms import LineField, PageForm
from identity.forms import PinField
from identity.sign_in import read_new_phone

_ASK = _("Type an e-mail address, or a phone number such as +353 87 123 4567.")


class AddressField(forms.CharField):
    """An e-mail address or a phone number, in the form in which people are found by it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("E-mail or phone number"),
            max_length=254,
            error_messages={"required": _ASK},
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "username",
                    "autocapitalize": "none",
                    "spellcheck": "false",
                }
            ),
            **options,
        )

    def clean(self, value: object) -> str:
        """Return the address in lower case, or the number in E.164.

        Raises:
            ValidationError: neither, or a number where no texts are sent.
        """
        typed = str(super().clean(value)).strip()
        if "@" in typed:
            try:
                validate_email(typed)
            except ValidationError:
                raise ValidationError(str(_ASK)) from None
            return typed.lower()
        number = read_new_phone(typed)
        if not number:
            raise ValidationError(str(_ASK))
        if not settings.TEXT_SENDER:
            raise ValidationError(gettext("We send no texts here. Type your e-mail address."))
        return number


class JoinForm(PageForm):
    """Whom the wallet is for, and where the code goes."""

    name = LineField(
        label=_("Your name"),
        ask=_("Type your name, in up to 80 letters."),
        max_length=80,
        help_text=_("Shops see the first name and one letter."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = AddressField()


class ForgottenPinForm(PageForm):
    """Where the code for a new PIN goes."""

    address = AddressField()


class CodeForm(PageForm):
    """The code that was sent."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={
            "required": _("Type the eight digits that we sent."),
            "max_length": _("Type the eight digits that we sent."),
        },
        widget=forms.TextInput(
            attrs={
                "class": "big",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )


class NewPinForm(PageForm):
    """A new PIN, typed twice because it is not shown."""

    pin = PinField()
    again = forms.CharField(
        label=_("The same PIN again"),
        max_length=12,
        error_messages={"required": _("Type the PIN a second time.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["again"].widget = type(self.fields["pin"].widget)(
            attrs=dict(self.fields["pin"].widget.attrs)
        )

    def clean(self) -> dict[str, Any]:
        """Hold the two against each other."""
        typed = super().clean() or self.cleaned_data
        again = fold_digits(typed.get("again", ""))
        if typed.get("pin") and again and typed["pin"] != again:
            self.add_error("pin", gettext("The two PINs differ. Type both again."))
        return typed
