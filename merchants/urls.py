"""Addresses of the dashboard's sign-in, settlements, stores, people and keys."""

from django.urls import path

from merchants import (
    api,
    views,
    views_factor,
    views_join,
    views_keys,
    views_me,
    views_people,
    views_sign_in,
    views_stores,
)

app_name = "merchants"
urlpatterns = [
    path("join/", views_join.join, name="join"),
    path("join/<str:token>/", views_join.application, name="application"),
    path("dashboard/", views.overview, name="overview"),
    path("dashboard/sign-in/", views_sign_in.sign_in, name="sign_in"),
    path("dashboard/sign-in/factor/", views_factor.sign_in_factor, name="sign_in_factor"),
    path("dashboard/sign-in/passkey/", views_factor.sign_in_passkey, name="sign_in_passkey"),
    path("dashboard/me/security/", views_factor.security, name="security"),
    path("dashboard/me/security/app/", views_factor.new_app, name="new_app"),
    path("dashboard/me/security/passkeys/", views_factor.new_passkey, name="new_passkey"),
    path("dashboard/me/security/change/", views_factor.change_factor, name="change_factor"),
    path("dashboard/sign-out/", views_sign_in.sign_out, name="sign_out"),
    path("dashboard/settlements/", views.settlements, name="settlements"),
    path("dashboard/settlements/close/", views.close_now, name="close_now"),
    path("dashboard/settlements/<str:reference>/", views.settlement, name="settlement"),
    path("dashboard/stores/new/", views_stores.new_store, name="new_store"),
    path("dashboard/stores/<str:reference>/", views_stores.store, name="store"),
    path("dashboard/stores/<str:reference>/hours/", views_stores.hours, name="store_hours"),
    path("dashboard/people/", views_people.people, name="people"),
    path("dashboard/people/cashiers/new/", views_people.new_cashier, name="new_cashier"),
    path("dashboard/people/<str:reference>/", views_people.member, name="member"),
    path("dashboard/people/<str:reference>/pin/", views_people.pin, name="member_pin"),
    path("dashboard/people/<str:reference>/leave/", views_people.leave, name="leave"),
    path("dashboard/people/<str:reference>/return/", views_people.come_back, name="come_back"),
    path("dashboard/invitations/new/", views_people.new_invitation, name="new_invitation"),
    path(
        "dashboard/invitations/<str:reference>/send/",
        views_people.send_again,
        name="send_invitation",
    ),
    path(
        "dashboard/invitations/<str:reference>/withdraw/",
        views_people.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("dashboard/invitation/<str:token>/", views_me.invitation, name="invitation"),
    path("dashboard/password/", views_me.forgotten, name="forgotten"),
    path(
        "dashboard/password/<str:person>/<str:token>/",
        views_me.new_password,
        name="new_password",
    ),
    path("dashboard/me/", views_me.me, name="me"),
    path("dashboard/me/pin/", views_me.own_pin, name="own_pin"),
    path("dashboard/me/password/", views_me.own_password, name="own_password"),
    path("dashboard/me/shop/", views_me.switch, name="switch"),
    path("dashboard/keys/", views_keys.keys, name="keys"),
    path("dashboard/keys/<str:reference>/revoke/", views_keys.revoke, name="revoke_key"),
    path("api/v1/settlements", api.SettlementsView.as_view()),
    path("api/v1/settlements/<str:reference>", api.SettlementView.as_view()),
    path("api/v1/settlements/<str:reference>/lines", api.SettlementLinesView.as_view()),
]
