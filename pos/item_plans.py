"""What a list of items would change in a store, row by row, and what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from merchants.models import Store
from pos.item_columns import COLUMNS, CellRefused
from pos.item_list_files import ListRow
from pos.models import Item

_FIELDS = {column.field: name for name, column in COLUMNS.items()}
# Each stands for one item of a store.
_UNIQUE = ("name", "number", "barcode")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a place of the list, and what to do about it."""

    line: int
    column: str
    words: str


@dataclass(slots=True)
class Plan:
    """New items and changed ones, each with what is written of it; how many stay the same."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Item, dict[str, Any]]] = field(default_factory=list)
    same_count: int = 0
    problems: list[Problem] = field(default_factory=list)


def plan_import(store: Store, items: list[Item], rows: Iterable[ListRow]) -> Plan:
    """Compare a list with a store's items; writes nothing.

    An item is found by its number, else by its name. Columns that the list has not stay as they
    are. The count of an item that there is stays too: it has changed since the list was made.
    """
    return _Planner(store, items).plan(rows)


class _Planner:
    def __init__(self, store: Store, items: list[Item]) -> None:
        self._currency = store.currency
        self._owners: dict[str, dict[str, Item]] = {
            name: {getattr(item, name): item for item in items if getattr(item, name)}
            for name in _UNIQUE
        }
        # The line that has said it first, of each of a kind.
        self._said: dict[str, dict[str, int]] = {name: {} for name in _UNIQUE}
        self._touched: dict[Any, int] = {}
        self._plan = Plan()

    def plan(self, rows: Iterable[ListRow]) -> Plan:
        for row in rows:
            self._plan.problems += self._take(row)
        return self._plan

    def _take(self, row: ListRow) -> list[Problem]:
        facts, problems = self._read(row)
        if row.has_more:
            words = gettext(
                "The row has more cells than there are titles. A text with the separator in it"
                " needs quotation marks around it."
            )
            problems.append(Problem(row.line, "", words))
        if problems:
            return problems
        item = self._find(facts)
        problems = self._find_clashes(row, facts, item)
        if problems:
            return problems
        if item is None:
            self._plan.new.append(facts)
        else:
            self._change(item, facts)
        return []

    def _read(self, row: ListRow) -> tuple[dict[str, Any], list[Problem]]:
        facts, problems = {}, []
        for name, text in row.texts.items():
            column = COLUMNS[name]
            try:
                facts[column.field] = column.read(text, self._currency)
            except CellRefused as refusal:
                problems.append(Problem(row.line, name, str(refusal)))
        return facts, problems

    def _find(self, facts: dict[str, Any]) -> Item | None:
        numbered = self._owners["number"].get(facts.get("number", ""))
        if numbered is not None:
            return numbered
        named = self._owners["name"].get(facts.get("name", ""))
        # One that has another number is another item, whose name this one cannot have.
        if named is not None and facts.get("number") and named.number:
            return None
        return named

    def _find_clashes(
        self, row: ListRow, facts: dict[str, Any], item: Item | None
    ) -> list[Problem]:
        problems = []
        if item is None:
            problems += [
                Problem(row.line, name, gettext("A new item needs this column."))
                for name in ("name", "price")
                if COLUMNS[name].field not in facts
            ]
        elif item.pk in self._touched:
            words = gettext("This item stands in line %(line)s already. Remove one of the two.")
            return [Problem(row.line, "", words % {"line": self._touched[item.pk]})]
        else:
            self._touched[item.pk] = row.line
        for name in _UNIQUE:
            text = facts.get(name, "")
            if text and (words := self._explain_taken(name, text, row=row, item=item)):
                problems.append(Problem(row.line, name, words))
        return problems

    def _explain_taken(self, name: str, text: str, *, row: ListRow, item: Item | None) -> str:
        owner = self._owners[name].get(text)
        if owner is not None and (item is None or owner.pk != item.pk):
            words = gettext("The item “%(item)s” has this already. Write another one.")
            return words % {"item": owner.name}
        line = self._said[name].setdefault(text, row.line)
        if line != row.line:
            words = gettext("Line %(line)s says this already. Write another, or remove a row.")
            return words % {"line": line}
        return ""

    def _change(self, item: Item, facts: dict[str, Any]) -> None:
        before = {name: getattr(item, name) for name in facts}
        if "category" in before:
            before["category"] = item.category.name if item.category else ""
        changes = {
            name: value
            for name, value in facts.items()
            if name != "stock" and value != before[name]
        }
        if changes:
            self._plan.changed.append((item, changes))
        else:
            self._plan.same_count += 1
