"""Reads joined rows into models by SQL built once, for the few hot queries of payments.

Building such a query each time costs several times as much as running it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from django.db.models.base import ModelState
from psycopg import sql as psycopg_sql

from foundation.postgresql.base import DatabaseWrapper, Parameters, Row

M = TypeVar("M", bound=Model)


class JoinedRows(Generic[M]):
    """A statement that returns a model together with related ones, as `select_related` would.

    `{columns}` in the statement stands for all their columns: the model's alias is its own name
    in lower case, a related one's is its path (`store`, `store__merchant`). A related one whose
    key is NULL is None. Further columns are extras. A model's `read_at`, if it has one, is set
    to the database's clock by the same statement.

    Each row has the model `beside` too, if one is named, as its first extra.

    `only` names the columns to read of a path; the others are read by their first use, which
    takes a statement each.

    `is_command`: the statement is all of a request, and may share a round trip with others.
    """

    def __init__(
        self,
        model: type[M],
        *paths: str,
        sql: str,
        beside: type[Model] | None = None,
        beside_paths: Sequence[str] = (),
        only: Mapping[str, Sequence[str]] = MappingProxyType({}),
        is_command: bool = False,
    ) -> None:
        self._is_command = is_command
        self._trees = [_Tree(model, paths, only)]
        if beside is not None:
            self._trees.append(_Tree(beside, beside_paths, only))
        columns = ", ".join(tree.columns for tree in self._trees)
        self._sql = sql.format(columns=columns)

    def first(self, parameters: Parameters) -> M | None:
        """Run the statement and return the first row's model, or None."""
        return self.first_with_extras(parameters)[0]

    def first_with_extras(self, parameters: Parameters) -> tuple[M | None, tuple[Any, ...]]:
        """Run the statement and return the first row's model and extras; None without a row."""
        own = find_connection()
        fetch = own.fetch_row_by_trip if self._is_command else own.fetch_row
        row = fetch(self._sql, parameters)
        return (None, ()) if row is None else self._build(row)

    def list(self, parameters: Parameters) -> list[M]:
        """Run the statement and return the model of each row."""
        rows = find_connection().fetch_rows(self._sql, parameters)
        return [self._build(row)[0] for row in rows]

    def _build(self, row: Row) -> tuple[M, tuple[Any, ...]]:
        built, rest = [], row
        for tree in self._trees:
            built.append(tree.build(rest[: tree.width]))
            rest = rest[tree.width :]
        return built[0], (*built[1:], *rest)


def find_connection() -> DatabaseWrapper:
    """Return this thread's connection, of a type that knows what is our own."""
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])


def list_fields(model: type[Model]) -> list[str]:
    """List the columns of a model's table."""
    return [field.column for field in _describe(model).concrete_fields]


def write_initial(model: type[Model], column: str) -> str:
    """Write a column's value in a new row as SQL: its field's default.

    Raises:
        TypeError: the default is neither a text, a number, yes or no, nor none.
    """
    default = next(
        field.get_default()
        for field in _describe(model).concrete_fields
        if field.column == column
    )
    match default:
        case None:
            return "NULL"
        case bool() | int():
            return str(default).lower()
        case str():
            return psycopg_sql.quote(default)
    raise TypeError(f"{default!r} cannot be written as SQL.")


class _Tree:
    """A model with the related ones of some paths."""

    def __init__(
        self, model: type[Model], paths: Sequence[str], only: Mapping[str, Sequence[str]]
    ) -> None:
        self._parts = [_Part(model, path, only.get(path, ())) for path in ("", *paths)]
        self.columns = ", ".join(part.columns for part in self._parts)
        self.width = sum(part.width for part in self._parts)

    def build(self, row: Sequence[Any]) -> Any:  # noqa: ANN401  the model, or None
        built: dict[str, Any] = {}
        start = 0
        for part in self._parts:
            built[part.path] = part.build(row[start : start + part.width])
            start += part.width
            parent = built.get(part.parent_path)
            if part.field is not None and parent is not None:
                part.field.set_cached_value(parent, built[part.path])
        return built[""]


class _Part:
    """One model of the rows, and its relation to its parent."""

    def __init__(self, root: type[Model], path: str, only: Sequence[str]) -> None:
        self.path, self.parent_path = path, path.rpartition("__")[0]
        self.model: Any = root
        self.field: Any = None
        for name in filter(None, path.split("__")):
            self.field = _describe(self.model).get_field(name)
            self.model = self.field.related_model
        every = _describe(self.model).concrete_fields
        fields = [field for field in every if not only or field.column in only]
        alias = path or _describe(root).model_name
        columns = [f'"{alias}"."{field.column}"' for field in fields]
        self._tells_time = hasattr(self.model, "read_at")
        if self._tells_time:
            columns.append("clock_timestamp()")
        self.columns = ", ".join(columns)
        self.width = len(columns)
        self._names = [field.attname for field in fields]
        self._key = next(place for place, field in enumerate(fields) if field.primary_key)

    def build(self, values: Sequence[Any]) -> Any:  # noqa: ANN401  the model, or None
        """Make the model; None for a row that an outer join did not find."""
        if values[self._key] is None:
            return None
        clock = values[-1]
        facts = values[:-1] if self._tells_time else values
        # What `from_db` would do by way of every field's descriptor, at a tenth of its cost.
        built: Any = self.model.__new__(self.model)
        built.__dict__.update(zip(self._names, facts, strict=True))
        built._state = ModelState()  # noqa: SLF001  Django documents it as an interface
        built._state.adding, built._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001
        if self._tells_time:
            built.read_at = clock
        return built


def _describe(model: type[Model]) -> Any:  # noqa: ANN401  its own type takes no parameter
    return model._meta  # noqa: SLF001  Django documents it as an interface
