"""What a payload can be refused for."""


class PayloadInvalid(ValueError):
    """The text is not a payload of the expected form."""
