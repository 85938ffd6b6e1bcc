"""A second provider of texts: Twilio's protocol at another address, so that a test may break one and not the other."""

from django.conf import settings

from notifications.channels.base import Message
from notifications.channels.http import Request
from notifications.channels.twilio import Twilio


class Second(Twilio):
    name = "second"

    def request(self, message: Message) -> Request:
        first = super().request(message)
        return Request(
            first.url.replace(settings.TWILIO_BASE_URL, settings.SECOND_BASE_URL, 1),
            first.form,
            user=first.user,
            password=first.password,
        )
