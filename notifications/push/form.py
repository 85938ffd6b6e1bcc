"""What a browser says of its subscription: believed only as far as it can be checked."""

import binascii
from base64 import urlsafe_b64decode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.channels import push_endpoint
from notifications.push.devices import Subscription

SECRET_BYTES = 16  # RFC 8291, 3.2
WRONG = _(
    "Your browser gave us no address that we can send push messages to. Try again, or use another browser."
)


class SubscriptionForm(forms.Form):
    """A script fills it in. Valid: `subscription`."""

    endpoint = forms.CharField(max_length=push_endpoint.LONGEST, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=100, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=50, widget=forms.HiddenInput)

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        if not push_endpoint.is_known(endpoint):
            raise forms.ValidationError(WRONG)
        return endpoint

    def clean_p256dh(self) -> str:
        """A point of the curve, or encrypting for it would fail each time, or worse."""
        key: str = self.cleaned_data["p256dh"]
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(key))
        except ValueError as error:
            raise forms.ValidationError(WRONG) from error
        return key

    def clean_auth(self) -> str:
        secret: str = self.cleaned_data["auth"]
        try:
            is_whole = len(_decoded(secret)) == SECRET_BYTES
        except ValueError:
            is_whole = False
        if not is_whole:
            raise forms.ValidationError(WRONG)
        return secret

    @property
    def subscription(self) -> Subscription:
        known: dict[str, Any] = self.cleaned_data
        return Subscription(known["endpoint"], known["p256dh"], known["auth"])


def _decoded(text: str) -> bytes:
    """base64url, with or without its padding. ValueError: something else."""
    try:
        return urlsafe_b64decode(text.rstrip("=").encode("ascii") + b"=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
