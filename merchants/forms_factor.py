"""Forms of the second factor."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, PageForm
from merchants.forms_people import ask_for_password


def _ask_for_code(**texts: Any) -> forms.CharField:
    return forms.CharField(
        **texts,
        label=_("Code"),
        max_length=40,
        error_messages={"required": _("Type the code.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class FactorForm(PageForm):
    """The second factor at the sign-in."""

    code = _ask_for_code(
        help_text=_("The six digits that the app shows now, or a recovery code.")
    )


class NewAppForm(PageForm):
    """The code of a new app, with the password that proves who asks."""

    code = _ask_for_code(help_text=_("The six digits that the app shows now."))
    current = ask_for_password()
    # What the app has scanned; signed, so that it is one of ours.
    secret = forms.CharField(widget=forms.HiddenInput)


class NewPasskeyForm(PageForm):
    """A new passkey, with the password that proves who asks."""

    prefix = "passkey"

    name = LineField(
        label=_("Name of the passkey"),
        ask=_("Type a name, in up to 80 letters."),
        max_length=80,
        help_text=_("Such as “My phone”, so that you know later which one to remove."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    current = ask_for_password()
    # The script writes the browser's answer here.
    answer = forms.CharField(
        widget=forms.HiddenInput(attrs={"data-passkey-answer": True}),
        error_messages={"required": _("Your browser has made no passkey.")},
    )


class ProofForm(PageForm):
    """Password and factor, before something is taken away."""

    prefix = "proof"

    current = ask_for_password()
    code = _ask_for_code(help_text=_("From the app, or a recovery code."))
