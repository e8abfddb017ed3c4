"""The interface of every payment format: recognise, read, decode, encode, write again."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from qr.errors import Deviation, Kind, PayloadInvalid, Weight, raise_gravest
from qr.marks import check_marks, split_mark
from qr.payment import PaymentRequest
from qr.rules import Rule, Values, check, flatten

# As the vectors have them: names to text or fields again; for BER, a list of pairs.
Fields = Any


@dataclass(frozen=True, slots=True)
class Draft:
    """The parser's result, before any rule of the dialect is applied.

    `values` are the fields by path; `layout` is what this dialect needs to write the same text
    again, such as the kind of line end; `notes` carry the parser's findings to its `check` and
    `to_request`.
    """

    fields: Fields
    values: Values
    deviations: tuple[Deviation, ...] = ()
    layout: str = ""
    notes: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text that was read: its fields as the standard names them, and their request."""

    format: str
    title: str
    text: str = field(repr=False)
    fields: Fields = field(repr=False)
    request: PaymentRequest | None
    deviations: tuple[Deviation, ...] = ()
    layout: str = field(default="", repr=False)

    @property
    def is_payable(self) -> bool:
        """Whether a lenient reader may pay: nothing fatal, a payee and a usable amount."""
        fatal = any(each.weight is Weight.FATAL for each in self.deviations)
        return not fatal and self.request is not None and self.request.is_payable


class Dialect(ABC):
    """One payment format. Subclasses say how text, fields and request belong together."""

    name: str
    title: str
    rules: tuple[Rule, ...] = ()
    # Objects the writer computes itself, so that given values for them are ignored.
    computed: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def recognize(self, text: str) -> bool:
        """Return, cheaply, whether the text claims to be of this format, sound or not."""

    @abstractmethod
    def parse(self, text: str) -> Draft:
        """Parse the text and apply the rules that need its very characters.

        Raises:
            PayloadInvalid: it cannot be read as this format at all.
        """

    @abstractmethod
    def serialize(self, fields: Fields, layout: str) -> str:
        """Put fields together; the opposite of `parse`. Without layout, the usual one."""

    @abstractmethod
    def to_request(self, draft: Draft) -> PaymentRequest | None:
        """Return the values' request; never fails, whatever the values are."""

    def to_fields(self, request: PaymentRequest) -> Fields:
        """Return the fields of this request.

        Raises:
            PayloadInvalid: the format cannot say it.
        """
        raise PayloadInvalid(f"{self.title} is only read, not written; {request.scheme=}.")

    def check(self, draft: Draft) -> Iterable[Deviation]:
        """Return the parser's and the table's deviations; override for what no table says."""
        return (*draft.deviations, *check(draft.values, self.rules))

    def read(self, text: str) -> Reading:
        """Read leniently: everything understandable, with every deviation reported.

        Raises:
            PayloadInvalid: the text has not even the outline of this format.
        """
        mark, bare = split_mark(text)
        return self.conclude(text, self.parse(bare), mark=mark)

    def conclude(self, text: str, draft: Draft, *, mark: str = "") -> Reading:
        """Check a draft and build its request; `mark` is the mark before the parsed text."""
        return Reading(
            format=self.name,
            title=self.title,
            text=text,
            fields=draft.fields,
            request=self.to_request(draft),
            deviations=(*check_marks(text), *self.check(draft)),
            layout=mark + draft.layout,
        )

    def decode(self, text: str) -> Reading:
        """Read strictly; deviations that are left are notes.

        Raises:
            PayloadInvalid: a rule is broken; the error names the object and the rule.
        """
        reading = self.read(text)
        raise_gravest(reading.deviations)
        return reading

    def encode(self, request: PaymentRequest) -> str:
        """Write a request as text that a strict reader accepts and understands alike.

        Raises:
            PayloadInvalid: the format cannot say it; the error names the object and the rule.
        """
        return self.encode_fields(self.to_fields(request))

    def encode_fields(self, fields: Fields) -> str:
        """Write fields in their order, checked as `encode` does.

        Raises:
            PayloadInvalid: they break a rule, or would be read as other fields.
        """
        text = self.serialize(fields, "")
        read = self._flatten_given(self.decode(text).fields)
        given = self._flatten_given(fields)
        for path in given.keys() | read.keys():
            # A value with a separator in it would be read as several, or as another field's.
            if read.get(path) != given.get(path):
                rule = "a value must be read back as it was written"
                raise PayloadInvalid.from_deviation(Deviation(path, Kind.CHARACTERS, rule))
        return text

    def _flatten_given(self, fields: Fields) -> dict[str, str]:
        return {
            path: value
            for path, value in flatten(fields).items()
            if value and path not in self.computed
        }

    def write(self, reading: Reading) -> str:
        """Write a reading's fields again in the layout they had."""
        mark, layout = split_mark(reading.layout)
        return mark + self.serialize(reading.fields, layout)
