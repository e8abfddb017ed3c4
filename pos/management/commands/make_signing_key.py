"""Draw a key for counter codes, for the settings of an installation."""

from typing import Any

from django.core.management.base import BaseCommand

from qr.signed import load_key, make_key, name_key, write_jwk


class Command(BaseCommand):
    """Prints a new key once; nothing is written anywhere."""

    help = "Draw a key that signs counter codes, and print what the settings need."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the private half, the public half, and the key's id."""
        private = make_key()
        public = load_key(private).public_key()
        self.stdout.write(f"SIGNING_KEY={private}")
        self.stdout.write(
            f"Once another key signs: RETIRED_SIGNING_KEYS={write_jwk(public)['x']}"
        )
        self.stdout.write(f"If it is ever lost: WITHDRAWN_SIGNING_KEYS={name_key(public)}")
