"""A pure library: payment payloads in and out of text, and text in and out of pictures."""

from qr.recognition import Nature, Recognition, recognize

__all__ = ["Nature", "Recognition", "recognize"]
