"""A pure library: payment payloads in and out of text, and text in and out of pictures."""
