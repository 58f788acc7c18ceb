"""Progress of long work on the terminal: one line that moves, or one line in all where nobody watches."""

import sys
from collections.abc import Callable

import click


def bar(label: str, length: int) -> Callable[[int], None]:
    """Begin a bar of this length; the function that is given back moves it on, and ends it when it is full."""
    shown = click.progressbar(length=length, label=label, show_eta=False, file=sys.stderr)
    shown.render_progress()

    def advance(by: int) -> None:
        shown.update(by)
        if shown.pos >= length:
            shown.render_finish()

    if length == 0:
        shown.render_finish()
    return advance
