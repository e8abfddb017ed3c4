"""The dashboard's forms of a shop's look."""

import re

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.forms import LineField, PageForm
from merchants.looks import CONTRAST_MIN, measure_contrast
from merchants.models import Merchant
from merchants.trades import TRADES

_COLOR = re.compile("#[0-9a-f]{6}")
_ASK_PICTURE = _("Choose a picture.")


class LookForm(PageForm):
    """A shop's name, what it sells, and the color of its button."""

    name = LineField(
        label=_("Name that customers see"),
        ask=_("Type the name that customers know, in up to 80 letters."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    trade = forms.ChoiceField(
        label=_("What it sells"),
        choices=[("", _("Not said")), *TRADES.items()],
        required=False,
        help_text=_(
            "It is written into the codes at the tills. Printed codes stay as they are."
        ),
        error_messages={"invalid_choice": _("Choose what the shop sells.")},
    )
    accent = LineField(
        label=_("Colour of the Pay button"),
        ask=_("Type a colour such as #085242, or none."),
        max_length=7,
        required=False,
        help_text=_("Such as #085242. White letters must be readable on it. Empty: ours."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    @classmethod
    def of(cls, merchant: Merchant) -> "LookForm":
        """Return the form with what the shop has."""
        facts = ("name", "trade", "accent")
        return cls(initial={fact: getattr(merchant, fact) for fact in facts})

    def clean_accent(self) -> str:
        """Return the color in small letters; refuse one on which white cannot be read."""
        typed: str = self.cleaned_data["accent"].lower()
        color = typed if typed.startswith("#") or not typed else f"#{typed}"
        if not color:
            return ""
        if not _COLOR.fullmatch(color):
            raise forms.ValidationError(gettext("Type a colour such as #085242, or none."))
        contrast = measure_contrast(color)
        if contrast < CONTRAST_MIN:
            words = gettext(
                "White letters cannot be read on this colour: their contrast is %(contrast)s to"
                " 1, and has to be 4.5 to 1. Choose a darker one."
            )
            # Rounded down, so that 4.49 is not told to be enough.
            raise forms.ValidationError(words % {"contrast": f"{int(contrast * 10) / 10}"})
        return color


class LogoForm(PageForm):
    """A picture that becomes the shop's logo."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG or WebP, up to 12 MB. It is shown 48 pixels high, on white."),
        error_messages={
            "required": _ASK_PICTURE,
            "invalid": _ASK_PICTURE,
            "missing": _ASK_PICTURE,
            "empty": _("The file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
