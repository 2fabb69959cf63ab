"""Metrics: a registry a process, with the bus's figures."""

from prometheus_client import generate_latest

from chassis.metrics import Metrics


def test_two_services_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.events_applied.labels("a.events", "a.made.v1").inc(3)
    one.watermark.labels("a.events", "7").set(12)
    shown = generate_latest(one.registry).decode()
    assert 'bus_events_applied_total{topic="a.events",type="a.made.v1"} 3.0' in shown
    assert 'bus_watermark{shard="7",topic="a.events"} 12.0' in shown
    assert "bus_events_applied_total{" not in generate_latest(other.registry).decode()


def test_memory_is_among_the_figures() -> None:
    assert b"process_resident_memory_bytes" in generate_latest(Metrics().registry)
