"""Addresses of the operator's console."""

from django.urls import path
from django.views.generic import RedirectView

from console import views, views_orders, views_runs

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
    path("console/runs/", views_runs.runs, name="runs"),
    path("console/runs/new/", views_runs.new_run, name="new_run"),
    path("console/runs/<str:reference>/", views_runs.run, name="run"),
    path("console/runs/<str:reference>/release/", views_runs.release, name="release_run"),
    path("console/runs/<str:reference>/file/", views_runs.download, name="run_file"),
    path("console/runs/<str:reference>/sent/", views_runs.handed_over, name="run_sent"),
    path("console/runs/<str:reference>/cancel/", views_runs.cancel, name="cancel_run"),
    path("console/orders/<str:reference>/", views_orders.order, name="order"),
    path("console/orders/<str:reference>/cancel/", views_orders.cancel, name="cancel_order"),
    path("console/orders/<str:reference>/answer/", views_orders.answer, name="answer_order"),
    path("console/reports/", views_orders.reports, name="reports"),
    path("console/log/", views.log, name="log"),
]
