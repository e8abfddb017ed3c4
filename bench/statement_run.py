"""The steps of `bench/statements.py`, each a process of its own, so that its memory is its own.

python bench/statement_run.py make|bare|ours FILE ENTRIES
"""

import json
import os
import resource
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402  the path comes first

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from lxml import etree  # noqa: E402

from banking import booking, imports  # noqa: E402
from banking.models import BankAccount, BankFile, Expectation  # noqa: E402
from banking.references import complete_reference  # noqa: E402
from ledger.accounts import open_account  # noqa: E402
from ledger.chart import AccountKind  # noqa: E402

_IBAN = "DE89370400440532013000"
_NAME = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_WALLETS = 1000
# Of ten entries so many are announced; the others wait in suspense.
_KNOWN_OF_TEN = 9
_ENTRY = """\
<Ntry>
<Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt><Dt>2026-11-27</Dt></ValDt>
<AcctSvcrRef>REF{number:09}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><AcctSvcrRef>REF{number:09}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>Customer {number}</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>IE29AIBK9311{number:010}</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Top up {reference}</Ustrd></RmtInf></TxDtls></NtryDtls>
</Ntry>
"""
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{name}"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{balances}"""
_BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    '<Amt Ccy="EUR">{amount}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-11-27</Dt></Dt></Bal>\n"
)
_END = "</Stmt></BkToCstmrStmt></Document>\n"
_BARE = """
    COPY bare_entry (id, account_id, statement_id, fingerprint, part, amount_minor, currency,
        booked_on, valued_on, end_to_end_id, creditor_reference, remittance, bank_reference,
        party_name, party_iban, reason_code, is_charge, is_reversal, is_lump, is_stated,
        posted_as) FROM STDIN
"""


def make(path: Path, count: int) -> None:
    """Write the statement, and announce what most of its entries bring."""
    BankAccount.objects.create(
        iban=_IBAN, holder="Bench", town="Köln", country="DE", currency="EUR"
    )
    wallets = [open_account(AccountKind.WALLET, currency="EUR") for _ in range(_WALLETS)]
    announced = []
    with path.open("w") as file:
        balances = _BALANCE.format(code="OPBD", amount=0)
        balances += _BALANCE.format(code="CLBD", amount=10 * count)
        file.write(_HEAD.format(name=_NAME, iban=_IBAN, balances=balances))
        for number in range(count):
            reference = complete_reference(f"{number:012}")
            file.write(_ENTRY.format(number=number, reference=reference))
            if number % 10 < _KNOWN_OF_TEN:
                announced.append(
                    Expectation(
                        reference=reference,
                        credit_account_id=wallets[number % _WALLETS],
                        currency="EUR",
                        amount_minor=1000,
                    )
                )
        file.write(_END)
    Expectation.objects.bulk_create(announced, batch_size=5000)
    BankFile.objects.create(name=path.name, sha256="bench", size=path.stat().st_size)


def run_bare(path: Path) -> None:
    """Read the file's elements and copy as many rows as ours has; nothing else."""
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(_BARE) as copy:
        for row in _list_rows(path):
            copy.write_row(row)


def _list_rows(path: Path) -> Iterator[tuple[object, ...]]:
    account, statement, day = uuid.uuid4(), uuid.uuid4(), date(2026, 11, 27)
    entries = etree.iterparse(str(path), events=("end",), tag=f"{{{_NAME}}}Ntry")
    for number, (_, element) in enumerate(entries):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
        reference = complete_reference(f"{number:012}")
        yield (
            *(uuid.uuid4(), account, statement, f"{number:064}", 0, 1000, "EUR", day, day, ""),
            *(reference, f"Top up {reference}", f"REF{number:09}", f"Customer {number}"),
            *(f"IE29AIBK9311{number:010}", "", False, False, False, True, ""),
        )


def run_ours(path: Path) -> None:
    """Read, match and book the file as the banker does."""
    settings.BANK_INBOX = str(path.parent)
    imports.read_waiting_files()
    booking.book_entries()


def read_cpu() -> float:
    """Return the processor's seconds of this process and of the server's that serves it."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Do one step; print its seconds, also the processor's, and the most memory it held."""
    step, path, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    began, used = time.perf_counter(), read_cpu()
    if step == "make":
        make(path, count)
    elif step == "bare":
        run_bare(path)
    else:
        run_ours(path)
    took_s, cpu_s = time.perf_counter() - began, read_cpu() - used
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": took_s, "cpu_s": cpu_s, "mb": mb}))


if __name__ == "__main__":
    main()
