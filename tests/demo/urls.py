"""The addresses of a demo, for tests whose settings are those of an installation."""

from config.urls import urlpatterns as usual
from demo.urls import urlpatterns as demo

urlpatterns = [*usual, *demo]
