"""One history by its seed: faults first, then peace, in which everything must heal."""

import random
from collections.abc import Iterable
from typing import NamedTuple

from tests.simulation.bus import Bus, Violated
from tests.simulation.parties import Protections, SimulatedConsumer, SimulatedRelay

STEPS_MIN, STEPS_MAX = 40, 160
STEPS_TO_HEAL_MAX = 900
READER_LATE_STEPS = 40
KINDS = ("write", "relay", "read", "disturb", "restore", "recover")
WEIGHTS = (26, 34, 34, 3, 2, 1)
ALL_ON = Protections()


class Outcome(NamedTuple):
    """What a history came to."""

    violated: str | None
    restores: int
    diverged: int


class History:
    """Two relays and two consumers on one bus; of each pair one may be a zombie."""

    def __init__(self, seed: int, protections: Protections) -> None:
        chance = random.Random(seed)
        self.bus = Bus(chance)
        self.relays = [SimulatedRelay(self.bus, protections) for _ in range(2)]
        self.readers = [SimulatedConsumer(self.bus, protections) for _ in range(2)]

    def disturbed(self) -> None:
        """Work, crashes and losses, in any order."""
        bus, chance = self.bus, self.bus.chance
        steps = chance.randint(STEPS_MIN, STEPS_MAX)
        for kind in chance.choices(KINDS, WEIGHTS, k=steps):
            bus.now += 1
            match kind:
                case "write":
                    bus.write()
                case "relay":
                    chance.choice(self.relays).step(crashes=True)
                case "read":
                    chance.choice(self.readers).step(crashes=True)
                case "disturb":
                    bus.disturb()
                case "restore":
                    self._restore()
                case _:
                    self._recover()

    def _restore(self) -> None:
        """A restore cuts every connection; now and then it is made under a relay that has sent
        everything and stays.
        """
        bus = self.bus
        stays = bus.chance.random() < 0.3 and all(
            relay.places is None or (relay.places[0].seq == bus.sent and relay.reading is None)
            for relay in self.relays
        )
        if bus.restore() and not stays:
            for relay in self.relays:
                relay.restart()

    def _recover(self) -> None:
        if self.bus.closed:
            self.bus.recover()

    def heal(self) -> None:
        """One relay and one consumer, and nothing happens to them. The consumer may come late."""
        late = self.bus.chance.choice((0, READER_LATE_STEPS))
        for step in range(STEPS_TO_HEAL_MAX):
            self.bus.now += 1
            self._recover()
            self.relays[0].step(crashes=False)
            if step >= late:
                self.readers[0].step(crashes=False)
            if self.bus.is_healed():
                return


def run(seed: int, protections: Protections = ALL_ON) -> Outcome:
    """Play the history of this seed."""
    history = History(seed, protections)
    violated = None
    try:
        history.disturbed()
        history.heal()
        history.bus.check()
    except Violated as violation:
        violated = str(violation)
    return Outcome(violated, history.bus.restores, history.bus.diverged)


def run_all(seeds: Iterable[int]) -> tuple[dict[int, str], int, int]:
    """Play many; return the violations by seed, how many restores and divergences there were."""
    outcomes = {seed: run(seed) for seed in seeds}
    violations = {seed: o.violated for seed, o in outcomes.items() if o.violated is not None}
    restores = sum(o.restores for o in outcomes.values())
    return violations, restores, sum(o.diverged for o in outcomes.values())
