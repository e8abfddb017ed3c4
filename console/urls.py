"""Addresses of the operator's console."""

from django.urls import path
from django.views.generic import RedirectView

from console import views

app_name = "console"
urlpatterns = [
    path("console/", RedirectView.as_view(pattern_name="console:applications"), name="start"),
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
    path("console/log/", views.log, name="log"),
]
