"""Addresses of the operator's console."""

from django.urls import path

from console import (
    views,
    views_accounts,
    views_adjustments,
    views_breaks,
    views_holds,
    views_identities,
    views_jobs,
    views_operators,
    views_orders,
    views_runs,
    views_safeguarding,
    views_search,
    views_second,
    views_set_up,
    views_shops,
    views_statements,
    views_wallets,
)

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
    path("console/statements/", views_statements.statements, name="statements"),
    path("console/statements/<str:reference>/", views_statements.statement, name="statement"),
    path("console/breaks/", views_breaks.breaks, name="breaks"),
    path("console/breaks/<str:reference>/", views_breaks.one_break, name="break"),
    path("console/breaks/<str:reference>/credit/", views_breaks.credit, name="credit_break"),
    path("console/breaks/<str:reference>/return/", views_breaks.send_back, name="return_break"),
    path("console/breaks/<str:reference>/keep/", views_breaks.keep, name="keep_break"),
    path("console/breaks/<str:reference>/split/", views_breaks.split, name="split_break"),
    path("console/breaks/<str:reference>/bear/", views_breaks.bear, name="bear_break"),
    path("console/breaks/<str:reference>/recover/", views_breaks.recover, name="recover_break"),
    path("console/safeguarding/", views_safeguarding.safeguarding, name="safeguarding"),
    path(
        "console/safeguarding/<str:reference>/",
        views_safeguarding.report,
        name="safeguard_report",
    ),
    path(
        "console/safeguarding/<str:reference>/report.json",
        views_safeguarding.report_file,
        name="safeguard_file",
    ),
    path("console/accounts/", views_accounts.accounts, name="bank_accounts"),
    path("console/accounts/new/", views_accounts.new_account, name="new_bank_account"),
    path("console/accounts/<str:reference>/", views_accounts.account, name="bank_account"),
    path("console/accounts/<str:reference>/use/", views_accounts.use, name="use_account"),
    path(
        "console/accounts/<str:reference>/csv/", views_accounts.new_mapping, name="csv_mapping"
    ),
    path("console/adjustments/", views_adjustments.all_adjustments, name="adjustments"),
    path("console/adjustments/new/", views_adjustments.new_adjustment, name="new_adjustment"),
    path(
        "console/adjustments/<str:reference>/", views_adjustments.adjustment, name="adjustment"
    ),
    path(
        "console/adjustments/<str:reference>/decide/",
        views_adjustments.decide,
        name="decide_adjustment",
    ),
    path("console/jobs/", views_jobs.jobs, name="jobs"),
    path("operator/<str:token>/", views_operators.invitation, name="operator_invitation"),
    path("console/operators/", views_operators.operators, name="operators"),
    path("console/operators/<str:reference>/end/", views_operators.end, name="end_operator"),
    path(
        "console/operators/<str:reference>/decide/",
        views_operators.decide,
        name="decide_operator",
    ),
    path("console/second/", views_second.looks, name="second_looks"),
    path("console/second/<str:reference>/decide/", views_second.decide, name="decide_look"),
    path("console/search/", views_search.results, name="search"),
    path("console/people/<str:reference>/", views_search.person, name="person"),
    path("console/charges/<str:reference>/", views_search.charge, name="charge"),
    path("console/shops/", views_shops.shops, name="shops"),
    path("console/shops/<str:reference>/", views_shops.shop, name="shop"),
    path("console/shops/<str:reference>/fee/", views_shops.ask_fee, name="ask_fee"),
    path(
        "console/shops/<str:reference>/fee/decide/", views_shops.decide_fee, name="decide_fee"
    ),
    path("console/shops/<str:reference>/holds/", views_holds.holds, name="holds"),
    path("console/shops/<str:reference>/holds/new/", views_holds.new_hold, name="new_hold"),
    path("console/shops/<str:reference>/holds/free/", views_holds.lift, name="lift_hold"),
    path("console/wallets/", views_wallets.wallets, name="wallets"),
    path("console/wallets/<str:reference>/", views_wallets.wallet, name="wallet"),
    path("console/wallets/<str:reference>/freeze/", views_wallets.freeze, name="freeze"),
    path("console/wallets/<str:reference>/lift/", views_wallets.ask, name="ask_lift"),
    path(
        "console/wallets/<str:reference>/lift/decide/", views_wallets.decide, name="decide_lift"
    ),
    path("console/identities/", views_identities.identities, name="identities"),
    path("console/identities/<str:reference>/", views_identities.identity, name="identity"),
    path(
        "console/identities/<str:reference>/grant/",
        views_identities.grant,
        name="grant_identity",
    ),
    path(
        "console/identities/<str:reference>/decline/",
        views_identities.decline,
        name="decline_identity",
    ),
    path("console/log/", views.log, name="log"),
    path("console/log.csv", views.log_csv, name="log_csv"),
]
