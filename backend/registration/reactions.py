"""What follows when a registration ends: the places that it allowed the member to take are given back.

An application that was withdrawn had allowed none.
"""

from backend.foundation.outbox import Reactions
from backend.registration.events import RegistrationEnded
from backend.registration.service import release_for_ended

REACTIONS: Reactions = {RegistrationEnded.name: release_for_ended}
