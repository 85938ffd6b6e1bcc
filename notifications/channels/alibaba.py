"""Text messages through Alibaba Cloud SMS: Dysmsapi 2017-05-25, SendSms and QuerySendDetails.

It sends only its own approved templates. Our attempt's id is its OutId, which its receipts and its records bring back.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications.channels import alibaba_signature
from notifications.channels.base import (
    About,
    Accepted,
    Message,
    Outcome,
    Question,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.http import SET_UP_WRONG, Answer, HttpProvider, Request

VERSION = "2017-05-25"
PLACE = ZoneInfo("Asia/Shanghai")  # its days and times
PAGE = 50  # records; the most that QuerySendDetails gives at once
MOST_PAGES = 4  # of one number's day: 200 texts are more than any cap allows
KEPT = timedelta(days=30)  # how far back it can be asked
MAINLAND = re.compile(r"1[3-9][0-9]{9}")  # a mobile number in China without its country code

# Alibaba Cloud's Code → why this text will never reach this number.
# Source: Alibaba Cloud, Short Message Service, "API error codes".
FOR_GOOD = {
    "isv.MOBILE_NUMBER_ILLEGAL": "not a phone number",
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": "this template is not for numbers in mainland China",
    "isv.BLACK_KEY_CONTROL_LIMIT": "a word in the text is not allowed there",
    "isv.SMS_CONTENT_ILLEGAL": "a word in the text is not allowed there",
    "isv.PARAM_LENGTH_LIMIT": "a value in the text is too long",
    "isv.PARAM_NOT_SUPPORT_URL": "a value in the text is an address of the web",
    "isv.TEMPLATE_MISSING_PARAMETERS": "the template wants a value that we do not give",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "a value in the text is of the wrong kind",
    "isv.INVALID_JSON_PARAM": "the template's values could not be read",
}

NO_NUMBER = {"isv.MOBILE_NUMBER_ILLEGAL"}  # of these the one that says: no text will ever reach this

# Codes that pass by themselves, with how long they take at least: the day's and month's limits are the account's own.
FOR_NOW: Mapping[str, tuple[str, timedelta | None]] = {
    "isv.BUSINESS_LIMIT_CONTROL": ("this number has had too many texts", timedelta(hours=1)),
    "isv.DAY_LIMIT_CONTROL": ("the account's limit of the day is reached", timedelta(hours=1)),
    "isv.MONTH_LIMIT_CONTROL": ("the account's limit of the month is reached", timedelta(hours=1)),
    "Throttling.User": ("the provider asks us to slow down", None),
    "Throttling": ("the provider asks us to slow down", None),
}

# Codes that only the lender's people can mend: account, money, signature, template.
SET_UP = frozenset(
    (
        *("isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.ACCOUNT_ABNORMAL", "isv.ACCOUNT_NOT_EXISTS"),
        *("isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE", "isp.RAM_PERMISSION_DENY"),
        *("isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL"),
        *("isv.SIGN_STATE_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL", "isv.DENY_IP_RANGE"),
        *("SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"),
        *("InvalidTimeStamp.Expired", "Forbidden.RAM"),
    )
)
PERHAPS_SENT = frozenset(
    {"isp.SYSTEM_ERROR", "isp.UNKNOWN", "isp.GATEWAY_ERROR"}
)  # it broke, who knows where


class Alibaba(HttpProvider):
    """One call per text."""

    name = "alibaba"
    needs_approved = True
    can_be_asked = True

    def request(self, message: Message) -> Request:
        words = message.approved[self.name]
        parameters = {
            "Action": "SendSms",
            "PhoneNumbers": local_number(message.to),
            "SignName": settings.ALIBABA_SMS_SIGN_NAME,
            "TemplateCode": words.code,
            "OutId": str(message.id),
        }
        if words.values:
            parameters["TemplateParam"] = json.dumps(dict(words.values), ensure_ascii=False)
        return _call(parameters)

    def outcome(self, answer: Answer) -> Outcome:
        """What the answer proves: `Code` says it, whatever the HTTP status."""
        code, reference = answer.json.get("Code"), answer.json.get("BizId")
        if code == "OK":
            taken = answer.status == 200 and isinstance(reference, str) and 0 < len(reference) <= 64
            return Accepted(str(reference)) if taken else Unknown("HTTP 200 without a reference")
        if not isinstance(code, str):
            return self.usual(answer)
        if code in SET_UP:
            return SET_UP_WRONG
        if why := FOR_GOOD.get(code):
            return RefusedForGood(why, About.ADDRESS if code in NO_NUMBER else About.MESSAGE)
        if passing := FOR_NOW.get(code):
            return RefusedForNow(passing[0], answer.retry_after or passing[1])
        if code in PERHAPS_SENT or answer.status >= 500:
            return Unknown("the provider broke and did not say where")
        return RefusedForNow(f"Alibaba Cloud error {code}"[:200], answer.retry_after)

    async def ask(self, questions: Sequence[Question]) -> dict[UUID, Outcome]:
        """By OutId, in the records of each number's day.

        A record says that it was taken, whatever the network made of it: that is the receipt's to tell.
        """
        found = await asyncio.gather(*map(self._asked, questions))
        return {question.id: taken for question, taken in zip(questions, found, strict=True) if taken}

    async def _asked(self, question: Question) -> Accepted | None:
        if datetime.now(UTC) - question.at > KEPT:
            return None
        for day in sorted({_day(question.at), _day(question.at + self.limits.timeout * 2)}):
            for page in range(1, MOST_PAGES + 1):
                async with self._places:
                    answer = await self.called(_records(question.to, day, page))
                records = _listed(answer) if isinstance(answer, Answer) else []
                if any(record.get("OutId") == str(question.id) for record in records):
                    return Accepted("")  # the records do not name its BizId
                if len(records) < PAGE:
                    break
        return None


def _call(parameters: Mapping[str, str]) -> Request:
    form = alibaba_signature.signed(
        {**parameters, "Version": VERSION, "RegionId": settings.ALIBABA_SMS_REGION},
        key_id=settings.ALIBABA_SMS_KEY_ID,
        secret=settings.ALIBABA_SMS_KEY_SECRET,
        nonce=str(uuid4()),
        now=datetime.now(UTC),
    )
    return Request(f"{settings.ALIBABA_SMS_BASE_URL}/", form)


def _records(number: str, day: str, page: int) -> Request:
    return _call(
        {
            "Action": "QuerySendDetails",
            "PhoneNumber": local_number(number),
            "SendDate": day,
            "PageSize": str(PAGE),
            "CurrentPage": str(page),
        }
    )


def _listed(answer: Answer) -> list[Mapping[str, object]]:
    listed = answer.json.get("SmsSendDetailDTOs")
    records = listed.get("SmsSendDetailDTO") if isinstance(listed, dict) else None
    return [one for one in records if isinstance(one, dict)] if isinstance(records, list) else []


def _day(at: datetime) -> str:
    return at.astimezone(PLACE).strftime("%Y%m%d")


def local_number(number: str) -> str:
    """E.164 as Alibaba Cloud writes it: no plus, and inside mainland China no country code."""
    digits = number.removeprefix("+")
    inside = digits.removeprefix("86")
    return inside if digits.startswith("86") and MAINLAND.fullmatch(inside) else digits


def e164(number: str) -> str:
    """The way back. Eleven digits from 13 on are China's: replies come from there alone."""
    digits = number.removeprefix("+").removeprefix("00")
    return f"+86{digits}" if MAINLAND.fullmatch(digits) else f"+{digits}"
