"""Addresses that providers and mail programs call."""

from django.urls import include, path

from notifications import hooks, hooks_alibaba, hooks_gateway, hooks_whatsapp, mail_hooks, one_click

app_name = "hooks"

urlpatterns = [
    path("twilio/status/<uuid:attempt_id>/", hooks.twilio_status, name="twilio_status"),
    path("unsubscribe/<str:token>/", one_click.page, name="unsubscribe"),
    path("twilio/inbound/", hooks.twilio_inbound, name="twilio_inbound"),
    path("mail/", include(mail_hooks.urls())),
    path("alibaba/<str:token>/report/", hooks_alibaba.report, name="alibaba_report"),
    path("alibaba/<str:token>/inbound/", hooks_alibaba.inbound, name="alibaba_inbound"),
    path("http/<str:name>/receipt/", hooks_gateway.receipt, name="gateway_receipt"),
    path("http/<str:name>/reply/", hooks_gateway.reply, name="gateway_reply"),
    path("whatsapp/", hooks_whatsapp.webhook, name="whatsapp"),
]
