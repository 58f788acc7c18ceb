"""Every table of the product, for what must know them all: migrations and the comparison of models with the database."""

import backend.accounts.models
import backend.areas.models
import backend.attendance.models
import backend.corrections.models
import backend.deaths.models
import backend.demands.models
import backend.foundation.audit
import backend.foundation.counted
import backend.foundation.demonstration
import backend.foundation.files
import backend.foundation.findings
import backend.foundation.idempotency
import backend.foundation.jobs
import backend.foundation.key_register
import backend.foundation.outbox
import backend.imports.models
import backend.late_entries.models
import backend.messages.models
import backend.openings.models
import backend.organisations.models
import backend.party.models
import backend.people.models
import backend.points.models
import backend.proxies.models
import backend.recoveries.models
import backend.registration.models
import backend.relocations.models
import backend.reveals.models
import backend.statistics.models
import backend.teams.models
import backend.volunteers.models
import backend.waiting.models  # noqa: F401
from backend.foundation.database import Base

METADATA = Base.metadata
