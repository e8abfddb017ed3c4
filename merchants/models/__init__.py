"""Merchants and their places and people; balances and settlements."""

from merchants.models.addresses import StoreAddress, StoreDay
from merchants.models.applications import Application, ApplicationStatus, LegalForm
from merchants.models.exports import Export, ExportKind
from merchants.models.fee_rules import FeeRule
from merchants.models.invitations import Invitation
from merchants.models.looks import Logo
from merchants.models.organisations import Licence, Organisation
from merchants.models.payout_accounts import PayoutAccount
from merchants.models.places import (
    ApiKey,
    CodeFormat,
    Merchant,
    Role,
    StaffMember,
    Store,
)
from merchants.models.report_mails import Every, MailedReport, ReportMail
from merchants.models.settlements import LineKind, MerchantBalance, Settlement, SettlementLine

__all__ = [
    "ApiKey",
    "Application",
    "ApplicationStatus",
    "CodeFormat",
    "Every",
    "Export",
    "ExportKind",
    "FeeRule",
    "Invitation",
    "LegalForm",
    "Licence",
    "LineKind",
    "Logo",
    "MailedReport",
    "Merchant",
    "MerchantBalance",
    "Organisation",
    "PayoutAccount",
    "ReportMail",
    "Role",
    "Settlement",
    "SettlementLine",
    "StaffMember",
    "Store",
    "StoreAddress",
    "StoreDay",
]
