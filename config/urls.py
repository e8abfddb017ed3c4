"""Every address; each application lists its own."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from api.description import DescriptionView
from api.docs import show_api
from api.problems import NothingHere
from config import error_pages, languages, views, words

handler400 = error_pages.refuse_bad_request
handler403 = error_pages.refuse_forbidden
handler404 = error_pages.refuse_unknown
handler500 = error_pages.admit_mistake

urlpatterns = [
    path("", views.front, name="front"),
    path("livez", views.livez),
    path("readyz", views.readyz),
    path("api/schema/", DescriptionView.as_view(), name="schema"),
    path("api/docs/", show_api, name="api_docs"),
    path("words/<str:language>.<str:version>.js", words.show_words, name="words"),
    path("language/", languages.change_language, name="language"),
    path("favicon.ico", RedirectView.as_view(url="/static/icons/icon.svg")),
    path("", include("console.urls")),
    path("", include("wallet.urls")),
    path("", include("pos.urls")),
    path("", include("merchants.urls")),
    path("api/<path:unknown>", NothingHere.as_view()),
]
if settings.DEMO:
    urlpatterns += [path("", include("demo.urls"))]
