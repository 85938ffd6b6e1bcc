"""The page of a person's devices: what a browser says is checked, and a device is its owner's alone."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from accounts import device_names
from notifications.channels import push_key
from notifications.choice import DEFAULT
from notifications.models import Preference, PushDevice
from notifications.push import devices as push_devices
from notifications.push.devices import Subscription

DEVICES = reverse("notifications:devices")
PREFERENCES = reverse("notifications:preferences")
KEY = push_key.public(push_key.new())
SECRET = b64urlencode(b"sixteen bytes ..")
WHOLE = {"endpoint": "https://fcm.googleapis.com/fcm/send/abc", "p256dh": KEY, "auth": SECRET}
CHROME = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36"
)
NOW = datetime(2026, 1, 29, 15, tzinfo=UTC)


@pytest.fixture
def device(borrower):
    return push_devices.add(borrower, Subscription(**WHOLE), name="Chrome · Android", now=NOW)


def test_allowing_push_messages_makes_the_browser_a_device(signed_in, borrower):
    answer = signed_in.post(DEVICES, WHOLE, headers={"User-Agent": CHROME}, follow=True)
    assert "This device can show push messages now." in answer.content.decode()
    [device] = push_devices.of(borrower)
    assert (device.name, device.endpoint) == ("Chrome · Android", WHOLE["endpoint"])
    assert device.contact_point.verified_at


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "https://169.254.169.254/latest"),
        ("endpoint", "http://fcm.googleapis.com/fcm/send/abc"),
        ("endpoint", ""),
        ("p256dh", "AAAA"),
        ("p256dh", "ключ"),
        ("p256dh", b64urlencode(b"\x04" + b"\x01" * 64)),  # no point of the curve
        ("auth", b64urlencode(b"fifteen bytes .")),
        ("auth", "!"),
        ("auth", ""),
    ],
)
def test_what_is_no_subscription_is_refused_in_words(signed_in, borrower, field, value):
    answer = signed_in.post(DEVICES, WHOLE | {field: value}, follow=True)
    assert "Your browser gave us no address" in answer.content.decode()
    assert not push_devices.of(borrower).exists()


def test_keys_with_padding_are_taken_too(signed_in, borrower):
    padded = base64.urlsafe_b64encode(b"sixteen bytes ..").decode()
    signed_in.post(DEVICES, WHOLE | {"auth": padded})
    assert push_devices.of(borrower).exists()


def test_a_form_of_another_site_is_refused(borrower):
    client = Client(enforce_csrf_checks=True)
    client.force_login(borrower.user)
    assert client.post(DEVICES, WHOLE).status_code == 403
    assert not PushDevice.objects.exists()


def test_trying_again_and_again_is_too_often(signed_in):
    answers = [signed_in.post(DEVICES, WHOLE).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_a_device_is_removed_by_its_owner_alone(signed_in, stranger_client, borrower, device):
    address = reverse("notifications:device_remove", args=[device.pk])
    assert stranger_client.post(address).status_code == 404
    assert "Remove Chrome · Android?" in signed_in.get(address).content.decode()
    assert push_devices.of(borrower).exists()
    answer = signed_in.post(address, follow=True)
    assert "Chrome · Android shows no push messages any more." in answer.content.decode()
    assert not push_devices.of(borrower).exists()


def test_without_scripts_the_page_says_what_is_needed(signed_in):
    page = signed_in.get(DEVICES).content.decode()
    assert "This browser cannot show push messages, or its scripts are switched off." in page
    assert "Add to Home Screen" in page


def test_the_page_gives_the_browser_our_public_key_and_never_the_private_one(signed_in, settings):
    page = signed_in.get(DEVICES).content.decode()
    assert push_key.public(settings.PUSH_PRIVATE_KEY) in page
    assert settings.PUSH_PRIVATE_KEY not in page


def test_where_the_lender_has_no_key_the_page_says_so_and_takes_nothing(signed_in, settings, borrower):
    settings.CHANNEL_PROVIDERS = {"sms": {"twilio": 1}}
    assert "We do not send push messages at the moment." in signed_in.get(DEVICES).content.decode()
    signed_in.post(DEVICES, WHOLE)
    assert not push_devices.of(borrower).exists()


def test_push_messages_are_offered_only_to_who_has_a_device(signed_in, borrower):
    option = '<option value="push">'
    assert option not in signed_in.get(PREFERENCES).content.decode()
    push_devices.add(borrower, Subscription(**WHOLE), name="Chrome", now=NOW)
    assert option in signed_in.get(PREFERENCES).content.decode()


def test_a_device_is_no_address_on_the_profile(signed_in, device):
    assert device.contact_point.value not in signed_in.get(reverse("accounts:profile")).content.decode()


def test_the_service_worker_is_served_for_the_whole_site(client):
    answer = client.get("/push-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_portal_can_be_put_on_a_home_screen(client, settings):
    told = client.get("/manifest.webmanifest").json()
    assert (told["name"], told["display"]) == (settings.LENDER_NAME, "standalone")
    for icon in told["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, "Chrome · Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_is_called_by_its_browser_and_system(user_agent, expected):
    assert device_names.name(user_agent, unknown="A browser") == expected


def test_the_key_of_a_checkout_is_made_once(settings):
    assert Vapid02.from_string(settings.PUSH_PRIVATE_KEY)


def test_who_has_chosen_push_messages_and_lost_the_device_is_asked_again(signed_in, borrower, device):
    chosen = replace(DEFAULT, channels=dict.fromkeys(DEFAULT.channels, ("push", "sms")))
    Preference.objects.create(borrower=borrower, choice=chosen.to_json())
    asked = "No device of yours shows push messages at the moment."
    assert asked not in signed_in.get(PREFERENCES).content.decode()
    push_devices.retire([device.pk], now=NOW)
    assert asked in signed_in.get(PREFERENCES).content.decode()
