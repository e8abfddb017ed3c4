"""Merchants and their places and people; balances and settlements."""

from merchants.models.addresses import StoreAddress, StoreDay
from merchants.models.applications import Application, ApplicationStatus, LegalForm
from merchants.models.exports import Export, ExportKind
from merchants.models.fee_invoices import (
    FeeInvoice,
    FeeInvoiceFile,
    InvoiceNumber,
    InvoiceTerms,
    UnbilledMonth,
)
from merchants.models.fee_rules import FeeMethod, FeeRule, FeeTier, FeeVersion, PaymentMethod
from merchants.models.holds import HoldRule, PayoutHold
from merchants.models.invitations import Invitation
from merchants.models.journals import Book, BookAccount, BookFormat, Purpose
from merchants.models.looks import Logo
from merchants.models.organisations import Licence, Organisation
from merchants.models.payout_accounts import PayoutAccount
from merchants.models.places import (
    ApiKey,
    CodeFormat,
    Merchant,
    Rhythm,
    Role,
    StaffMember,
    Store,
    VatMode,
)
from merchants.models.report_mails import Every, MailedReport, ReportMail
from merchants.models.settlements import LineKind, MerchantBalance, Settlement, SettlementLine

__all__ = [
    "ApiKey",
    "Application",
    "ApplicationStatus",
    "Book",
    "BookAccount",
    "BookFormat",
    "CodeFormat",
    "Every",
    "Export",
    "ExportKind",
    "FeeInvoice",
    "FeeInvoiceFile",
    "FeeMethod",
    "FeeRule",
    "FeeTier",
    "FeeVersion",
    "HoldRule",
    "Invitation",
    "InvoiceNumber",
    "InvoiceTerms",
    "LegalForm",
    "Licence",
    "LineKind",
    "Logo",
    "MailedReport",
    "Merchant",
    "MerchantBalance",
    "Organisation",
    "PaymentMethod",
    "PayoutAccount",
    "PayoutHold",
    "Purpose",
    "ReportMail",
    "Rhythm",
    "Role",
    "Settlement",
    "SettlementLine",
    "StaffMember",
    "Store",
    "StoreAddress",
    "StoreDay",
    "UnbilledMonth",
    "VatMode",
]
