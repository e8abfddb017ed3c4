"""The form that closes a till."""

from foundation.forms import MakingForm


class ClosingForm(MakingForm):
    """The wish to close the till; sent again, it is the same closing."""
