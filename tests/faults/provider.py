"""The sandbox provider, misbehaving call by call as the scenario says, and writing down what it truly received.

    python -m tests.faults.provider PORT SEED FILE

FILE: a JSON line for each message that was taken: at, channel, attempt, reference, to, text.
"""

import asyncio
import json
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from notifications.sandbox import rest
from notifications.sandbox.faults import Faults, Mode
from notifications.sandbox.server import Options, Sandbox, problem, refused
from tests.faults.scenario import Answers, Behaviour, Receipts, behaviour

ATTEMPT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECOND_ANSWER = 0.05  # seconds after the first


class Provider(Sandbox):
    def __init__(self, options: Options, *, seed: int, file: Path) -> None:
        super().__init__(options)
        self._seed = seed
        self._calls: Counter[str] = Counter()
        self._modes: Counter[str] = Counter()
        self._file = file.open("a", buffering=1)

    def app(self) -> web.Application:
        app = super().app()
        app.router.add_get("/done", self.done)
        return app

    async def done(self, request: web.Request) -> web.Response:
        """How often it behaved in which way, what the portal has still to hear, and was asked twice to take."""
        told = {"under_way": self.webhooks.under_way, "asked_again": self.webhooks.asked_again}
        return web.json_response({"modes": self._modes, **told})

    async def create_message(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return problem(20003)
        form = {name: str(value) for name, value in (await request.post()).items()}
        if code := rest.problem(form):
            return problem(code)
        self._calls[form["To"]] += 1
        how = behaviour(self._seed, form["To"], self._calls[form["To"]])
        self._modes[how.mode.value] += 1
        if refusal := refused(how.mode, Faults(retry_after="1")):
            await asyncio.sleep(how.latency)
            return refusal
        sid = self._received(form, how)
        await asyncio.sleep(how.latency)
        if how.mode not in (Mode.OK, Mode.UNDELIVERED):
            return await self._misanswer(request, how.mode)
        answer = web.json_response(
            rest.resource(self.options.account, sid, form, status="queued"), status=201
        )
        return await self._answer(request, answer, how.answers)

    async def take_mail(self, request: web.Request) -> web.StreamResponse:
        mail = await request.json()
        for address in mail["to"]:
            self._write("email", mail["message_id"], "", address, mail["text"])
        return web.json_response({}, status=201)

    def _received(self, form: dict[str, str], how: Behaviour) -> str:
        sid = rest.new_sid()
        self._write("sms", form["StatusCallback"], sid, form["To"], form["Body"])
        last = "undelivered" if how.mode is Mode.UNDELIVERED else "delivered"
        if how.receipts is not Receipts.NONE:
            self._modes[f"receipts {how.receipts}"] += 1
        for _ in range({Receipts.NONE: 0, Receipts.TWICE: 2}.get(how.receipts, 1)):
            delay = 0 if how.receipts is Receipts.EARLY else 2 * how.latency
            self.webhooks.report(sid, form, last=last, delay=delay)
        return sid

    def _write(self, channel: str, names_attempt: str, sid: str, to: str, text: str) -> None:
        [attempt] = ATTEMPT.findall(names_attempt)
        line = {"at": datetime.now(UTC).isoformat(), "channel": channel, "attempt": attempt}
        line |= {"reference": sid, "to": to, "text": text}
        self._file.write(json.dumps(line) + "\n")

    async def _answer(self, request: web.Request, answer: web.Response, how: Answers) -> web.StreamResponse:
        """Once, or the same answer twice on the same connection, which HTTP does not allow."""
        if how is Answers.ONCE or request.transport is None:
            return answer
        self._modes[f"answers {how}"] += 1
        body = bytes(answer.body)  # type: ignore[arg-type]
        head = (
            f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        again = head.encode() + body
        if how is Answers.TWICE:
            request.transport.write(again)
        else:
            asyncio.get_running_loop().call_later(SECOND_ANSWER, request.transport.write, again)
        return answer


async def serve(provider: Provider, port: int) -> None:
    runner = web.AppRunner(provider.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def main(port: int, seed: int, file: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings

    options = Options(
        account=settings.TWILIO_ACCOUNT_SID,
        token=settings.TWILIO_AUTH_TOKEN,
        portal_url=settings.PORTAL_URL,
        mail_secret=settings.ANYMAIL["WEBHOOK_SECRET"],
        mail_token="",
    )
    asyncio.run(serve(Provider(options, seed=seed, file=file), port))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
