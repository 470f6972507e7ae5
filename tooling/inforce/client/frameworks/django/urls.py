"""The addresses of the routes, for `include`."""

from __future__ import annotations

from django.urls import path

from inforce.client.frameworks.django import views

app_name = "inforce_policies"
urlpatterns = [
    path("receipts", views.receipts, name="receipts"),
    path("records", views.records, name="records"),
    path("due", views.due, name="due"),
    path("browser/<path:name>", views.browser_file, name="browser"),
]
