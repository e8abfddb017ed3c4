"""Make somebody an operator of this installation."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.urls import reverse

from console.models import AuditEntry, Operator
from identity.factors import has_factor
from identity.models import User
from identity.passwords import make_password_token
from merchants.own_factor import turn_off
from qr.references import encode_reference


class Command(BaseCommand):
    """Make an operator; run it as the tables' owner, because the application may not."""

    help = "Make somebody an operator, and print the link by which they choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, and the name of somebody new."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--forget-factor",
            action="store_true",
            help="forget the second factor of an operator who has lost it",
        )

    @transaction.atomic
    def handle(
        self, *args: Any, email: str, name: str, forget_factor: bool, **options: Any
    ) -> None:
        """Make the operator; again changes nothing, and prints a link again."""
        address = email.strip().lower()
        user, _ = User.objects.get_or_create(email=address, defaults={"name": name or address})
        _, is_new = Operator.objects.update_or_create(user=user, defaults={"is_active": True})
        if is_new:
            AuditEntry.objects.create(deed="operator.added", subject=user.id)
        if forget_factor and has_factor(user.id):
            turn_off(user)
            AuditEntry.objects.create(deed="operator.factor_forgotten", subject=user.id)
        if user.password:
            self.stdout.write(f"{user} signs in at {settings.PUBLIC_URL}/console/")
            return
        path = reverse(
            "merchants:new_password",
            kwargs={
                "person": encode_reference("us", user.id),
                "token": make_password_token(user),
            },
        )
        self.stdout.write(f"{user} chooses a password here, once: {settings.PUBLIC_URL}{path}")
