"""The names of those who hear of events, apart from what they do then: who only counts what waits for them loads none of it."""

HEARERS = (
    "attendance",
    "corrections",
    "demands",
    "messages",
    "openings",
    "organisations",
    "points",
    "registration",
    "relocations",
    "statistics",
    "teams",
)
"""The consumers of `backend.consumers`."""
