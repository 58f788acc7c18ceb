"""A copy's database as a file, and a file as a copy's database. The keys are never in it."""
