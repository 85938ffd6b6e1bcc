"""Push messages in a real browser, as far as one without a network goes: the push service itself is the sandbox's."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Worker, expect

from accounts.models import Borrower
from notifications.channels import push_key
from notifications.models import Attempt
from notifications.push import devices as push_devices
from tests.browser.visiting import SMALL_PHONE, Visitor, flaws
from tests.sandbox import Sandbox
from tests.waiting import until

DEVICES = reverse("notifications:devices")
ALLOW = "Allow push messages on this device"
NUMBER = "+15550100001"
# What a browser does that reaches its push service: here the sandbox is that service, and has made the subscription.
SUBSCRIBES = """
const given = %s;
const subscription = {endpoint: given.endpoint, toJSON: () => given, unsubscribe: async () => true};
const kept = () => localStorage.getItem("subscribed") ? subscription : null;
PushManager.prototype.getSubscription = async () => kept();
PushManager.prototype.subscribe = async (options) => {
  const key = new Uint8Array(options.applicationServerKey);
  if (!options.userVisibleOnly || key.length !== 65 || key[0] !== 4) throw new Error("no such key");
  localStorage.setItem("subscribed", "1");
  return subscription;
};
"""


def allowed(visitor: Visitor, client: Client, *, width: int = SMALL_PHONE) -> Page:
    """The page of devices in a browser whose person allows notifications."""
    page = visitor.open(DEVICES, client=client, width=width)
    page.context.grant_permissions(["notifications"], origin=visitor.portal)
    page.reload()
    return page


def worker_of(page: Page) -> Worker:
    page.evaluate(
        "navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready)"
    )
    return next(iter(page.context.service_workers), None) or page.context.wait_for_event("serviceworker")


def push(page: Page, told: dict[str, Any] | None) -> None:
    """The browser receives a push message for the portal."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(each["registrationId"] for each in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": page.url.split(DEVICES)[0],
            "registrationId": found[-1],
            "data": json.dumps(told) if told else "",
        },
    )


def shown(page: Page) -> list[dict[str, Any]]:
    """The notifications that the browser shows."""
    script = """async () => {
      const registration = await navigator.serviceWorker.ready;
      return (await registration.getNotifications()).map(
        ({title, body, tag, lang, data}) => ({title, body, tag, lang, url: data.url}));
    }"""
    until(lambda: page.evaluate(script), "a notification is shown")
    return list(page.evaluate(script))


def opened_by_a_tap(worker: Worker, url: str) -> str:
    """What a tap on a notification asks the browser to open. A script may not tap, so the event is made here."""
    return str(
        worker.evaluate(
            """async (url) => {
              await self.registration.showNotification("A message", {tag: "tap", data: {url}});
              const [notification] = await self.registration.getNotifications({tag: "tap"});
              return new Promise((resolve) => {
                self.clients.openWindow = async (address) => resolve(address);
                self.dispatchEvent(new NotificationEvent("notificationclick", {notification}));
              });
            }""",
            url,
        )
    )


@pytest.fixture
def subscription(phone: Sandbox) -> dict[str, Any]:
    return phone.subscribe(NUMBER, push_key.public(settings.PUSH_PRIVATE_KEY))


def test_a_push_message_is_shown_by_the_service_worker(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    page = allowed(visitor, signed_in)
    worker_of(page)
    told = {
        "title": "A message from Example Lending",
        "body": "Open it.",
        "tag": "one",
        "lang": "en",
        "url": "/inbox/",
    }
    push(page, told)
    assert shown(page) == [told]


def test_a_push_message_that_says_nothing_is_shown_all_the_same(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    page = allowed(visitor, signed_in)
    worker_of(page)
    push(page, None)
    [told] = shown(page)
    assert told["url"] == "/inbox/"


def test_a_tap_opens_the_message_and_never_another_site(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    message = Attempt.objects.create(
        borrower=borrower,
        category="due",
        channel="push",
        provider="push",
        state="accepted",
        subject="A bill",
        body="x",
    )
    worker = worker_of(page := allowed(visitor, signed_in))
    own = f"{visitor.portal}/inbox/{message.pk}/"
    assert opened_by_a_tap(worker, own) == own
    page.goto(own)
    expect(page.get_by_role("heading", name="A bill")).to_be_visible()
    worker = worker_of(page)
    assert opened_by_a_tap(worker, "https://evil.example/inbox/") == f"{visitor.portal}/inbox/"
    assert opened_by_a_tap(worker, "javascript:alert(1)") == f"{visitor.portal}/inbox/"


def test_allowing_push_messages_makes_this_browser_a_device_that_can_be_removed(
    visitor: Visitor, signed_in: Client, borrower: Borrower, subscription: dict[str, Any]
) -> None:
    page = allowed(visitor, signed_in)
    page.context.add_init_script(SUBSCRIBES % json.dumps(subscription))
    page.reload()
    page.get_by_role("button", name=ALLOW).click()
    expect(page.get_by_text("This device can show push messages now.")).to_be_visible()
    expect(page.get_by_text("this device", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=ALLOW)).to_be_hidden()
    [device] = push_devices.of(borrower)
    assert device.endpoint == subscription["endpoint"]
    page.get_by_role("link", name="Remove Chrome").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No device shows push messages yet.")).to_be_visible()
    assert not push_devices.of(borrower).exists()
    assert visitor.complaints == []


def test_a_subscription_that_the_browser_has_ended_is_renewed_by_the_service_worker(
    visitor: Visitor, signed_in: Client, borrower: Borrower, subscription: dict[str, Any]
) -> None:
    worker = worker_of(allowed(visitor, signed_in))
    worker.evaluate(
        """async (given) => {
          PushManager.prototype.subscribe = async ({applicationServerKey}) => {
            self.asked = applicationServerKey;
            return {toJSON: () => given};
          };
          const event = new ExtendableEvent("pushsubscriptionchange");
          const over = new Promise((resolve) => { event.waitUntil = (work) => resolve(work); });
          self.dispatchEvent(event);
          await over;
        }""",
        subscription,
    )
    assert worker.evaluate("self.asked") == push_key.public(settings.PUSH_PRIVATE_KEY)
    assert [device.endpoint for device in push_devices.of(borrower)] == [subscription["endpoint"]]


def test_who_has_forbidden_messages_reads_how_to_allow_them(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    page = visitor.open(DEVICES, client=signed_in)
    page.context.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'denied'})")
    page.reload()
    expect(page.get_by_text("You have forbidden this site to show messages.")).to_be_visible()
    expect(page.get_by_role("button", name=ALLOW)).to_be_hidden()


def test_without_scripts_the_page_explains_itself(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    page = visitor.open(DEVICES, client=signed_in, script=False)
    expect(page.get_by_text("This browser cannot show push messages")).to_be_visible()
    expect(page.get_by_role("button", name=ALLOW)).to_be_hidden()


def test_the_sandboxs_phone_can_be_a_device(
    visitor: Visitor, signed_in: Client, borrower: Borrower, phone: Sandbox
) -> None:
    page = visitor.open(DEVICES, client=signed_in, script=False)
    page.get_by_role("button", name="Use the phone in the sandbox").click()
    expect(page.get_by_text("You have not chosen push messages yet.")).to_be_visible()
    assert push_devices.of(borrower).count() == 1
    page.goto(visitor.portal + reverse("notifications:preferences"))
    expect(page.get_by_label("First way").first.locator("option[value=push]")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_page_has_no_barrier(
    visitor: Visitor, signed_in: Client, borrower: Borrower, subscription: dict[str, Any], language: str
) -> None:
    borrower.language = language
    borrower.save()
    page = allowed(visitor, signed_in)
    page.context.add_init_script(SUBSCRIBES % json.dumps(subscription))
    page.reload()
    assert page.get_attribute("html", "lang") == language
    assert flaws(page) == []
    page.locator("[data-push] button").click()
    expect(page.locator("[data-this-device]")).to_be_visible()
    assert flaws(page) == []
    page.locator("[data-endpoint] a").click()
    assert flaws(page) == []
    assert visitor.complaints == []


def test_a_new_message_shows_without_loading_the_page_again(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    page = visitor.open(reverse("notifications:inbox"), client=signed_in)
    expect(page.get_by_text("We have not sent you anything yet.")).to_be_visible()
    Attempt.objects.create(
        borrower=borrower,
        category="due",
        channel="inbox",
        provider="inbox",
        state="accepted",
        subject="A bill",
        body="x",
    )
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name="A bill")).to_be_visible()
    expect(page.locator("#news-messages .badge")).to_have_text("1 new")
    expect(page.get_by_role("status").filter(has_text="1 new message in your inbox.")).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".badge")).to_have_count(0)
    assert visitor.complaints == []


def test_what_a_page_showed_is_shown_no_more_once_the_session_is_over(
    visitor: Visitor, signed_in: Client, borrower: Borrower
) -> None:
    inbox = reverse("notifications:inbox")
    page = visitor.open(inbox, client=signed_in)
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_url(re.compile(re.escape(f"{reverse('account_login')}?next={inbox}")))
    expect(page.locator("input[name=login]")).to_have_count(1)
