"""Form fields for secrets; what was typed into them is never sent back to a page."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.digits import fold_digits
from identity.errors import PinTooEasy
from identity.pins import PIN_PATTERN, refuse_easy_pin

_ASK = _("Type six digits.")
_ATTRIBUTES = {
    "class": "pin",
    "inputmode": "numeric",
    "pattern": r"\p{Nd}*",
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
    "data-1p-ignore": True,
    "data-lpignore": "true",
}


class _PinInput(forms.PasswordInput):
    # A browser offers to keep what is typed into a password field, and fills it in elsewhere.
    input_type = "text"


class KnownPinField(forms.CharField):
    """The person's PIN, to prove who asks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"label": _("Your PIN")} | options,
            max_length=12,
            widget=_PinInput(attrs=dict(_ATTRIBUTES)),
            error_messages={"required": _ASK, "max_length": _ASK},
        )

    def clean(self, value: Any) -> str:  # noqa: ANN401  Django's own signature
        """Return the PIN in plain digits.

        Raises:
            ValidationError: not six digits; no try is counted for it.
        """
        pin = fold_digits(str(super().clean(value))).strip()
        if not PIN_PATTERN.match(pin):
            raise ValidationError(str(_ASK))
        return pin


class PinField(forms.CharField):
    """A new PIN: six digits of any script that are not easily guessed."""

    def __init__(self, **options: Any) -> None:
        options = {
            "label": _("New PIN"),
            "help_text": _("Six digits, no birthday and no row such as 123456."),
        } | options
        super().__init__(
            max_length=12,
            widget=_PinInput(attrs=dict(_ATTRIBUTES)),
            error_messages={"required": _ASK, "max_length": _ASK},
            **options,
        )

    def clean(self, value: Any) -> str:  # noqa: ANN401  Django's own signature
        """Return the PIN in plain digits.

        Raises:
            ValidationError: not six digits, or too easy.
        """
        pin = fold_digits(str(super().clean(value)))
        try:
            refuse_easy_pin(pin)
        except PinTooEasy as refusal:
            raise ValidationError(str(refusal)) from None
        return pin


class NewPasswordField(forms.CharField):
    """A new password, held against the rules of the settings."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("New password"),
            strip=False,
            max_length=128,
            help_text=_(
                "At least 12 letters, digits or signs. A sentence of your own is good."
            ),
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            error_messages={"required": _("Type a password of your own.")},
            **options,
        )

    def clean(self, value: Any) -> str:  # noqa: ANN401  Django's own signature
        """Return the password.

        Raises:
            ValidationError: it breaks a rule, and says which.
        """
        password = str(super().clean(value))
        validate_password(password)
        return password
