"""Bank files in the shapes that banks send, written for tests."""

from dataclasses import dataclass, field

OURS = "DE89370400440532013000"
_SCHEMA = "urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"
_CODE = (
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{}</SubFmlyCd></Fmly></Domn>"
    "</BkTxCd>"
)


@dataclass(frozen=True)
class Camt:
    """A camt.053 or camt.054 of one account and one day; amounts are texts, as in a file."""

    version: str = "08"
    kind: str = "053"
    iban: str = OURS
    currency: str = "EUR"
    opening: str | None = "1000.00"
    closing: str | None = "1000.00"
    day: str = "2026-11-27"
    entries: tuple[str, ...] = ()
    balances: tuple[str, ...] | None = None
    extra: str = ""
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>'

    def write(self) -> bytes:
        """Return the file."""
        message, part = {
            "053": ("BkToCstmrStmt", "Stmt"),
            "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
            "052": ("BkToCstmrAcctRpt", "Rpt"),
        }[self.kind]
        schema = _SCHEMA.format(kind=self.kind, version=self.version)
        balances = "\n".join(self._list_balances())
        entries = "\n".join(self.entries)
        own = f"<Ccy>{self.currency}</Ccy>" if self.currency else ""
        return f"""{self.prolog}
<Document xmlns="{schema}">
<{message}>
<GrpHdr><MsgId>M-1</MsgId><CreDtTm>{self.day}T20:00:00</CreDtTm></GrpHdr>
<{part}>
<Id>ST-{self.day}</Id>
<CreDtTm>{self.day}T20:00:00</CreDtTm>
<Acct><Id><IBAN>{self.iban}</IBAN></Id>{own}</Acct>
{balances}
{entries}
</{part}>{self.extra}
</{message}>
</Document>
""".encode()

    def _list_balances(self):
        if self.balances is not None:
            yield from self.balances
        elif self.kind == "053":
            for code, amount in (("OPBD", self.opening), ("CLBD", self.closing)):
                if amount is not None:
                    yield balance(code, amount, currency=self.currency, day=self.day)


def balance(code, amount, *, currency="EUR", day="2026-11-27"):
    """Return a balance; below zero it is a debit."""
    sign = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


@dataclass(frozen=True)
class Tx:
    """One payment of an entry."""

    amount: str = ""
    end_to_end: str = ""
    reference: str = ""
    text: str = ""
    name: str = ""
    iban: str = ""
    reason: str = ""
    bank: str = ""
    sign: str = ""
    currency: str = "EUR"
    role: str = "Dbtr"

    def write(self, *, is_old: bool) -> str:
        """Return it as .02 writes it, or as .07 and later do."""
        amount = f'<Amt Ccy="{self.currency}">{self.amount}</Amt>'
        if is_old:
            amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
        amount += f"<CdtDbtInd>{self.sign}</CdtDbtInd>" if self.sign else ""
        name = f"<Nm>{self.name}</Nm>" if is_old else f"<Pty><Nm>{self.name}</Nm></Pty>"
        parties = f"<{self.role}>{name}</{self.role}>" if self.name else ""
        if self.iban:
            account = f"<Id><IBAN>{self.iban}</IBAN></Id>"
            parties += f"<{self.role}Acct>{account}</{self.role}Acct>"
        refs = f"<AcctSvcrRef>{self.bank}</AcctSvcrRef>" if self.bank else ""
        refs += f"<EndToEndId>{self.end_to_end}</EndToEndId>" if self.end_to_end else ""
        remittance = f"<Ustrd>{self.text}</Ustrd>" if self.text else ""
        if self.reference:
            given = f"<CdtrRefInf><Ref>{self.reference}</Ref></CdtrRefInf>"
            remittance += f"<Strd>{given}</Strd>"
        return "".join(
            [
                "<TxDtls>",
                f"<Refs>{refs}</Refs>" if refs else "",
                amount if self.amount else "",
                f"<RltdPties>{parties}</RltdPties>" if parties else "",
                f"<RmtInf>{remittance}</RmtInf>" if remittance else "",
                f"<RtrInf><Rsn><Cd>{self.reason}</Cd></Rsn></RtrInf>" if self.reason else "",
                "</TxDtls>",
            ]
        )


@dataclass(frozen=True)
class Ntry:
    """One entry; `str` of it is .08, `old()` is .02."""

    amount: str = "10.00"
    sign: str = "CRDT"
    status: str = "BOOK"
    currency: str = "EUR"
    bank: str = "REF1"
    day: str = "2026-11-27"
    reversal: str = ""
    code: str = ""
    batch: str = ""
    text: str = ""
    txs: tuple[Tx, ...] = field(default_factory=tuple)

    def __str__(self) -> str:
        return self._write(is_old=False)

    def old(self) -> str:
        """Return it as .02 writes it."""
        return self._write(is_old=True)

    def _write(self, *, is_old: bool) -> str:
        status = self.status if is_old else f"<Cd>{self.status}</Cd>"
        details = "".join(tx.write(is_old=is_old) for tx in self.txs)
        batch = f"<Btch><NbOfTxs>{self.batch}</NbOfTxs></Btch>" if self.batch else ""
        return "\n".join(
            [
                "<Ntry>",
                f'<Amt Ccy="{self.currency}">{self.amount}</Amt>',
                f"<CdtDbtInd>{self.sign}</CdtDbtInd>",
                f"<RvslInd>{self.reversal}</RvslInd>" if self.reversal else "",
                f"<Sts>{status}</Sts>",
                f"<BookgDt><Dt>{self.day}</Dt></BookgDt>" if self.day else "",
                f"<ValDt><Dt>{self.day}</Dt></ValDt>" if self.day else "",
                f"<AcctSvcrRef>{self.bank}</AcctSvcrRef>" if self.bank else "",
                _CODE.format(self.code or "ESCT"),
                f"<NtryDtls>{batch}{details}</NtryDtls>" if batch or details else "",
                f"<AddtlNtryInf>{self.text}</AddtlNtryInf>" if self.text else "",
                "</Ntry>",
            ]
        )


def mt940(
    *moves,
    account="37040044/0532013000",
    opening="C261126EUR1000,00",
    closing="C261127EUR1000,00",
    before="",
    after="-\r\n",
):
    """Return an MT940 statement; each move is field 61 with field 86 below it."""
    lines = [
        ":20:STARTUMS",
        f":25:{account}",
        ":28C:00123/001",
        f":60F:{opening}",
        *moves,
        f":62F:{closing}",
    ]
    return (before + "\r\n".join(lines) + "\r\n" + after).encode("utf-8")
