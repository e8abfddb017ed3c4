"""The smallest books that survive the driver: a dictionary each, and one way to read a file.

They prove the driver: it passes them, and fails each of their variants that has one fault.
"""

import os
from itertools import count
from pathlib import Path

from lxml import etree

from tests.demo.bank_files import Letter, Wish, find, pick, read_entries, read_report
from tests.demo.driver import State


class PlainBooks:
    """Keeps the books of one operator's account."""

    def __init__(self, bank, *, opening_minor):
        self.outbox, self.inbox = bank.branch.outbox, bank.branch.inbox
        self.safeguard_minor = opening_minor
        self.wallets, self.credited, self.orders = {}, {}, {}
        self.breaks, self.waiting = [], []
        self.files, self.entries = set(), set()
        self._numbers = count(1)
        self._bank = bank

    def announce(self, customer, _amount_minor):
        number = f"{next(self._numbers):08}"
        # ISO 11649: two digits typed the wrong way round make no other reference.
        reference = f"RF{98 - int(number + '271500') % 97:02}{number}"
        self.credited[reference] = 0
        self.wallets.setdefault(reference, customer)
        return reference

    def redeem(self, customer, amount_minor, *, iban, name):
        held = sum(
            minor for reference, minor in self.credited.items()
            if self.wallets[reference] == customer
        )  # fmt: skip
        return self._order(amount_minor, iban=iban, name=name) if held > amount_minor else ""

    def pay_out(self, amount_minor, *, iban, name):
        return self._order(amount_minor, iban=iban, name=name)

    def send_orders(self):
        if not self.waiting:
            return
        message_id = f"M{next(self._numbers)}"
        letter = Letter(self.waiting, message_id=message_id, day=str(self._bank.day))
        letter.control_sum = f"{sum(self._minor(wish) for wish in self.waiting) / 100:.2f}"
        new = self.outbox / f".{message_id}.part"
        new.write_bytes(letter.write())
        new.rename(self.outbox / f"{message_id}.xml")
        for wish in self.waiting:
            self.orders[wish.end_to_end_id] = "sent", message_id
        self.waiting = []

    def read_files(self):
        for entry in sorted(os.scandir(self.inbox), key=lambda entry: entry.name):
            # A file that was cut off is completed under its name.
            stamp = (entry.name, entry.stat().st_mtime_ns)
            if not self.is_known_file(stamp):
                self.files.add(stamp)
                self._read_file(Path(entry.path).read_bytes())

    def read_state(self):
        return State(
            safeguard_minor=self.safeguard_minor,
            credited={name: minor for name, minor in self.credited.items() if minor},
            orders={name: status for name, (status, _) in self.orders.items()},
            breaks=self.breaks,
        )

    # What a variant gets wrong.

    def is_known_file(self, stamp):
        return stamp in self.files

    def is_known_entry(self, reference):
        return reference in self.entries

    def counts(self, state):
        return state == "BOOK"

    def find_reference(self, text):
        return text

    def refuse(self, name):
        self._turn(name, "refused")

    def take_back(self, name):
        self._turn(name, "returned")

    def _read_file(self, content):
        try:
            root = etree.fromstring(content)
        except etree.XMLSyntaxError:
            return
        if b"pain.002" in content[:200]:
            self._read_report(content)
            return
        for entry, (reference, state, minor) in zip(
            find(root, "Ntry"), read_entries(root), strict=True
        ):
            if self.counts(state) and not self.is_known_entry(reference):
                self.entries.add(reference)
                self._book(entry, minor)

    def _book(self, entry, minor):
        self.safeguard_minor += minor
        details = find(entry, "TxDtls")
        for detail in details:
            name = pick(detail, "Refs/EndToEndId")[0]
            sign = -1 if minor < 0 else 1
            part = sign * int(detail.findtext("{*}Amt").replace(".", ""))
            if name in self.orders:
                if sign < 0:
                    self._turn(name, "booked")
                else:
                    self.take_back(name)
                continue
            reference = self.find_reference("".join(pick(detail, "CdtrRefInf/Ref")))
            if reference in self.credited and sign > 0:
                self.credited[reference] += part
            else:
                self.breaks.append(part)

    def _read_report(self, content):
        message_id, status, _, refused = read_report(content)
        for name, (_, of) in list(self.orders.items()):
            if of == message_id and status != "ACCP" and name in refused:
                self.refuse(name)

    def _order(self, amount_minor, *, iban, name):
        end_to_end_id = f"PO{next(self._numbers)}"
        amount = f"{amount_minor // 100}.{amount_minor % 100:02}"
        self.waiting.append(Wish(amount, name, iban, end_to_end_id))
        self.orders[end_to_end_id] = "pending", ""
        return end_to_end_id

    def _turn(self, name, status):
        self.orders[name] = status, self.orders[name][1]

    def _minor(self, wish):
        return int(wish.amount.replace(".", ""))
