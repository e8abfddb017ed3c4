"""Files that a bank gets, and what its own say: written and read apart from all that ships."""

from dataclasses import dataclass, field

from lxml import etree

from demo.bank.branch import OPERATOR_IBAN, OPERATOR_NAME

SHOP_IBAN = "DE89370400440532013000"


@dataclass
class Wish:
    """One order that a customer of the bank writes."""

    amount: str = "12.34"
    name: str = "Kiosk Müller"
    iban: str = SHOP_IBAN
    end_to_end_id: str = "PO1"
    currency: str = "EUR"
    address: str = "<TwnNm>Berlin</TwnNm><Ctry>DE</Ctry>"
    text: str = "Payout"

    def write(self):
        address = f"<PstlAdr>{self.address}</PstlAdr>" if self.address else ""
        return f"""<CdtTrfTxInf>
          <PmtId><EndToEndId>{self.end_to_end_id}</EndToEndId></PmtId>
          <Amt><InstdAmt Ccy="{self.currency}">{self.amount}</InstdAmt></Amt>
          <Cdtr><Nm>{self.name}</Nm>{address}</Cdtr>
          <CdtrAcct><Id><IBAN>{self.iban}</IBAN></Id></CdtrAcct>
          <RmtInf><Ustrd>{self.text}</Ustrd></RmtInf></CdtTrfTxInf>"""


@dataclass
class Letter:
    """A file of orders; what is None is worked out."""

    wishes: list[Wish] = field(default_factory=lambda: [Wish()])
    message_id: str = "MSG1"
    payment_id: str = "RUN1"
    count: str | None = None
    control_sum: str | None = None
    batch: str = "false"
    day: str = "2026-11-30"
    debtor_iban: str = OPERATOR_IBAN
    debtor_address: str = "<TwnNm>Dublin</TwnNm><Ctry>IE</Ctry>"
    version: str = "pain.001.001.09"

    def write(self):
        total = self.control_sum or f"{sum(float(wish.amount) for wish in self.wishes):.2f}"
        count = self.count or str(len(self.wishes))
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{self.version}"><CstmrCdtTrfInitn>
  <GrpHdr><MsgId>{self.message_id}</MsgId><CreDtTm>2026-11-30T10:00:00</CreDtTm>
    <NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>
    <InitgPty><Nm>{OPERATOR_NAME}</Nm></InitgPty></GrpHdr>
  <PmtInf><PmtInfId>{self.payment_id}</PmtInfId><PmtMtd>TRF</PmtMtd>
    <BtchBookg>{self.batch}</BtchBookg><ReqdExctnDt><Dt>{self.day}</Dt></ReqdExctnDt>
    <Dbtr><Nm>{OPERATOR_NAME}</Nm><PstlAdr>{self.debtor_address}</PstlAdr></Dbtr>
    <DbtrAcct><Id><IBAN>{self.debtor_iban}</IBAN></Id></DbtrAcct>
    <DbtrAgt><FinInstnId><BICFI>DEMOIE2D</BICFI></FinInstnId></DbtrAgt>
    {"".join(wish.write() for wish in self.wishes)}
  </PmtInf></CstmrCdtTrfInitn></Document>""".encode()


def drop(bank, content, *, name="orders.xml"):
    """Put a file into the outbox, as a whole, and let the bank have a round."""
    new = bank.branch.outbox / f"{name}.new"
    new.write_bytes(content)
    new.rename(bank.branch.outbox / name)
    bank.run_round()


def list_inbox(bank, kind=""):
    """Return the bank's files of a kind, in the order of their names."""
    return [path.read_bytes() for path in sorted(bank.branch.inbox.glob(f"{kind}*"))]


def pick(content, path):
    """Return the texts of all elements of a path, such as `Bal/Amt`."""
    return [each.text for each in find(content, path)]


def find(content, path):
    root = etree.fromstring(content) if isinstance(content, bytes) else content
    return root.findall(".//" + "/".join(f"{{*}}{part}" for part in path.split("/")))


def read_minor(amount, side):
    """Return cents with their sign; exact, because there are always two decimals."""
    return int(amount.replace(".", "")) * (-1 if side == "DBIT" else 1)


def read_balances(statement):
    """Return the opening and closing balance in cents."""
    return {
        pick(balance, "Tp/CdOrPrtry/Cd")[0]: read_minor(
            pick(balance, "Amt")[0], pick(balance, "CdtDbtInd")[0]
        )
        for balance in find(statement, "Bal")
    }


def read_entries(content):
    """Return reference, state and cents of each entry."""
    return [
        (
            entry.findtext("{*}AcctSvcrRef"),
            entry.findtext("{*}Sts/{*}Cd"),
            read_minor(entry.findtext("{*}Amt"), entry.findtext("{*}CdtDbtInd")),
        )
        for entry in find(content, "Ntry")
    ]


def read_report(content):
    """Return what a pain.002 says: message id, status, its reason, and the refused orders."""
    group = find(content, "OrgnlGrpInfAndSts")[0]
    orders = {
        pick(each, "OrgnlEndToEndId")[0]: "".join(pick(each, "StsRsnInf/Rsn/Cd"))
        for each in find(content, "TxInfAndSts")
    }
    return (
        pick(group, "OrgnlMsgId")[0],
        pick(group, "GrpSts")[0],
        "".join(pick(group, "StsRsnInf/Rsn/Cd")),
        {name: code for name, code in orders.items() if code},
    )
