"""Addresses that providers and mail programs call."""

from django.urls import path

from notifications import hooks, one_click

app_name = "hooks"

urlpatterns = [
    path("twilio/status/<uuid:attempt_id>/", hooks.twilio_status, name="twilio_status"),
    path("unsubscribe/<str:token>/", one_click.page, name="unsubscribe"),
    path("twilio/inbound/", hooks.twilio_inbound, name="twilio_inbound"),
]
