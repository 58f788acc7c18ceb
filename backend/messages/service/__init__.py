"""Commands on the inbox."""

from backend.messages.service.carrying import carry_over, follow_office
from backend.messages.service.forgetting import forget_old
from backend.messages.service.reading import mark_read, mark_read_up_to
from backend.messages.service.reminding import remind
from backend.messages.service.telling import tell
