"""National profiles of merchant-presented codes as declarations: templates, rules, places."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, NamedTuple

from qr import mpm
from qr.amounts import find_number
from qr.dialect import Dialect, Draft, Fields, Reading
from qr.errors import Deviation, PayloadInvalid
from qr.mpm_requests import Places, build_request, build_values, nest
from qr.mpm_templates import Match, Template, check_templates, match_templates
from qr.payment import PaymentRequest
from qr.rules import Condition, Presence, Rule, Values, Waiver, check, must, waive
from qr.tlv import DataObject

# What lengths count in a text that was read.
_BYTES, _CHARACTERS = "bytes", "characters"
Refine = Callable[[PaymentRequest, Values], PaymentRequest]
Finish = Callable[[PaymentRequest, dict[str, str]], None]


class _Notes(NamedTuple):
    objects: tuple[DataObject, ...]
    match: Match


@dataclass(frozen=True, kw_only=True)
class MpmDialect(Dialect):
    """A profile of EMVCo QRCPS MPM; its module only declares it.

    `currencies` and `countries` are ISO letters and become rules for 53 and 58, and defaults
    where there is one. `defaults` are written when the request says nothing else. `waivers`
    soften the base rules.
    `recognized_when` replaces "one of the templates stands there, in the right country".
    `refine` improves a request that was read, `finish` the values (by path) to be written.
    """

    computed: ClassVar[frozenset[str]] = frozenset({"63"})

    name: str
    title: str
    templates: tuple[Template, ...] = ()
    currencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    places: Places = field(default_factory=Places)
    defaults: Mapping[str, str] = field(default_factory=dict)
    recognized_when: Condition | None = None
    refine: Refine | None = None
    finish: Finish | None = None
    writes_bytes: bool = False

    @cached_property
    def _fixed_rules(self) -> tuple[Rule, ...]:
        rules = []
        if self.currencies:
            numbers = "|".join(find_number(each) for each in self.currencies)
            text = f"the currency of {self.title} is {' or '.join(self.currencies)} ({numbers})"
            rules.append(must("53", numbers, text))
        if self.countries:
            text = f"the country of {self.title} is {' or '.join(self.countries)}"
            rules.append(must("58", "|".join(self.countries), text))
        return tuple(rules)

    def recognize(self, text: str) -> bool:
        """Return whether the code names the scheme, sound or not."""
        return text.startswith(mpm.PREFIX) and self.recognize_payload(mpm.read(text))

    def recognize_payload(self, payload: mpm.Payload) -> bool:
        """Return whether a payload that was read already names the scheme."""
        if self.recognized_when is not None:
            return self.recognized_when(payload.values)
        country = payload.values.get("58")
        if country and self.countries and country not in self.countries:
            return False
        match = match_templates(payload.values, self.templates)
        return not self.templates or any(
            each.presence is not Presence.OPTIONAL for _, each in match.found
        )

    def parse(self, text: str) -> Draft:
        """Parse the code and find the scheme's templates in it."""
        return self._draft(mpm.read(text))

    def read_payload(self, payload: mpm.Payload, *, mark: str = "") -> Reading:
        """Read, as `read` does, a payload that was taken apart already."""
        return self.conclude(mark + payload.text, self._draft(payload), mark=mark)

    def _draft(self, payload: mpm.Payload) -> Draft:
        # Writing composes characters, and a read text has to be written unchanged.
        ascii_only = payload.text.isascii()
        values = payload.values if ascii_only else mpm.compose(payload.values)
        match = match_templates(values, self.templates)
        found = (*payload.deviations, *match.deviations)
        layout = _BYTES if payload.counts_bytes else _CHARACTERS
        notes = _Notes(payload.objects, match)
        return Draft(payload.fields, match.values, found, layout, notes)

    def check(self, draft: Draft) -> Iterable[Deviation]:
        """Apply the profile's tables, and soften what the profile allows."""
        notes: _Notes = draft.notes
        own = (
            *check_templates(notes.match, self.templates),
            *check(draft.values, self._fixed_rules),
            *check(draft.values, self.rules),
        )
        found = (*draft.deviations, *(mpm.locate(each, notes.objects) for each in own))
        return waive(found, self.waivers, draft.values) if found else ()

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return what the code asks for."""
        request = build_request(draft.notes.match, scheme=self.name, places=self.places)
        return request if self.refine is None else self.refine(request, draft.values)

    def to_fields(self, request: PaymentRequest) -> Fields:
        """Return the objects that ask for this, composed, in ascending order."""
        values = dict(self.defaults)
        # Of several, only the request can say which.
        if len(self.countries) == 1:
            values["58"] = self.countries[0]
        if len(self.currencies) == 1 and not request.currency:
            request = replace(request, currency=self.currencies[0])
        values |= build_values(request, templates=self.templates, places=self.places)
        if self.finish is not None:
            self.finish(request, values)
        return nest(mpm.compose(values))

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the objects and the check sum."""
        if not layout:
            return self._write(fields)
        text = mpm.write_bytes(fields) if layout == _BYTES else mpm.write(fields)
        # What was read keeps the letters of its check sum, in capitals or not.
        stood = fields.get("63", "")
        return text[:-4] + stood if stood.upper() == text[-4:] else text

    def _write(self, fields: Fields) -> str:
        text = mpm.write(fields)
        if text.isascii() or not self.writes_bytes:
            return text
        try:
            in_bytes = mpm.write_bytes(fields)
        except PayloadInvalid:
            # More than 99 bytes, and no more than 99 characters.
            return text
        # By chance it may also be valid with lengths in characters, which is tried first.
        return in_bytes if mpm.read(in_bytes).counts_bytes else text
