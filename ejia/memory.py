"""When Python looks for garbage, in the life of a process: hardly while it comes up, not at what stands since then, nor at the end."""

import atexit
import gc

WHILE_LOADING, IN_SERVICE = 200_000, 50_000
"""New objects after which it looks. By default it is after 700: while a process loads its modules, of which nothing ever goes, that is a
fifth of its start."""


def begin() -> None:
    """As a process loads the first of our modules."""
    gc.set_threshold(WHILE_LOADING)
    # A last look through all that a process holds is a sixth of what a short command takes, and it ends all the same.
    atexit.register(gc.freeze)


def settle() -> None:
    """As what a process needs is built: it stays, and would be walked again and again while requests, batches and rows come and go."""
    gc.freeze()
    gc.set_threshold(IN_SERVICE)
