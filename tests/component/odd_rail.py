"""A rail that answers whatever a test wants it to, byte by byte, over real HTTP.

Its book is `moved`: rupiah by reference. What it answers need not agree with it.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What the bank asks: `inquiry`, `transfer` or `status`."""

    service: str
    fields: Fields
    writer: asyncio.StreamWriter

    @property
    def reference(self) -> str:
        """The payout that it is about."""
        named = ("partnerReferenceNo", "originalPartnerReferenceNo")
        return str(next(self.fields[name] for name in named if name in self.fields))


Behavior = Callable[[Question], Awaitable[bytes | None]]
"""Gives the bytes of the answer; None when the connection was dealt with."""
SERVICES = {
    "/v1.0/account-inquiry-external": "inquiry",
    "/v1.0/transfer-interbank": "transfer",
    "/v1.0/transfer/status": "status",
}
NUMBERS = {"inquiry": "16", "transfer": "18", "status": "36"}


def answer(status: int, body: bytes | Fields, **headers: str) -> bytes:
    """An HTTP answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + content


@dataclass
class OddRail:
    """Orders are taken into the book once a reference, then answered as told."""

    url: str = ""
    moved: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Service and reference of each question, in order."""
    behave: dict[str, Behavior] = field(default_factory=dict)
    """By service; else it is honest."""

    def order(self, question: Question) -> None:
        """Move the money, once."""
        rupiah = int(question.fields["amount"]["value"].split(".")[0])
        self.moved.setdefault(question.reference, rupiah)

    def honest(self, question: Question) -> Fields:
        """What an honest rail says, and does."""
        given = question.fields
        if question.service == "inquiry":
            name = given["additionalInfo"]["beneficiaryAccountName"]
            return {
                "responseCode": "2001600",
                "responseMessage": "Successful",
                "beneficiaryAccountName": name,
                "beneficiaryAccountNo": given["beneficiaryAccountNo"],
            }
        if question.service == "transfer":
            self.order(question)
            kept = ("partnerReferenceNo", "amount", "beneficiaryAccountNo", "beneficiaryBankCode")
            return {"responseCode": "2001800", "responseMessage": "Successful"} | {
                name: given[name] for name in kept
            }
        if question.reference not in self.moved:
            return {"responseCode": "4043601", "responseMessage": "Transaction Not Found"}
        return self.told(question.reference, "00")

    def told(self, reference: str, status: str, **changed: Any) -> Fields:
        """The status of a reference."""
        amount = {"value": f"{self.moved.get(reference, 0)}.00", "currency": "IDR"}
        return {
            "responseCode": "2003600",
            "responseMessage": "Successful",
            "originalPartnerReferenceNo": reference,
            "latestTransactionStatus": status,
            "amount": amount,
        } | changed

    def with_code(self, code: str, **changed: Any) -> Behavior:
        """Answer with a code, and with what an honest answer has besides; nothing is moved."""

        async def say(question: Question) -> bytes:
            fields = {"partnerReferenceNo": question.reference} | changed
            return answer(int(code[:3]), {"responseCode": code, "responseMessage": "x"} | fields)

        return say

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length:")[1].split("\r\n")[0])
                fields = json.loads(await reader.readexactly(length))
                service = SERVICES[head.split()[1]]
                question = Question(service, fields, writer)
                self.asked.append((service, question.reference))
                behave = self.behave.get(service)
                said = await behave(question) if behave else answer_of(self.honest(question))
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
        writer.close()


def answer_of(fields: Fields) -> bytes:
    """An honest answer: its HTTP status is in its code."""
    return answer(int(fields["responseCode"][:3]), fields)


@asynccontextmanager
async def odd_rail() -> AsyncIterator[OddRail]:
    """A rail on a port of its own."""
    rail = OddRail()
    server = await asyncio.start_server(rail._serve, "127.0.0.1", 0)
    rail.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield rail
    finally:
        server.close()


async def reset(question: Question) -> None:
    """Break the connection off."""
    question.writer.transport.abort()


async def drip(question: Question) -> None:
    """Send an answer for ever, a byte at a time."""
    question.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    with suppress(OSError):
        while not question.writer.is_closing():
            question.writer.write(b" ")
            await question.writer.drain()
            await asyncio.sleep(0.05)


async def huge(question: Question) -> None:
    """Send more than anybody wants."""
    question.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    with suppress(OSError):
        while not question.writer.is_closing():
            question.writer.write(b" " * 65_536)
            await question.writer.drain()


def bomb(fields: Fields) -> bytes:
    """A small answer that unpacks to a large one."""
    packed = gzip.compress(json.dumps(fields).encode() + b" " * 2_000_000)
    return answer(200, packed, Content_Encoding="gzip")
