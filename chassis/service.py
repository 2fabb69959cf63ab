"""A service: its parts, put together into one process that stops as carefully as it starts."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import typer
import uvicorn
from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData

from chassis import clock, failpoints
from chassis.bus.consumer import Consumer
from chassis.bus.handlers import Handlers
from chassis.bus.positions import NumbersBroken, RelayDiverged
from chassis.bus.relay import Relay
from chassis.bus.store import Database, Store
from chassis.bus.subscription import STEADY, Pace, Subscription, connect
from chassis.bus.topics import Topics
from chassis.gauges import Values, Watch, Watches
from chassis.jobs import Job, measured
from chassis.measuring import MeasuredStore, Measuring, spans_of
from chassis.metrics import Metrics
from chassis.settings import ServiceSettings, SettingsInvalid
from chassis.state.database import runtime_engine
from chassis.state.projections import Projections
from chassis.state.unit import Units
from chassis.status import observe, readiness
from chassis.tools import ServiceTools
from chassis.web import figures, health, openapi, problems, status
from chassis.web.health import Health
from chassis.web.requests import Requests
from chassis.web.together import Together
from chassis.web.tokens import Tokens

LOOP_LIMIT_S = 90.0
"""A loop that has not gone round for so long is stuck; sends and commits give up before."""
STOP_TIMEOUT_S = 10
HTTP_VERSION = "1.0.0"
"""Of the interface; the major number changes when what callers send or read would break."""
GC_OBJECTS = 50_000
GC_GENERATIONS = 20
log = logging.getLogger(__name__)
S = TypeVar("S", bound=ServiceSettings)


class CannotStart(Exception):
    """Something outside keeps the service from starting; the text says what, and what to do."""


@dataclass
class Running(Generic[S]):
    """The parts of one process of a service."""

    name: str
    settings: S
    units: Units
    topics: Topics
    health: Health
    measuring: Measuring
    tools: Any
    relay: Relay
    consumer: Consumer
    subscription: Subscription

    @property
    def metrics(self) -> Metrics:
        """What this process counts."""
        return self.measuring.metrics


@dataclass(frozen=True)
class Service(Generic[S]):
    """What makes a service: all that differs from one to the other."""

    name: str
    settings: type[S]
    tables: MetaData
    """The state tables, which replay rebuilds."""
    projections: Projections
    """How its own events change them."""
    replicas: Projections
    """How the events of others change its copies."""
    handlers: Handlers
    listens_to: tuple[str, ...]
    """The services whose topics it reads."""
    routers: Callable[[S, Any], Sequence[APIRouter]]
    tools: Callable[[S], ServiceTools] = lambda _settings: ServiceTools()
    """What it uses beside its database, made once a process."""
    jobs: Callable[[Running[S]], Sequence[Job]] = lambda _running: ()
    closing: Callable[[Running[S]], Awaitable[None]] | None = None
    """What is left to do when it stops: nothing comes in any more, the database is still there."""
    store: Callable[[Running[S]], Store] | None = None
    """Where records go, when not through the handlers into the database."""
    pace: Pace = STEADY
    """Of the polls that bring its records."""
    watches: Sequence[Watch] = ()
    """Figures of its own, read from its tables, among its metrics."""
    commands: Callable[[typer.Typer], None] = lambda _commands: None
    """Adds commands of its own to the command line."""


def application(service: Service[S], settings: S) -> FastAPI:
    """The service as an ASGI application; its bus and jobs live as long as its lifespan."""
    running = _assemble(service, settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with _running(service, running):
            yield

    app = FastAPI(
        title=f"Tameng: {service.name}",
        version=HTTP_VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.units = running.units
    app.state.together = Together(running.units)
    app.state.tools = running.tools
    app.state.running = running
    app.state.tokens = Tokens(
        settings.jwks_file, issuer=settings.token_issuer, audience=settings.token_audience
    )
    app.add_middleware(Requests, measured=running.measuring.answered)
    problems.install(app, count=lambda slug: running.metrics.refusals.labels(slug).inc())
    watches = Watches(running.metrics, running, (BUS, *service.watches))
    for router in (
        *service.routers(settings, running.tools),
        health.router(running.health),
        figures.router(running.metrics, observe=watches.refresh),
        status.router(running.units.engine, running.relay, running.consumer),
        openapi.router(app),
    ):
        # Not `include_router`: it builds every route anew, 0.2 s a service, and then looks for the
        # route of each request through a layer more. Ours have no prefix to add.
        app.router.routes.extend(router.routes)
    return app


def serve(service: Service[S], settings: S) -> None:
    """Run the service until it is told to stop; the caller sees to the logs.
    Raises: SettingsInvalid."""
    if failpoints.ARMED and settings.mode == "production":
        raise SettingsInvalid(f"{failpoints.VARIABLE}: production has none, unset it")
    uvicorn.run(
        application(service, settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )


def _assemble(service: Service[S], settings: S) -> Running[S]:
    engine = runtime_engine(settings.database_url.get_secret_value(), application=service.name)
    tools = service.tools(settings)
    measuring = Measuring(Metrics(), spans_of(service.name, settings))
    units = Units(
        engine, service.projections, clock.clock_of(settings), tools, measured=measuring.kept
    )
    brokers, topics = settings.brokers(), Topics(settings.topic_prefix)
    health_ = Health()
    consumer = Consumer(
        Database(units, service.handlers),
        topics.sources(service.listens_to),
        topics.rewinds,
        heard=measuring.heard,
    )
    running = Running(
        name=service.name,
        settings=settings,
        units=units,
        topics=topics,
        health=health_,
        measuring=measuring,
        tools=tools,
        relay=Relay(
            engine,
            brokers,
            topics.of(service.name),
            service.name,
            topics.rewinds,
            woken=units.recorded,
            beat=lambda: health_.beat("relay"),
        ),
        consumer=consumer,
        subscription=Subscription(
            connect(brokers),
            consumer,
            f"{settings.topic_prefix}{service.name}",
            service.pace,
            instance=f"{settings.topic_prefix}{service.name}.{settings.instance}",
        ),
    )
    if service.store is not None:
        consumer.store = service.store(running)
    consumer.store = MeasuredStore(consumer.store, measuring.applied)
    for name, check in readiness(engine, running.subscription, running.relay).items():
        health_.check(name, check)
    return running


@asynccontextmanager
async def _running(service: Service[S], running: Running[S]) -> AsyncIterator[None]:
    """Start the bus and the jobs; stop taking in, then sending out, then close the database."""
    await running.subscription.start(lambda: running.health.beat("consumer"))
    tasks = [
        asyncio.create_task(_relay(running)),
        asyncio.create_task(health.watch(running.health)),
        *(_start(measured(job, running.metrics), running.health) for job in service.jobs(running)),
    ]
    running.health.expect("consumer", limit_s=LOOP_LIMIT_S)
    running.health.expect("relay", limit_s=LOOP_LIMIT_S)
    _spare_the_collector()
    log.info("started")
    try:
        yield
    finally:
        running.health.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await running.subscription.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _close(service, running)
        await running.tools.aclose()
        await running.units.engine.dispose()
        if running.measuring.spans is not None:
            await asyncio.to_thread(running.measuring.spans.close)
        log.info("stopped")


async def _close(service: Service[S], running: Running[S]) -> None:
    """Do what is left to do; what fails is no reason not to stop."""
    if service.closing is None:
        return
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await service.closing(running)
    except Exception:
        log.exception("not everything was done before stopping")


async def _look_at_the_bus(running: Running[Any]) -> Values:
    """Set the gauges of the bus: they have several labels, so they set themselves."""
    await observe(running.metrics, running.units.engine, running.relay, running.subscription)
    return {}


BUS = Watch("bus", (), _look_at_the_bus, every_s=1.0)
"""Its place on the bus, read again when a second has passed: anybody may ask."""


async def _relay(running: Running[S]) -> None:
    """Run the relay. When the database was set back, nothing may be decided on it any more."""
    try:
        await running.relay.run()
    except (RelayDiverged, NumbersBroken) as error:
        log.critical("the relay stopped, the service is closed: %s", error)
        running.relay.stopped_by = str(error)
        running.health.forget("relay")
        running.units.close(str(error))
    except Exception:
        log.exception("the relay failed unexpectedly; the watch over health ends this process")
        raise


def _start(job: Job, watched: Health) -> asyncio.Task[None]:
    watched.expect(job.name, limit_s=LOOP_LIMIT_S)
    return asyncio.create_task(job.run(lambda: watched.beat(job.name)))


def _spare_the_collector() -> None:
    """Look for cycles seldom, and never among what was there at the start.

    A poll makes tens of thousands of objects that die without cycles; looking through all modules
    for each few of them took a quarter of the processor's time in the pipeline benchmark.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS, GC_GENERATIONS, GC_GENERATIONS)
