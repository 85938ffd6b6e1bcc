"""Addresses that providers and mail programs call."""

from django.urls import include, path

from notifications import hooks, mail_hooks, one_click

app_name = "hooks"

urlpatterns = [
    path("twilio/status/<uuid:attempt_id>/", hooks.twilio_status, name="twilio_status"),
    path("unsubscribe/<str:token>/", one_click.page, name="unsubscribe"),
    path("twilio/inbound/", hooks.twilio_inbound, name="twilio_inbound"),
    path("mail/", include(mail_hooks.urls())),
]
