"""Addresses of the till, its receipts, the dashboard's tills, items and payments; their API."""

from django.urls import path

from pos.api import cash, charges, pictures
from pos.api import counter_codes as api_codes
from pos.views import (
    categories,
    closings,
    counter_codes,
    desk,
    discounts,
    exports,
    fee_invoices,
    item_lists,
    item_pictures,
    items,
    long_exports,
    options,
    pages,
    paper,
    parked,
    payments,
    print_server,
    printers,
    receipts,
    reports,
    slips,
    stock,
    till_prints,
    tills,
)

app_name = "pos"
urlpatterns = [
    path(".well-known/jwks.json", counter_codes.publish_keys, name="keys"),
    path("till/", pages.sell, name="till"),
    path("till/pair/", pages.pair, name="pair"),
    path("till/unlock/", pages.unlock, name="unlock"),
    path("till/lock/", pages.lock, name="lock"),
    path("till/desk/", desk.desk, name="desk"),
    path("till/desk/events/", desk.desk_events, name="desk_events"),
    path("till/items/", desk.items, name="items"),
    path("till/sheets/", discounts.sheets, name="sheets"),
    path("till/approve/", discounts.approve, name="approve"),
    path("till/parked/", parked.parked, name="parked"),
    path("till/print/<str:reference>/", till_prints.print_receipt, name="print_receipt"),
    path("till/activity/", pages.activity, name="activity"),
    path("till/day/", closings.day, name="day"),
    path("till/drawer/", closings.drawer, name="drawer"),
    path("till/day/<str:reference>/", closings.day_closing, name="day_closing"),
    path("r/<str:token>/", receipts.receipt, name="receipt"),
    path("r/<str:token>/receipt.pdf", receipts.receipt_pdf, name="receipt_pdf"),
    path("r/<str:token>/slip/", slips.slip, name="slip"),
    path("r/<str:token>/slip.bin", slips.slip_file, name="slip_file"),
    path("print/<str:secret>/", print_server.serve_printer, name="print_server"),
    path("r/<str:token>/proof.json", receipts.receipt_proof, name="receipt_proof"),
    path("dashboard/closings/", closings.closings, name="closings"),
    path("dashboard/closings/<str:reference>.csv", closings.closing_csv, name="closing_csv"),
    path("dashboard/closings/<str:reference>.pdf", closings.closing_pdf, name="closing_pdf"),
    path("dashboard/closings/<str:reference>/", closings.closing, name="closing"),
    path("dashboard/tills/", pages.tills, name="tills"),
    path("dashboard/tills/<str:reference>/", tills.till, name="till_settings"),
    path("dashboard/stores/<str:reference>/tills/new/", tills.new_till, name="new_till"),
    path("dashboard/printers/", printers.printers, name="printers"),
    path("dashboard/printers/<str:reference>/", printers.printer, name="printer"),
    path(
        "dashboard/printers/<str:reference>/address/",
        printers.new_address,
        name="new_printer_address",
    ),
    path("dashboard/printers/<str:reference>/remove/", printers.remove, name="remove_printer"),
    path(
        "dashboard/stores/<str:reference>/printers/new/",
        printers.new_printer,
        name="new_printer",
    ),
    path("dashboard/stores/<str:reference>/items/new/", items.new_item, name="new_item"),
    path("dashboard/stores/<str:reference>/items.csv", item_lists.items_csv, name="items_csv"),
    path(
        "dashboard/stores/<str:reference>/import/", item_lists.new_import, name="import_items"
    ),
    path("dashboard/imports/<str:reference>/", item_lists.item_import, name="item_import"),
    path("dashboard/imports/<str:reference>/apply/", item_lists.apply, name="apply_import"),
    path("dashboard/items/", items.items, name="catalogue"),
    path("dashboard/items/<str:reference>/", items.item, name="item"),
    path("dashboard/items/<str:reference>/hide/", items.hide, name="hide_item"),
    path("dashboard/items/<str:reference>/show/", items.show, name="show_item"),
    path("dashboard/items/<str:reference>/sort/", items.sort, name="sort_item"),
    path("dashboard/items/<str:reference>/sold-out/", items.sold_out, name="sold_out"),
    path(
        "dashboard/items/<str:reference>/choices/new/",
        options.new_group,
        name="new_option_group",
    ),
    path("dashboard/choices/<str:reference>/", options.group, name="option_group"),
    path(
        "dashboard/choices/<str:reference>/remove/",
        options.remove,
        name="remove_option_group",
    ),
    path("dashboard/items/<str:reference>/on-sale/", items.on_sale, name="on_sale"),
    path(
        "dashboard/items/<str:reference>/picture/", item_pictures.picture, name="item_picture"
    ),
    path(
        "dashboard/items/<str:reference>/picture/remove/",
        item_pictures.no_picture,
        name="no_item_picture",
    ),
    path(
        "item-pictures/<str:name>-<str:size>.webp",
        item_pictures.picture_file,
        name="item_picture_file",
    ),
    path("dashboard/items/<str:reference>/count/", stock.count, name="count"),
    path("dashboard/items/<str:reference>/count/change/", stock.change, name="change_count"),
    path("dashboard/items/<str:reference>/count/stop/", stock.stop, name="stop_counting"),
    path(
        "dashboard/stores/<str:reference>/categories/",
        categories.categories,
        name="categories",
    ),
    path("dashboard/categories/<str:reference>/", categories.category, name="category"),
    path(
        "dashboard/categories/<str:reference>/remove/",
        categories.remove,
        name="remove_category",
    ),
    path("dashboard/categories/<str:reference>/sort/", categories.sort, name="sort_category"),
    path(
        "dashboard/tills/<str:reference>/code/", pages.new_pairing_code, name="new_pairing_code"
    ),
    path("dashboard/tills/<str:reference>/revoke/", pages.revoke, name="revoke_terminal"),
    path("dashboard/stores/", counter_codes.stores, name="stores"),
    path(
        "dashboard/stores/<str:reference>/codes/", counter_codes.print_code, name="print_code"
    ),
    path(
        "dashboard/stores/<str:reference>/format/",
        counter_codes.choose_format,
        name="choose_format",
    ),
    path(
        "dashboard/stores/<str:reference>/cash/", counter_codes.choose_cash, name="choose_cash"
    ),
    path(
        "dashboard/stores/<str:reference>/discounts/",
        discounts.discounts,
        name="discounts",
    ),
    path("dashboard/stores/<str:reference>/close/", counter_codes.close, name="close_store"),
    path("dashboard/stores/<str:reference>/reopen/", counter_codes.reopen, name="reopen_store"),
    path(
        "dashboard/codes/<str:reference>/revoke/", counter_codes.revoke_code, name="revoke_code"
    ),
    path("dashboard/codes/<str:reference>/sheet.pdf", counter_codes.sheet, name="sheet"),
    path(
        "dashboard/settlements/<str:reference>.csv",
        exports.settlement_csv,
        name="settlement_csv",
    ),
    path(
        "dashboard/settlements/<str:reference>.xlsx",
        exports.settlement_workbook,
        name="settlement_workbook",
    ),
    path(
        "dashboard/settlements/<str:reference>.json",
        exports.settlement_json,
        name="settlement_json",
    ),
    path(
        "dashboard/settlements/<str:reference>.pdf",
        paper.settlement_pdf,
        name="settlement_pdf",
    ),
    path(
        "dashboard/settlements/<str:reference>/print/",
        paper.settlement_print,
        name="settlement_print",
    ),
    path(
        "dashboard/fee-invoices/<str:reference>.pdf",
        fee_invoices.fee_invoice_pdf,
        name="fee_invoice_pdf",
    ),
    path("dashboard/payments/", payments.payments, name="payments"),
    path("dashboard/payments.csv", payments.payments_csv, name="payments_csv"),
    path("dashboard/exports/", long_exports.exports, name="exports"),
    path("dashboard/exports/new/", long_exports.new_export, name="new_export"),
    path("dashboard/exports/<str:reference>/", long_exports.export, name="export"),
    path(
        "dashboard/exports/<str:reference>/file/", long_exports.export_file, name="export_file"
    ),
    path("dashboard/reports/", reports.reports, name="reports"),
    path("dashboard/reports.csv", reports.reports_csv, name="reports_csv"),
    path("dashboard/payments/<str:reference>/", pages.payment, name="payment"),
    path("api/v1/charges", charges.ChargesView.as_view()),
    path("api/v1/charges/<str:reference>", charges.ChargeView.as_view()),
    path("api/v1/charges/<str:reference>/cancel", charges.CancelView.as_view()),
    path("api/v1/charges/<str:reference>/cash", cash.CashView.as_view()),
    path("api/v1/charges/<str:reference>/extend", charges.ExtendView.as_view()),
    path("api/v1/charges/<str:reference>/refunds", charges.RefundsView.as_view()),
    path("api/v1/refunds/<str:reference>", charges.RefundView.as_view()),
    path("api/v1/pictures", pictures.PicturesView.as_view()),
    path(
        "api/v1/stores/<str:reference>/counter_codes",
        api_codes.CounterCodesView.as_view(),
    ),
    path("api/v1/counter_codes/events", api_codes.CounterEventsView.as_view()),
    path("api/v1/counter_codes/<str:reference>", api_codes.CounterCodeView.as_view()),
    path(
        "api/v1/counter_codes/<str:reference>/revoke",
        api_codes.RevokeCounterCodeView.as_view(),
    ),
    path("api/v1/counter_codes/<str:reference>/sheet.pdf", api_codes.SheetView.as_view()),
    path("api/v1/charges/<str:reference>/events", charges.EventsView.as_view()),
    path("api/v1/charges/<str:reference>/qr.svg", charges.QrSvgView.as_view()),
    path("api/v1/charges/<str:reference>/qr.png", charges.QrPngView.as_view()),
]
