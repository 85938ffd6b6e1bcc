"""Addresses that providers call."""

from django.urls import path

from notifications import hooks

app_name = "hooks"

urlpatterns = [
    path("twilio/status/<uuid:attempt_id>/", hooks.twilio_status, name="twilio_status"),
    path("twilio/inbound/", hooks.twilio_inbound, name="twilio_inbound"),
]
