"""Makes an application's first tables from the state after all of them, rendered once."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.migrations import CreateModel, Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Creates models that follow each other in a migration.

    One by one, Django renders anew with each model all that are related to it: 2,500 times for
    our 90, which took most of the time that an empty database needs.
    """

    def __init__(self, creations: list[Operation]) -> None:
        self.creations = creations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add all models; who first asks for the rendered ones renders them."""
        state.__dict__.pop("apps", None)
        for creation in self.creations:
            creation.state_forwards(app_label, state)

    def database_forwards(self, *place: Any, **named_place: Any) -> None:
        """Make each table in its turn; their foreign keys come at the migration's end."""
        for creation in self.creations:
            creation.database_forwards(*place, **named_place)


class Executor(MigrationExecutor):
    """Django's own, for which the models that a migration creates are one operation."""

    def apply_migration(  # noqa: PLR0917  as Django has it
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,  # noqa: FBT001, FBT002  as Django has it
        fake_initial: bool = False,  # noqa: FBT001, FBT002  as Django has it
    ) -> ProjectState:
        """Apply a migration with its models together, unless Django looks for each."""
        if not fake_initial:
            joined = join_creations(migration.operations)
            migration.operations = joined  # type: ignore[misc]  # its own list, by Django
        return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


def join_creations(operations: Iterable[Operation]) -> list[Operation]:
    """Join the creations that follow each other, and keep the order of all."""
    joined: list[Operation] = []
    for is_creation, group in groupby(operations, key=lambda each: type(each) is CreateModel):
        together = list(group)
        joined += [CreateModels(together)] if is_creation else together
    return joined
