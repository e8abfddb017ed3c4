"""The demo's addresses; they are there only where DEMO is on."""

from django.urls import path

from demo import codes, mail
from demo.bank import views as bank

urlpatterns = [
    path("demo/code/", codes.show_code, name="demo_code"),
    path("demo/mail/", mail.list_mail, name="demo_mail"),
    path("demo/mail/<str:file>/<int:offset>/", mail.show_mail, name="demo_message"),
    path("demo/bank/", bank.send, name="demo_bank"),
    path("demo/bank/picture/", bank.read_picture, name="demo_bank_picture"),
    path("demo/bank/counter/", bank.counter, name="demo_bank_counter"),
    path("demo/bank/day/", bank.end_day, name="demo_bank_day"),
    path("demo/bank/files/<int:number>/", bank.download_file, name="demo_bank_file"),
    path("demo/bank/moods/", bank.choose_moods, name="demo_bank_moods"),
]
