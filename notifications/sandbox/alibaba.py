"""Alibaba Cloud SMS on this computer: SendSms and QuerySendDetails of Dysmsapi 2017-05-25, its reports and replies."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from secrets import randbelow
from typing import Any
from uuid import uuid4

from aiohttp import web
from django.conf import settings

from notifications.channels import alibaba_signature
from notifications.channels.alibaba import PLACE, e164, local_number
from notifications.hooks.body import same
from notifications.sandbox.faults import Mode
from notifications.sandbox.twin import Order, Twin

FRESH = timedelta(minutes=15)  # how far a call's time may be from the provider's
RECORD_STATES = {"queued": 1, "undelivered": 2, "delivered": 3}


class AlibabaTwin(Twin):
    def routes(self) -> list[web.RouteDef]:
        return [web.post("/alibaba/", self.call)]

    async def call(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._is_signed(form):
            return _error(
                "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.", 400
            )
        if form.get("Action") == "QuerySendDetails":
            return self._records(form)
        return await self.serve(request, form)

    def _is_signed(self, form: Mapping[str, str]) -> bool:
        if form.get("AccessKeyId") != settings.ALIBABA_SMS_KEY_ID:
            return False
        expected = alibaba_signature.signature(form, secret=settings.ALIBABA_SMS_KEY_SECRET, method="POST")
        at = datetime.strptime(form.get("Timestamp", ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return same(form.get("Signature", ""), expected) and abs(datetime.now(UTC) - at) < FRESH

    def problem(self, order: Order) -> web.Response | None:
        if not e164(order.get("PhoneNumbers", "")).removeprefix("+").isdecimal():
            return _error("isv.MOBILE_NUMBER_ILLEGAL", "invalid phone number")
        if order.get("SignName") != settings.ALIBABA_SMS_SIGN_NAME:
            return _error("isv.SMS_SIGNATURE_ILLEGAL", "no such sign name")
        if not order.get("TemplateCode", "").startswith("SMS_"):
            return _error("isv.SMS_TEMPLATE_ILLEGAL", "no such template")
        return None

    def refused(self, mode: Mode) -> web.Response | None:
        match mode:
            case Mode.ERROR_500:
                return _error("isp.SYSTEM_ERROR", "system error", 500)
            case Mode.RATE_LIMITED:
                return _error("isv.BUSINESS_LIMIT_CONTROL", "too many texts")
            case Mode.REFUSE_FOR_GOOD:
                return _error("isv.MOBILE_NUMBER_ILLEGAL", "invalid phone number")
            case _:
                return None

    def take(self, order: Order) -> str:
        reference = f"{randbelow(10**18):018d}^0"
        values = json.loads(order.get("TemplateParam") or "{}")
        told = ", ".join(f"{name}: {value}" for name, value in values.items())
        text = f"【{order['SignName']}】{order['TemplateCode']} {told}".strip()
        number = e164(order["PhoneNumbers"])
        self.house.store.add_text(
            reference, number, text, direction="to_phone", status="queued", via="alibaba", order=dict(order)
        )
        return reference

    def accepted(self, reference: str, order: Order) -> web.Response:
        return web.json_response({"Code": "OK", "Message": "OK", "RequestId": _id(), "BizId": reference})

    def report(self, reference: str, order: Order, *, last: str) -> None:
        now = datetime.now(PLACE).strftime("%Y-%m-%d %H:%M:%S")
        entry = {
            "phone_number": order["PhoneNumbers"],
            "send_time": now,
            "report_time": now,
            "success": last == "delivered",
            "err_code": "DELIVERED" if last == "delivered" else "MOBILE_NOT_ON_SERVICE",
            "err_msg": "",
            "sms_size": "1",
            "biz_id": reference,
            "out_id": order.get("OutId", ""),
        }
        self.house.webhooks.tell(_hook("report"), [(last, [entry])], reference=reference, delay=self.delay)

    def reply(self, number: str, text: str) -> str:
        """A person's text to the portal."""
        reference = f"{randbelow(10**18):018d}"
        entry = {
            "phone_number": local_number(number),
            "content": text,
            "send_time": datetime.now(PLACE).strftime("%Y-%m-%d %H:%M:%S"),
            "dest_code": "1234",
            "sequence_id": reference,
        }
        self.house.store.add_text(
            reference, number, text, direction="from_phone", status="received", via="alibaba"
        )
        self.house.webhooks.tell(_hook("inbound"), [("", [entry])])
        return reference

    def _records(self, form: Mapping[str, str]) -> web.Response:
        number, day = e164(form["PhoneNumber"]), form["SendDate"]
        sent = [
            text
            for text in self.house.store.phones.get(number, [])
            if text.get("via") == "alibaba" and text["direction"] == "to_phone" and _day(text["at"]) == day
        ]
        first = (int(form["CurrentPage"]) - 1) * int(form["PageSize"])
        listed = [_record(text) for text in sent[first : first + int(form["PageSize"])]]
        return web.json_response(
            {
                "Code": "OK",
                "Message": "OK",
                "RequestId": _id(),
                "TotalCount": len(sent),
                "SmsSendDetailDTOs": {"SmsSendDetailDTO": listed},
            }
        )


def _record(text: Mapping[str, Any]) -> dict[str, Any]:
    order = text["order"]
    return {
        "PhoneNum": order["PhoneNumbers"],
        "SendStatus": RECORD_STATES.get(text["status"], 1),
        "TemplateCode": order["TemplateCode"],
        "Content": text["text"],
        "OutId": order.get("OutId", ""),
    }


def _day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(PLACE).strftime("%Y%m%d")


def _hook(name: str) -> str:
    return f"{settings.PORTAL_URL}/hooks/alibaba/{settings.ALIBABA_SMS_HOOK_TOKEN}/{name}/"


def _id() -> str:
    return str(uuid4()).upper()


def _error(code: str, message: str, status: int = 200) -> web.Response:
    return web.json_response({"Code": code, "Message": message, "RequestId": _id()}, status=status)
