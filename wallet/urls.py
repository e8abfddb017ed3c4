"""Addresses of the phone's pages and of the wallet's API."""

from django.urls import path

from wallet import (
    api,
    api_codes,
    api_movements,
    api_scans,
    views,
    views_codes,
    views_counter,
    views_scans,
)

app_name = "wallet"
urlpatterns = [
    path("p/", views_scans.code, name="code"),
    path("p/<str:token>", views.pay, name="pay"),
    path("P/<str:token>", views.pay),
    path("p/<str:token>/pay", views.confirm, name="confirm"),
    path("p/<str:token>/decline", views.decline, name="decline"),
    path("p/<str:token>/declined", views.declined, name="declined"),
    path("s/<str:payload>/", views_counter.show_counter_code, name="static"),
    path("s/<str:payload>", views_counter.show_counter_code),
    path("S/<str:payload>", views_counter.show_counter_code),
    path("S/<str:payload>/", views_counter.show_counter_code),
    path("wallet/", views.home, name="home"),
    path("wallet/sign-in/", views.enter, name="sign_in"),
    path("wallet/sign-out/", views.leave, name="sign_out"),
    path("wallet/scan/", views_scans.scan, name="scan"),
    path("wallet/my-code/", views_codes.my_code, name="my_code"),
    path("wallet/my-code/stop/", views_codes.stop, name="stop_codes"),
    path("wallet/my-code/start/", views_codes.start, name="start_codes"),
    path("wallet/my-code/shell/", views_codes.shell, name="code_shell"),
    path("wallet/my-code/worker.js", views_codes.worker, name="code_worker"),
    path("wallet/tries/", views.tries, name="tries"),
    path("wallet/payments/<str:reference>/", views.payment, name="payment"),
    path("api/v1/wallet", api.WalletView.as_view()),
    path("api/v1/wallet/transactions", api.TransactionsView.as_view()),
    path("api/v1/wallet/movements", api_movements.MovementsView.as_view()),
    path("api/v1/wallet/scans", api_scans.ScansView.as_view()),
    path("api/v1/wallet/pictures", api_scans.PicturesView.as_view()),
    path("api/v1/wallet/claims", api_scans.ClaimsView.as_view()),
    path("api/v1/wallet/claims/<str:reference>", api.ClaimView.as_view()),
    path("api/v1/wallet/payments", api.PaymentsView.as_view()),
    path("api/v1/wallet/payment_codes", api_codes.PaymentCodesView.as_view()),
    path("api/v1/wallet/payment_codes/revoke", api_codes.RevokeCodesView.as_view()),
    # A till calls it, but only the wallet application can resolve the code.
    path("api/v1/charges/<str:reference>/collect", api_codes.CollectView.as_view()),
    path("api/v1/wallet/events", api.WalletEventsView.as_view()),
]
