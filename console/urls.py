"""Addresses of the operator's console."""

from django.urls import path

from console import views, views_set_up, views_wallets

app_name = "console"
urlpatterns = [
    path("setup/", views_set_up.setup, name="set_up"),
    path("console/", views.start, name="start"),
    path("console/applications/", views.applications, name="applications"),
    path("console/applications/<str:reference>/", views.application, name="application"),
    path(
        "console/applications/<str:reference>/approve/",
        views.approve_application,
        name="approve",
    ),
    path(
        "console/applications/<str:reference>/decline/",
        views.decline_application,
        name="decline",
    ),
    path("console/wallets/", views_wallets.wallets, name="wallets"),
    path("console/wallets/<str:reference>/", views_wallets.wallet, name="wallet"),
    path("console/wallets/<str:reference>/freeze/", views_wallets.freeze, name="freeze"),
    path("console/wallets/<str:reference>/lift/", views_wallets.ask, name="ask_lift"),
    path(
        "console/wallets/<str:reference>/lift/decide/", views_wallets.decide, name="decide_lift"
    ),
    path("console/log/", views.log, name="log"),
]
