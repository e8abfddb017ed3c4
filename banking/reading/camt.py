"""camt.053 and camt.054 (ISO 20022), versions .02 to .14: statements and notices in XML."""

import re
from collections.abc import Iterator
from datetime import date
from typing import IO

from django.utils.translation import gettext
from lxml import etree

from banking.errors import StatementUnreadable
from banking.reading.amounts import read_day, read_decimal
from banking.reading.camt_entries import EntryReader, Node, find_sign
from banking.reading.lines import Head, Line, Reading
from banking.reading.xml_roots import find_namespace

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.(05[2-4])\.001\.(\d\d)")
_ROOTS = {"053": "Stmt", "054": "Ntfctn"}
_VERSIONS = range(2, 15)
# OPBD and PRCD open; a page of several begins and ends with ITBD.
_OPENINGS, _CLOSING, _BETWEEN = ("OPBD", "PRCD"), "CLBD", "ITBD"
_Balance = tuple[str, int, date, str]


def read_camt(file: IO[bytes]) -> Reading:
    """Yield the heads and lines of a camt.053 or camt.054, one entry in memory at a time.

    Raises:
        StatementUnreadable: with the line and the field.
    """
    namespace = find_namespace(file)
    found = _NAMESPACE.fullmatch(namespace)
    if found is None or found[1] not in _ROOTS or int(found[2]) not in _VERSIONS:
        raise StatementUnreadable(_say_wrong_kind(namespace, found), line=1)
    yield from _Reader(namespace, kind=found[1], version=found[2]).read(file)


class _Reader:
    def __init__(self, namespace: str, *, kind: str, version: str) -> None:
        self._names = f"{{{namespace}}}"
        self._format = f"camt.{kind}.001.{version}"
        self._statement, self._entry = f"{self._names}{_ROOTS[kind]}", f"{self._names}Ntry"
        self._entries = EntryReader(self._names)

    def read(self, file: IO[bytes]) -> Reading:
        # Without a document type (`find_namespace`) there are no entities to resolve.
        events = etree.iterparse(
            file,
            events=("end",),
            tag=(self._entry, self._statement),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            yield from self._walk(event[1] for event in events)
        except etree.XMLSyntaxError as fault:
            words = gettext("the file ends too early, or is not XML from here on.")
            raise StatementUnreadable(words, line=fault.lineno) from None

    def _walk(self, elements: Iterator[Node]) -> Iterator[Head | Line]:
        head: Head | None = None
        before = None
        count = 0
        for element in elements:
            if element.tag == self._statement:
                count += 1
                if head is None:
                    yield self._read_head(element)
                element.clear()
                head, before = None, None
                continue
            parent = element.getparent()
            if parent is None or parent.tag != self._statement:
                continue
            if head is None:
                # An advice need not say its currency: then its first entry does for all.
                amount = element.find(f"{self._names}Amt")
                given = "" if amount is None else amount.get("Ccy", "")
                head = self._read_head(parent, currency=given)
                yield head
            yield self._entries.read(element, currency=head.currency)
            # The one before, because the parser still stands at this one's end.
            element.clear(keep_tail=False)
            if before is not None:
                parent.remove(before)
            before = element
        if count == 0:
            raise StatementUnreadable(gettext("there is no statement in it."), line=1)

    def _read_head(self, element: Node, *, currency: str = "") -> Head:
        names, line = self._names, element.sourceline
        place = f"{names}Acct/{names}Id/"
        account = element.findtext(f"{place}{names}IBAN") or element.findtext(
            f"{place}{names}Othr/{names}Id"
        )
        if not account:
            words = gettext("it does not say of which account it is.")
            raise StatementUnreadable(words, line=line, field="Acct/Id/IBAN")
        balances = [self._read_balance(each) for each in element.iterchildren(f"{names}Bal")]
        own = (element.findtext(f"{names}Acct/{names}Ccy") or "").strip()
        currencies = {each[3] for each in balances} | ({own} if own else set())
        if len(currencies) > 1:
            words = gettext("there are several currencies: %(all)s.")
            facts = {"all": ", ".join(sorted(currencies))}
            raise StatementUnreadable(words % facts, line=line, field="Bal/Amt")
        opening, closing = _choose_balances(balances)
        return Head(
            format=self._format,
            statement_id=(element.findtext(f"{names}Id") or "").strip()[:35],
            account=account,
            currency=next(iter(currencies), currency),
            opening_minor=None if opening is None else opening[1],
            closing_minor=None if closing is None else closing[1],
            closed_on=None if closing is None else closing[2],
            goes_on=opening is not None and opening[0] == _BETWEEN,
            is_continued=closing is not None and closing[0] == _BETWEEN,
            line=line,
        )

    def _read_balance(self, balance: Node) -> _Balance:
        names, line = self._names, balance.sourceline
        amount = balance.find(f"{names}Amt")
        if amount is None:
            raise StatementUnreadable(
                gettext("a balance has no amount."), line=line, field="Bal/Amt"
            )
        currency = amount.get("Ccy", "")
        minor = read_decimal(
            amount.text or "", currency, line=amount.sourceline, field="Bal/Amt"
        )
        sign = find_sign(
            balance.findtext(f"{names}CdtDbtInd"), line=line, field="Bal/CdtDbtInd"
        )
        code = balance.findtext(f"{names}Tp/{names}CdOrPrtry/{names}Cd") or ""
        day = balance.findtext(f"{names}Dt/{names}Dt") or balance.findtext(
            f"{names}Dt/{names}DtTm"
        )
        closed_on = read_day(day or "", line=line, field="Bal/Dt")
        return code.strip(), sign * minor, closed_on, currency


def _choose_balances(balances: list[_Balance]) -> tuple[_Balance | None, _Balance | None]:
    firsts = [each for each in balances if each[0] in _OPENINGS]
    lasts = [each for each in balances if each[0] == _CLOSING]
    between = [each for each in balances if each[0] == _BETWEEN]
    opens_a_page = bool(between) and (bool(lasts) or len(between) > 1)
    closes_a_page = bool(between) and (bool(firsts) or len(between) > 1)
    opening = firsts[0] if firsts else between[0] if opens_a_page else None
    closing = lasts[-1] if lasts else between[-1] if closes_a_page else None
    return opening, closing


def _say_wrong_kind(namespace: str, found: re.Match[str] | None) -> str:
    if found is not None and found[1] == "052":
        return gettext(
            "this is a report of the day under way (camt.052), which the bank may still change."
            " Take its statement, camt.053, or its advice, camt.054."
        )
    if found is not None:
        words = gettext(
            "version %(version)s of camt.%(kind)s is not known here: .02 to .14 are."
        )
        return words % {"version": found[2], "kind": found[1]}
    words = gettext("this is neither camt.053 nor camt.054, but %(name)s.")
    return words % {"name": namespace[-60:] or gettext("XML of another kind")}
