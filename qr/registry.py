"""All formats this library knows, the special before the general."""

from qr.dialect import Dialect
from qr.dialects import (
    bharatqr,
    cemac,
    emv_cpm,
    emv_mpm,
    epc,
    khqr,
    msct,
    pay_by_square,
    paynow,
    payto,
    pix,
    promptpay,
    qris,
    qrph,
    sgqr,
    spayd,
    st00012,
    swiss,
    uemoa,
    upi,
    vietqr,
    wallet_codes,
)
from qr.mpm_dialect import MpmDialect

# A label of several Singapore schemes is SGQR before it is PayNow.
MPM_DIALECTS: tuple[MpmDialect, ...] = (
    pix.DIALECT,
    sgqr.DIALECT,
    paynow.DIALECT,
    promptpay.DIALECT,
    vietqr.DIALECT,
    qris.DIALECT,
    khqr.DIALECT,
    uemoa.DIALECT,
    cemac.DIALECT,
    qrph.DIALECT,
    bharatqr.DIALECT,
    emv_mpm.DIALECT,
)
TEXT_DIALECTS: tuple[Dialect, ...] = (
    epc.DIALECT,
    swiss.DIALECT,
    upi.DIALECT,
    msct.DIALECT,
    spayd.DIALECT,
    st00012.DIALECT,
    payto.DIALECT,
    pay_by_square.DIALECT,
)
CONSUMER_DIALECTS: tuple[Dialect, ...] = (emv_cpm.DIALECT,)
WALLET_DIALECTS: tuple[Dialect, ...] = (
    wallet_codes.WECHAT,
    wallet_codes.ALIPAY,
    wallet_codes.UNIONPAY,
)
DIALECTS: dict[str, Dialect] = {
    each.name: each
    for each in (*MPM_DIALECTS, *TEXT_DIALECTS, *CONSUMER_DIALECTS, *WALLET_DIALECTS)
}
