"""Counts the requests of a web process for Prometheus. It is not in metrics.py because no other process loads a face."""

from functools import cache

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Histogram

from ejia.metrics import SECONDS
from web.application import Answered, watch

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def watch_requests(app: Flask) -> None:
    """Count the requests of the app and how long they take, by method, route template and status."""
    registry = CollectorRegistry()
    answered = Counter("ejia_http_requests_total", "Requests answered.", ["method", "route", "status"], registry=registry)
    seconds = Histogram("ejia_http_request_seconds", "Time to answer.", ["method", "route"], buckets=SECONDS, registry=registry)

    # Finding a series takes longer than counting in it.
    @cache
    def series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return answered.labels(method, route, status), seconds.labels(method, route)

    def count(answered: Answered) -> None:
        # Never a path or a method as it was sent: each would become a series of its own.
        method = answered.method if answered.method in _METHODS else "OTHER"
        answers, duration = series(method, answered.route or "(none)", answered.status)
        answers.inc()
        duration.observe(answered.seconds)

    watch(app, count)
