"""Puts a question to the record for one caller: what is answered is on record first."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.web.access import Caller
from chassis.web.reading import Notes, Noting, tools
from contracts.event import Cause
from services.audit.adapters import Tools
from services.audit.adapters.answering import Limits, Table
from services.audit.operations import questions
from services.audit.operations.questions import Form, Putting

PAGE_ROWS = 1_000


@dataclass(frozen=True)
class Asking:
    """One caller's way to the record."""

    tools: Tools
    noting: Notes
    caller: Caller

    async def ask(
        self, name: str, given: Mapping[str, str], *, reason: str, form: Form = "page"
    ) -> Table:
        """The answer to a question of the catalogue. Raises: QuestionUnknown, Parameter*, and what
        `questions.ask` does."""
        asked = questions.asked(name, given)
        await questions.refresh(self.tools)
        table = await questions.ask(self._folder, asked, limits=self._limits(form))
        told = {key: str(value) for key, value in asked.values.items() if value is not None}
        await self._note(Putting(name, told, form, len(table.rows), reason))
        return table

    async def ask_freely(self, sql: str, *, reason: str, form: Form) -> Table:
        """The answer to what the caller wrote. Raises: as `questions.ask_freely`."""
        await questions.refresh(self.tools)
        table = await questions.ask_freely(self._folder, sql, limits=self._limits(form))
        await self._note(Putting("sql", {"sql": sql}, form, len(table.rows), reason))
        return table

    @property
    def _folder(self) -> Path:
        return self.tools.settings.parquet_path()

    def _limits(self, form: Form) -> Limits:
        rows = PAGE_ROWS if form == "page" else self.tools.settings.answer_rows
        return questions.limits_of(self.tools.settings, rows)

    async def _note(self, put: Putting) -> None:
        cause_id = new_id()
        cause = Cause(cause_id, correlation_id() or cause_id)
        await self.noting.run(
            lambda unit: questions.put_on_record(unit, put, by=self.caller, cause=cause)
        )


async def _asking(
    request: Request, noting: Noting, tools: Annotated[Tools, Depends(tools)]
) -> Asking:
    return Asking(tools, noting, request.state.caller)


Asker = Annotated[Asking, Depends(_asking)]
"""For a route that declares who may call it."""
