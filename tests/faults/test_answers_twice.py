"""A provider that answers one call twice: the second answer lies on the connection for whoever calls next."""

import asyncio
import json
import uuid
from contextlib import closing, suppress
from secrets import token_hex
from urllib.parse import parse_qs

from notifications.channels.base import Accepted, Message, Outcome, Unknown
from notifications.channels.twilio import Twilio
from tests.notifications.limits import LIMITS

FIRST, SECOND, THIRD = "+881600000001", "+881600000002", "+881600000003"


async def answer_the_first_call_again_with_the_second(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    ahead = b""
    with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
        while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
            length = int(head.partition("content-length:")[2].split()[0])
            to = parse_qs((await reader.readexactly(length)).decode())["To"][0]
            body = json.dumps({"sid": f"SM{token_hex(16)}", "to": to})
            answer = f"HTTP/1.1 201 Created\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            writer.write(ahead + answer)
            ahead = answer if to == FIRST else b""


async def send_one_after_the_other(provider: Twilio) -> list[Outcome]:
    outcomes = []
    for number in (FIRST, SECOND, THIRD):
        message = Message(uuid.uuid4(), "sms", number, "", "text", "en")
        outcomes.append((await provider.deliver([message]))[message.id])
        await asyncio.sleep(0.1)
    await provider.close()
    return outcomes


def test_the_answer_to_another_message_proves_nothing_and_its_connection_is_left(settings) -> None:
    async def act() -> list[Outcome]:
        server = await asyncio.start_server(answer_the_first_call_again_with_the_second, "127.0.0.1", 0)
        settings.TWILIO_BASE_URL = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            return await send_one_after_the_other(Twilio(LIMITS))

    first, second, third = asyncio.run(act())
    assert isinstance(first, Accepted)
    assert second == Unknown("the answer to another message")
    assert isinstance(third, Accepted)
