"""One value in clear: asked for with a purpose, written down, and shown on one page, which is kept nowhere."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Response

from backend.accounts.commands import AnyCommand
from backend.foundation import clock
from backend.foundation.database import transaction
from backend.foundation.errors import Conflict, Unprocessable
from backend.reveals import purposes
from backend.reveals.purposes import PersonalField
from backend.reveals.service import Purposeful, Revealed
from console.asking import About, Asking, ask_again
from console.drawing import draw
from console.forms import Form
from web.inputs.reveals import RevealIn
from web.submissions import last_step


def to_reveal(command: AnyCommand) -> Asking[AnyCommand]:
    """The command of a thing that reads one value of it."""
    follows = "每次只查看一项。查看会留下记录：谁、什么时候、为什么，对应的居民看得到。"
    return Asking(command, "查看原文", follows, "查看原文", Form(RevealIn))


def choices(fields: Sequence[PersonalField]) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen in its form, where these are on record."""
    fit = [purpose for purpose in purposes.current().purposes.values() if not set(fields).isdisjoint(purpose.fields)]
    return {"field": [(one.value, one.chinese) for one in fields], "purpose": [(purpose.code, purpose.name) for purpose in fit]}


def revealed(asking: Asking[AnyCommand], read: Callable[[Purposeful, datetime], Revealed], *, about: Callable[[], About]) -> Response:
    """Read what the form in hand asks, and show it; what is refused comes back on the form. The route is told once."""
    try:
        with last_step():
            told, shown = read(asking.form.read().purposeful(), clock.now()), about()
            return draw("revealed.html", viewer=shown.viewer, place=shown.place, about=shown, told=told)
    except (Unprocessable, Conflict) as refusal:
        with transaction():
            return ask_again(asking, refusal, about())
