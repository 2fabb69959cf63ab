"""One event: headers, body, its proof; what led to it and what it led to."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response

from chassis.bus.admission import Stream
from chassis.state.event_log import SHARDS
from chassis.web.reading import tools
from services.audit.adapters import Tools
from services.audit.api.pages import frame
from services.audit.api.pages.answers import Answering, Answers, Filled, filled
from services.audit.api.record import SEQ_MAX
from services.audit.operations import drawing, evidence, lookups
from services.audit.rules.addresses import ROOT
from services.audit.rules.timelines import Linked

PATH = f"{ROOT}/events"
router = frame.router()


class Place:
    """Where an event stands in the record."""

    def __init__(
        self,
        topic: str,
        shard: Annotated[int, Path(ge=0, lt=SHARDS)],
        seq: Annotated[int, Path(ge=1, le=SEQ_MAX)],
    ) -> None:
        self.topic, self.shard, self.seq = topic, shard, seq


Held = Annotated[Tools, Depends(tools)]


@router.get(f"{PATH}/{{event_id}}")
async def by_id(event_id: UUID, answers: Answering, tools: Held, _caller: frame.Viewer) -> Response:
    """An event by its id: the record is asked where it stands and what belongs to it."""
    form = filled("story", answers.request, event=str(event_id))
    found = await answers.of(form)
    if found is None:
        return answers.html("event_wanted.html", form, event_id=event_id)
    told = drawing.chain(found.table)
    here = next((each for each in told if each.event_id == event_id), None)
    if here is None:
        raise lookups.EventNotArchived(f"No event {event_id} is in the record.")
    event = await lookups.event(tools.archive, Stream(here.topic, here.shard), here.seq)
    return await _page(answers, tools, event, form=form, told=told)


@router.get(f"{PATH}/{{topic}}/{{shard}}/{{seq}}")
async def by_place(
    place: Annotated[Place, Depends()], answers: Answering, tools: Held, _caller: frame.Viewer
) -> Response:
    """An event by its place in the record; with a reason, also what belongs to it."""
    event = await lookups.event(tools.archive, Stream(place.topic, place.shard), place.seq)
    form = filled("story", answers.request, event=str(event.event_id))
    found = await answers.of(form)
    told = drawing.chain(found.table) if found else None
    return await _page(answers, tools, event, form=form, told=told)


async def _page(
    answers: Answers,
    tools: Tools,
    event: lookups.ArchivedEvent,
    *,
    form: Filled,
    told: list[Linked] | None,
) -> Response:
    newest = await answers.newest()
    stream = Stream(event.topic, event.shard)
    standing = await evidence.standing(tools, stream, event.seq, within=newest)
    return answers.html(
        "event.html", form, event=event, told=told, newest=newest, standing=standing
    )
