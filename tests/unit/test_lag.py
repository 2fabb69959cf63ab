"""How far a reader is behind, and for how long."""

from chassis.bus.admission import Stream
from chassis.bus.lag import Lag
from chassis.bus.rewinds import Reading

A, B = Stream("a.events", 0), Stream("a.events", 1)


def test_the_age_is_that_of_the_oldest_that_can_be_waiting() -> None:
    lag = Lag()
    lag.look({A: Reading(5, 5), B: Reading(5, 9)}, waiting=(), now=100.0)
    assert lag.records == {A: 0, B: 4}
    assert (lag.age_s(A, now=130.0), lag.age_s(B, now=130.0)) == (0.0, 30.0)
    lag.applied({B: 125.0})
    lag.look({A: Reading(5, 5), B: Reading(7, 12)}, waiting=(), now=131.0)
    assert lag.age_s(B, now=131.0) == 6.0, "what was sent before was applied"
    lag.look({A: Reading(5, 5), B: Reading(12, 12)}, waiting=(), now=140.0)
    assert lag.age_s(B, now=200.0) == 0.0
    lag.look({B: Reading(12, 13)}, waiting=(), now=210.0)
    assert lag.age_s(B, now=211.0) == 1.0, "a quiet night does not count"


def test_a_poll_that_hangs_is_behind_though_it_was_read_to_the_end() -> None:
    lag = Lag()
    for now in (10.0, 70.0):
        lag.look({A: Reading(5, 5), B: Reading(5, 5)}, waiting={A}, now=now)
    assert lag.records == {A: 1, B: 0}
    assert lag.age_s(A, now=70.0) == 60.0
