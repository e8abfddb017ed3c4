"""What operators do, in the words of the log; the log itself keeps the short names."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_DEEDS = {
    "adjustment.agreed": _("Adjustment agreed to"),
    "adjustment.asked": _("Adjustment asked for"),
    "adjustment.withdrawn": _("Adjustment withdrawn"),
    "application.approved": _("Shop approved"),
    "application.declined": _("Shop declined"),
    "bank_account.added": _("Bank account added"),
    "bank_account.changed": _("Bank account changed"),
    "bank_account.used": _("Bank account put into use"),
    "bank_file.uploaded": _("File of the bank uploaded"),
    "break.bear": _("Amount borne by us"),
    "break.credit": _("Amount credited to a customer"),
    "break.keep": _("Amount kept for now"),
    "break.send_back": _("Amount sent back"),
    "break.split": _("Amount split"),
    "credit.agreed": _("Credit agreed to"),
    "credit.asked": _("Credit asked for"),
    "credit.withdrawn": _("Credit withdrawn"),
    "csv_mapping.added": _("CSV mapping added"),
    "fee.agreed": _("Change of a fee agreed to"),
    "fee.asked": _("Change of a fee asked for"),
    "fee.withdrawn": _("Change of a fee withdrawn"),
    "fee_invoice.wanted": _("Fees of a month billed by hand"),
    "identity.declined": _("Higher limits declined"),
    "identity.granted": _("Limits raised"),
    "invoice_terms.set": _("Terms of fee invoices set"),
    "installation.set_up": _("Installation set up"),
    "operator.added": _("Operator added"),
    "operator.agreed": _("Change of an operator agreed to"),
    "operator.end_asked": _("End of an operator asked for"),
    "operator.invited": _("Operator invited"),
    "operator.withdrawn": _("Change of an operator withdrawn"),
    "operator.factor_forgotten": _("Second factor taken off"),
    "order.answered": _("Bank's answer about an order noted"),
    "order.canceled": _("Order canceled"),
    "payouts.freed": _("Hold on payouts lifted"),
    "payouts.held": _("Payouts held"),
    "refuse.agreed": _("Refusal of an order agreed to"),
    "refuse.asked": _("Refusal of an order asked for"),
    "refuse.withdrawn": _("Refusal of an order withdrawn"),
    "report.uploaded": _("Report of the bank uploaded"),
    "run.canceled": _("Run canceled"),
    "run.downloaded": _("Run downloaded"),
    "run.handed_over": _("Run brought to the bank"),
    "run.made": _("Run made"),
    "run.released": _("Run released"),
    "wallet.frozen": _("Wallet frozen"),
    "wallet.lift_asked": _("Unfreezing asked for"),
    "wallet.lift_withdrawn": _("Unfreezing no longer asked for"),
    "wallet.unfrozen": _("Wallet unfrozen"),
}


def name_deed(deed: str) -> str | Promise:
    """Return a deed in words; its short name where there are none yet."""
    return _DEEDS.get(deed, deed)
