"""Every address; each application lists its own."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from config import api_docs, demo_mail, views
from config.problems import NothingHere

urlpatterns = [
    path("", views.front, name="front"),
    path("livez", views.livez),
    path("readyz", views.readyz),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[]), name="schema"),
    path("api/docs/", api_docs.show_api, name="api_docs"),
    path("favicon.ico", RedirectView.as_view(url="/static/icons/icon.svg")),
    path("", include("wallet.urls")),
    path("", include("pos.urls")),
    path("", include("merchants.urls")),
    path("api/<path:unknown>", NothingHere.as_view()),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/mail/", demo_mail.list_mail, name="demo_mail"),
        path("demo/mail/<int:number>/", demo_mail.show_mail, name="demo_message"),
    ]
