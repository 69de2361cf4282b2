"""Figures about the server itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """Counters of one server; several in one process, as in tests, do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gyeol_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gyeol_request_seconds",
            "Time to answer",
            ["route"],
            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
            registry=self.registry,
        )
        self.judged = Counter("gyeol_judged_images", "Images judged", registry=self.registry)
        self.verdicts = Counter("gyeol_verdicts", "Verdicts of people", ["answer"], registry=self.registry)
        self.stale = Counter(
            "gyeol_stale_writes", "Verdicts refused because another came before", registry=self.registry
        )
        self.refused = Counter(
            "gyeol_refused", "Requests refused for safety", ["reason"], registry=self.registry
        )
        self.waiting = Gauge("gyeol_queue_length", "Pieces of work that wait", registry=self.registry)
        self.unjudged = Gauge("gyeol_unjudged_images", "Images not judged yet", registry=self.registry)

    def text(self) -> bytes:
        """Write all figures in Prometheus' text form."""
        return generate_latest(self.registry)
