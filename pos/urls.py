"""Addresses of the till, its receipts, the dashboard's tills and payments, and their API."""

from django.urls import path

from pos import (
    api,
    api_counter,
    api_pictures,
    views,
    views_counter,
    views_desk,
    views_exports,
)

app_name = "pos"
urlpatterns = [
    path(".well-known/jwks.json", views_counter.publish_keys, name="keys"),
    path("till/", views.sell, name="till"),
    path("till/pair/", views.pair, name="pair"),
    path("till/unlock/", views.unlock, name="unlock"),
    path("till/lock/", views.lock, name="lock"),
    path("till/desk/", views_desk.desk, name="desk"),
    path("till/desk/events/", views_desk.desk_events, name="desk_events"),
    path("till/activity/", views.activity, name="activity"),
    path("r/<str:token>/", views.receipt, name="receipt"),
    path("r/<str:token>/proof.json", views.receipt_proof, name="receipt_proof"),
    path("dashboard/tills/", views.tills, name="tills"),
    path(
        "dashboard/tills/<str:reference>/code/", views.new_pairing_code, name="new_pairing_code"
    ),
    path("dashboard/tills/<str:reference>/revoke/", views.revoke, name="revoke_terminal"),
    path("dashboard/stores/", views_counter.stores, name="stores"),
    path(
        "dashboard/stores/<str:reference>/codes/", views_counter.print_code, name="print_code"
    ),
    path(
        "dashboard/stores/<str:reference>/format/",
        views_counter.choose_format,
        name="choose_format",
    ),
    path("dashboard/stores/<str:reference>/close/", views_counter.close, name="close_store"),
    path("dashboard/stores/<str:reference>/reopen/", views_counter.reopen, name="reopen_store"),
    path(
        "dashboard/codes/<str:reference>/revoke/", views_counter.revoke_code, name="revoke_code"
    ),
    path("dashboard/codes/<str:reference>/sheet.pdf", views_counter.sheet, name="sheet"),
    path(
        "dashboard/settlements/<str:reference>.csv",
        views_exports.settlement_csv,
        name="settlement_csv",
    ),
    path("dashboard/payments/", views.payments, name="payments"),
    path("dashboard/payments/<str:reference>/", views.payment, name="payment"),
    path("api/v1/charges", api.ChargesView.as_view()),
    path("api/v1/charges/<str:reference>", api.ChargeView.as_view()),
    path("api/v1/charges/<str:reference>/cancel", api.CancelView.as_view()),
    path("api/v1/charges/<str:reference>/extend", api.ExtendView.as_view()),
    path("api/v1/charges/<str:reference>/refunds", api.RefundsView.as_view()),
    path("api/v1/refunds/<str:reference>", api.RefundView.as_view()),
    path("api/v1/pictures", api_pictures.PicturesView.as_view()),
    path("api/v1/stores/<str:reference>/counter_codes", api_counter.CounterCodesView.as_view()),
    path("api/v1/counter_codes/events", api_counter.StaticEventsView.as_view()),
    path("api/v1/counter_codes/<str:reference>", api_counter.CounterCodeView.as_view()),
    path(
        "api/v1/counter_codes/<str:reference>/revoke",
        api_counter.RevokeCounterCodeView.as_view(),
    ),
    path("api/v1/counter_codes/<str:reference>/sheet.pdf", api_counter.SheetView.as_view()),
    path("api/v1/charges/<str:reference>/events", api.EventsView.as_view()),
    path("api/v1/charges/<str:reference>/qr.svg", api.QrSvgView.as_view()),
    path("api/v1/charges/<str:reference>/qr.png", api.QrPngView.as_view()),
]
