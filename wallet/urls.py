"""Addresses of the phone's pages and of the wallet's API."""

from django.urls import path

from wallet.api import movements, payments
from wallet.api import payment_codes as payment_code_api
from wallet.api import scans as scan_api
from wallet.views import (
    counter_codes,
    currencies,
    joining,
    limits,
    pages,
    payment_codes,
    redemptions,
    safety,
    scans,
    top_ups,
)

app_name = "wallet"
urlpatterns = [
    path("p/", scans.code, name="code"),
    path("p/<str:token>", pages.pay, name="pay"),
    path("P/<str:token>", pages.pay),
    path("p/<str:token>/pay", pages.confirm, name="confirm"),
    path("p/<str:token>/decline", pages.decline, name="decline"),
    path("p/<str:token>/declined", pages.declined, name="declined"),
    path("s/<str:payload>/", counter_codes.show_counter_code, name="static"),
    path("s/<str:payload>", counter_codes.show_counter_code),
    path("S/<str:payload>", counter_codes.show_counter_code),
    path("S/<str:payload>/", counter_codes.show_counter_code),
    path("wallet/", pages.home, name="home"),
    path("wallet/join/", joining.ask_to_join, name="join"),
    path("wallet/join/<str:token>/", joining.join, name="join_code"),
    path("wallet/pin/", joining.ask_for_new_pin, name="forgotten_pin"),
    path("wallet/pin/<str:token>/", joining.new_pin, name="pin_code"),
    path("wallet/sign-in/", pages.enter, name="sign_in"),
    path("wallet/sign-out/", pages.leave, name="sign_out"),
    path("wallet/scan/", scans.scan, name="scan"),
    path("wallet/my-code/", payment_codes.my_code, name="my_code"),
    path("wallet/my-code/stop/", payment_codes.stop, name="stop_codes"),
    path("wallet/my-code/start/", payment_codes.start, name="start_codes"),
    path("wallet/my-code/shell/", payment_codes.shell, name="code_shell"),
    path("wallet/my-code/worker.js", payment_codes.worker, name="code_worker"),
    path("wallet/top-up/", top_ups.top_ups, name="top_ups"),
    path("wallet/top-up/<str:reference>/", top_ups.top_up, name="top_up"),
    path("wallet/redeem/", redemptions.redeem, name="redeem"),
    path("wallet/redeem/<str:reference>/", redemptions.redemption, name="redemption"),
    path("wallet/redeem/<str:reference>/cancel/", redemptions.cancel, name="cancel_redemption"),
    path("wallet/safety/", safety.safety, name="safety"),
    path("wallet/safety/freeze/", safety.freeze_wallet, name="freeze"),
    path("wallet/safety/unfreeze/", safety.unfreeze_wallet, name="unfreeze"),
    path("wallet/safety/devices/", safety.sign_out_device, name="sign_out_device"),
    path("wallet/currencies/", currencies.open_another, name="currencies"),
    path("wallet/currencies/switch/", currencies.switch, name="switch_currency"),
    path("wallet/limits/", limits.limits, name="limits"),
    path("wallet/limits/withdraw/", limits.withdraw_wish, name="withdraw_identity"),
    path("wallet/tries/", pages.tries, name="tries"),
    path("wallet/payments/<str:reference>/", pages.payment, name="payment"),
    path("api/v1/wallet", payments.WalletView.as_view()),
    path("api/v1/wallet/transactions", payments.TransactionsView.as_view()),
    path("api/v1/wallet/movements", movements.MovementsView.as_view()),
    path("api/v1/wallet/scans", scan_api.ScansView.as_view()),
    path("api/v1/wallet/pictures", scan_api.PicturesView.as_view()),
    path("api/v1/wallet/claims", scan_api.ClaimsView.as_view()),
    path("api/v1/wallet/claims/<str:reference>", payments.ClaimView.as_view()),
    path("api/v1/wallet/payments", payments.PaymentsView.as_view()),
    path("api/v1/wallet/payment_codes", payment_code_api.PaymentCodesView.as_view()),
    path("api/v1/wallet/payment_codes/revoke", payment_code_api.RevokeCodesView.as_view()),
    # A till calls it, but only the wallet application can resolve the code.
    path("api/v1/charges/<str:reference>/collect", payment_code_api.CollectView.as_view()),
    path("api/v1/wallet/events", payments.WalletEventsView.as_view()),
]
