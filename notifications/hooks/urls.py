"""Addresses that providers and mail programs call."""

from django.urls import include, path

from notifications import one_click
from notifications.hooks import alibaba, gateway, mail, twilio, whatsapp

app_name = "hooks"

urlpatterns = [
    path("twilio/status/<uuid:attempt_id>/", twilio.status_of, name="twilio_status"),
    path("unsubscribe/<str:token>/", one_click.page, name="unsubscribe"),
    path("twilio/inbound/", twilio.inbound, name="twilio_inbound"),
    path("mail/", include(mail.urls())),
    path("alibaba/<str:token>/report/", alibaba.report, name="alibaba_report"),
    path("alibaba/<str:token>/inbound/", alibaba.inbound, name="alibaba_inbound"),
    path("http/<str:name>/receipt/", gateway.receipt, name="gateway_receipt"),
    path("http/<str:name>/reply/", gateway.reply, name="gateway_reply"),
    path("whatsapp/", whatsapp.webhook, name="whatsapp"),
]
