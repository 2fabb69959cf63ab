"""`/_control`: what tests tell the rail, and see of its book. Not signed, and not part of SNAP."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from simulators.rail import gate, statement
from simulators.rail.bad_day import BadDay
from simulators.rail.book import Book
from simulators.rail.messages import AccountNo, BankCode, HolderName, Instruction
from simulators.rail.rules import Entry
from simulators.rail.weather import Weather

PAGE_MAX: Final = 1_000
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "mt940": "text/plain; charset=us-ascii",
}


@dataclass(frozen=True)
class Control:
    """Answers to `/_control`."""

    book: Book
    weather: Weather

    async def add_instruction(self, instruction: Instruction) -> None:
        """Treat a transfer that is to come in this way."""
        self.book.add_instruction(instruction)

    async def forget_instructions(self) -> None:
        """Go back to settling everything, or to the bad day."""
        self.book.forget_instructions()

    async def begin_bad_day(self, bad_day: BadDay) -> None:
        """Let troubles come, by seed."""
        self.weather.begin(bad_day)

    async def end_bad_day(self) -> None:
        """Let all be well."""
        self.weather.end()

    async def name_holder(
        self,
        bank_code: Annotated[BankCode, Path()],
        account_no: Annotated[AccountNo, Path()],
        holder: HolderName,
    ) -> None:
        """Register whom an account belongs to."""
        self.book.name_holder(
            bank_code=bank_code, account_no=account_no, holder_name=holder.beneficiary_account_name
        )

    async def page(
        self,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
    ) -> dict[str, object]:
        """Transfers by position: how often each was asked for, and what has moved."""
        entries = self.book.transfers(after=after, limit=limit)
        return {"transfers": [_line(entry) for entry in entries]}

    async def totals(self) -> dict[str, object]:
        """The whole book in a few numbers, and what was asked for and never taken on."""
        now, after = gate.now(), 0
        transfers = requests = settled = moved = 0
        while entries := self.book.transfers(after=after, limit=PAGE_MAX):
            after = entries[-1].position
            transfers += len(entries)
            requests += sum(entry.requests for entry in entries)
            settled += sum(entry.moved(now=now) > 0 for entry in entries)
            moved += sum(entry.moved(now=now) for entry in entries)
        return {
            "transfers": transfers,
            "requests": requests,
            "settled": settled,
            "movedRupiah": moved,
            "notTakenOn": self.book.requests_not_taken_on(),
        }

    async def statement(
        self,
        day: date,
        format: Literal["csv", "mt940"] = "csv",  # noqa: A002  (the name of the parameter)
        moved_on: date | None = None,
    ) -> Response:
        """What moved on a day, as the rail tells its partner at the end of it."""
        begins = statement.midnight(moved_on or day)
        until = min(begins + timedelta(days=1), gate.now())
        entries = self.book.succeeded(since=begins, before=until)
        lines = statement.lines(entries, day=day, bad_day=self.weather.day)
        if format == "csv":
            text = statement.as_csv(lines)
        else:
            account = statement.account_of(entries)
            text = statement.as_mt940(lines, day=day, account=account)
        return Response(text, media_type=MEDIA_TYPES[format])


def control_routes(book: Book, weather: Weather) -> APIRouter:
    """Instructions, the bad day, holders' names, the book, the statement."""
    router = APIRouter(prefix="/_control")
    control = Control(book, weather)
    for method, path, answer in (
        ("POST", "/instructions", control.add_instruction),
        ("DELETE", "/instructions", control.forget_instructions),
        ("PUT", "/bad-day", control.begin_bad_day),
        ("DELETE", "/bad-day", control.end_bad_day),
        ("PUT", "/holders/{bank_code}/{account_no}", control.name_holder),
    ):
        router.add_api_route(path, answer, methods=[method], status_code=204)
    router.add_api_route("/book", control.page)
    router.add_api_route("/totals", control.totals)
    router.add_api_route("/statement", control.statement, response_model=None)
    return router


def _line(entry: Entry) -> dict[str, object]:
    return {
        "position": entry.position,
        "referenceNo": entry.reference_no,
        **entry.order.model_dump(by_alias=True),
        "responseCode": entry.response_code,
        "behavior": entry.behavior,
        "receivedAt": entry.received_at,
        "finalAt": entry.final_at,
        "requests": entry.requests,
        "movedRupiah": entry.moved(now=gate.now()),
    }
