"""The request in hand itself: Flask's `request` looks it up anew each time something is asked of it, which costs as much as the answer."""

from collections.abc import Callable

from flask import Request, request

request_in_hand: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined]
"""For who asks several things of it, at every request."""
