"""Set the installation up from a terminal."""

import sys
from collections.abc import Iterable, Iterator
from getpass import getpass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from console.errors import OperatorAddressTaken, SetUpClosed, SetUpCodeOver
from console.forms_set_up import SetUpForm
from console.set_up import draw_code, read_code, set_up

_MANY = 12


class Command(BaseCommand):
    """Ask what `/setup/` asks; whoever has the settings needs no code."""

    help = "Set the installation up: its organisation, currency, time zone and first operator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the wish for a new code."""
        parser.add_argument(
            "--new-code",
            action="store_true",
            help="as the tables' owner: draw a new code, and print it for /setup/",
        )

    def handle(self, *args: Any, new_code: bool, **options: Any) -> None:
        """Ask until all answers are right, and set the installation up."""
        try:
            if new_code:
                self._draw()
                return
            code = self._find_code()
            form = self._ask_all()
            set_up(code, form.read_organisation(), form.read_operator(), device="first_run")
        except (SetUpClosed, SetUpCodeOver, OperatorAddressTaken) as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Done. Sign in at {settings.PUBLIC_URL}/console/")

    def _draw(self) -> None:
        try:
            draw_code()
        except ProgrammingError:
            raise CommandError(
                "Only the owner of the tables draws codes: run this with the address of"
                " the database that `migrate` gets."
            ) from None
        self.stdout.write(f"{settings.PUBLIC_URL}/setup/ : code {read_code()}")

    def _find_code(self) -> str:
        try:
            return read_code()
        except SetUpCodeOver:
            self._draw()
            return read_code()

    def _ask_all(self) -> SetUpForm:
        answers = {"country": settings.DEFAULT_REGION, "currency": settings.CURRENCIES[0]}
        wanted = list(SetUpForm().fields)
        while True:
            answers |= dict(self._ask(wanted, answers))
            form = SetUpForm(answers)
            if form.is_valid():
                return form
            for name, refusals in form.errors.items():
                self.stdout.write(f"{form.fields[name].label}: {refusals[0]}")
            wanted = [name for name in form.fields if name in form.errors]

    def _ask(self, names: list[str], known: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name in names:
            field = SetUpForm().fields[name]
            if isinstance(field, forms.ChoiceField):
                self._tell_choices(field)
            is_secret = isinstance(field.widget, forms.PasswordInput)
            before = f" [{known[name]}]" if known.get(name) and not is_secret else ""
            prompt = f"{field.label}{before}: "
            # Without a terminal, as when answers come from a file, nothing is echoed anyway.
            hides = is_secret and sys.stdin.isatty()
            answer = getpass(prompt) if hides else self._read(prompt)
            yield name, answer or known.get(name, "")

    def _tell_choices(self, field: forms.ChoiceField) -> None:
        listed = cast(Iterable[tuple[str, str]], field.choices)
        choices = [(key, label) for key, label in listed if key]
        if len(choices) <= _MANY:
            for key, label in choices:
                self.stdout.write(f"  {key}: {label}")

    def _read(self, prompt: str) -> str:
        self.stdout.write(prompt, ending="")
        self.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise CommandError("The answers ended before the last question.")
        return line.strip()
