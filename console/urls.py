"""Addresses of the operator's console."""

from django.urls import path

from console import views, views_set_up

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
    path("console/log/", views.log, name="log"),
]
