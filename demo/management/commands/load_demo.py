"""Load the demo, once; prints only errors."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.people import make_demo, offer_demo_pairing
from merchants.models import Merchant
from servers.state import write_private


class Command(BaseCommand):
    """Make the demo's shop and people, and write a file that says how to use them."""

    help = "Load the demo unless it is there, and write its addresses and sign-ins to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept the file to write and the address to name in it."""
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument("--base-url", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the demo if it is missing; the file holds the only copy of its secrets."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: set DEMO=1 if it is meant to be one.")
        output: Path = options["output"]
        if output.exists() and Merchant.objects.exists():
            facts = json.loads(output.read_text())
        elif Merchant.objects.exists():
            raise CommandError("The demo's sign-ins are lost. `make demo-reset` starts afresh.")
        else:
            facts = make_demo()
        till, code = offer_demo_pairing()
        facts |= {"base_url": options["base_url"], "pairing": {"terminal": till, "code": code}}
        write_private(output, json.dumps(facts, indent=1))
