"""A scheme's own templates in merchant-presented codes: found, opened and checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qr.errors import Deviation, Kind
from qr.rules import Presence, Rule, Test, Values, check
from qr.tlv import scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A merchant account template of a scheme, or another object the scheme owns.

    `ids` are the places it may stand at, the usual one first; a path such as `62-50` or a
    primitive such as `02` is opened on demand. `guid` is compared without case, unless
    `is_guid` decides. `accounts` names the sub-objects that lead to the payee, `rules` have
    paths relative to the template, `nested` are sub-objects that consist of objects.
    """

    ids: tuple[str, ...]
    guid: str = ""
    accounts: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    presence: Presence = Presence.ONE_OF
    nested: tuple[str, ...] = ()
    is_guid: Test | None = None

    def matches(self, guid: str) -> bool:
        """Return whether a unique identifier is this template's."""
        if self.is_guid is not None:
            return self.is_guid(guid)
        return guid.lower() == self.guid.lower()


@dataclass(frozen=True, slots=True)
class Match:
    """The templates found, by place.

    `values` are the payload's, with what was opened, and with the main template a second
    time under `@` (`@-01`), so that rules need not know its place.
    """

    values: Values
    found: tuple[tuple[str, Template], ...]
    deviations: tuple[Deviation, ...]


def match_templates(values: Values, templates: Iterable[Template]) -> Match:
    """Find templates by their unique identifiers and open their nested objects."""
    opened = dict(values)
    found: list[tuple[str, Template]] = []
    deviations: list[Deviation] = []
    for template in templates:
        for place in template.ids:
            unopened = place in opened and f"{place}-00" not in opened
            remarks = tuple(_open(place, opened)) if unopened else ()
            if template.matches(opened.get(f"{place}-00", "")):
                found.append((place, template))
                deviations += remarks
                for child in template.nested:
                    if f"{place}-{child}" in opened:
                        deviations += _open(f"{place}-{child}", opened)
    _add_alias(opened, found)
    return Match(opened, tuple(found), tuple(deviations))


def check_templates(match: Match, templates: tuple[Template, ...]) -> Iterator[Deviation]:
    """Yield missing templates, and deviations from the templates' own rules."""
    present = {id(template) for _, template in match.found}
    either = [each for each in templates if each.presence is Presence.ONE_OF]
    if either and not any(id(each) in present for each in either):
        yield _describe_missing(match.values, either)
    for template in templates:
        if template.presence is Presence.MANDATORY and id(template) not in present:
            yield _describe_missing(match.values, [template])
    yield from _list_repeated(match)
    for place, template in match.found:
        yield from check(match.values, template.rules, prefix=f"{place}-")


def _list_repeated(match: Match) -> Iterator[Deviation]:
    seen: set[int] = set()
    for place, template in match.found:
        # Only what leads to the payee, and only where one identifier is one scheme's.
        if template.presence is not Presence.ONE_OF or template.is_guid is not None:
            continue
        if id(template) in seen:
            yield Deviation(f"{place}-00", Kind.DUPLICATE, "a scheme takes one place")
        seen.add(id(template))


def _describe_missing(values: Values, templates: list[Template]) -> Deviation:
    names = " or ".join(each.guid for each in templates if each.guid)
    rule = f"a template with the unique identifier {names}".rstrip() + " is mandatory"
    for template in templates:
        for place in template.ids:
            guid = values.get(f"{place}-00")
            if guid is not None:
                return Deviation(f"{place}-00", Kind.VALUE, rule, repr(guid))
    return Deviation(f"{templates[0].ids[0]}-00", Kind.MISSING, rule, "it is missing")


def _open(path: str, values: dict[str, str]) -> Iterator[Deviation]:
    found = scan(values[path])
    if found.fault:
        yield Deviation(path, Kind.STRUCTURE, "the template consists of objects", found.fault)
        return
    for each in found.objects:
        inner = f"{path}-{each.id}"
        if inner in values:
            yield Deviation(inner, Kind.DUPLICATE, "a name stands once at its level")
        else:
            values[inner] = each.value


def _add_alias(values: dict[str, str], found: list[tuple[str, Template]]) -> None:
    main = [place for place, each in found if each.presence is Presence.ONE_OF]
    if main:
        start = f"{main[0]}-"
        own = [(path, value) for path, value in values.items() if path.startswith(start)]
        values |= {f"@-{path[len(start) :]}": value for path, value in own}
