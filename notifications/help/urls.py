"""Addresses of what a borrower asks for."""

from django.urls import path

from notifications.help import views

app_name = "help"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("requests/<uuid:request_id>/", views.request_page, name="request"),
    path("<slug:kind>/", views.ask_page, name="ask"),
]
