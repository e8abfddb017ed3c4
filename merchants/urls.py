"""Addresses of the dashboard's sign-in, settlements, stores, people and keys."""

from django.urls import path

from merchants import api, views, views_sign_in, views_stores

app_name = "merchants"
urlpatterns = [
    path("dashboard/", views.overview, name="overview"),
    path("dashboard/sign-in/", views_sign_in.sign_in, name="sign_in"),
    path("dashboard/sign-out/", views_sign_in.sign_out, name="sign_out"),
    path("dashboard/settlements/", views.settlements, name="settlements"),
    path("dashboard/settlements/close/", views.close_now, name="close_now"),
    path("dashboard/settlements/<str:reference>/", views.settlement, name="settlement"),
    path("dashboard/stores/new/", views_stores.new_store, name="new_store"),
    path("dashboard/stores/<str:reference>/", views_stores.store, name="store"),
    path("dashboard/stores/<str:reference>/hours/", views_stores.hours, name="store_hours"),
    path("api/v1/settlements", api.SettlementsView.as_view()),
    path("api/v1/settlements/<str:reference>", api.SettlementView.as_view()),
    path("api/v1/settlements/<str:reference>/lines", api.SettlementLinesView.as_view()),
]
