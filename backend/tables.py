"""Every table of the product, for what must know them all: migrations and the comparison of models with the database."""

from backend.foundation.database import Base

METADATA = Base.metadata
