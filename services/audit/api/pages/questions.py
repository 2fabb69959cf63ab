"""The catalogue as pages: a list by theme, each question with its form, its answer, its files."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.audit.api.pages import frame
from services.audit.api.pages.answers import Answering, filled
from services.audit.operations import questions
from services.audit.operations.questions import FileForm
from services.audit.rules.addresses import ROOT
from services.audit.rules.paging import ROWS_A_PAGE, Paging

PATH = f"{ROOT}/questions"
Number = Annotated[int, Query(ge=1, le=1_000)]
router = frame.router()


@router.get(PATH)
async def listed(request: Request, _caller: frame.Viewer) -> Response:
    """The questions by theme."""
    by_theme: dict[str, list[questions.ListedQuestion]] = {}
    for each in questions.listed():
        by_theme.setdefault(each.theme, []).append(each)
    return frame.html(request, "questions.html", by_theme=by_theme)


@router.get(f"{PATH}/{{name}}")
async def question(
    name: str, answers: Answering, _caller: frame.Viewer, page: Number = 1
) -> Response:
    """A question with its form; with everything given, its answer, which is on record."""
    form = filled(name, answers.request)
    found = await answers.of(form)
    paging = Paging.of(len(found.table.rows), page, ROWS_A_PAGE) if found else None
    return answers.html("question.html", form, answer=found, paging=paging)


@router.get(f"{PATH}/{{name}}/file")
async def file(name: str, answers: Answering, _caller: frame.Viewer, form: FileForm) -> Response:
    """The whole answer as a file: `form=csv`, `xlsx` or `parquet`; on record like the page."""
    asked = filled(name, answers.request)
    found = await answers.of(asked, as_form=form)
    if found is None:
        return answers.html("question.html", asked, answer=None, paging=None)
    return await questions.file(name, found.table, form)
