"""Any merchant-presented code that is no known scheme's: the base rules and no others.

Source: EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1.
"""

from qr.mpm_dialect import MpmDialect

DIALECT = MpmDialect(name="emv_mpm", title="EMVCo merchant-presented code")
