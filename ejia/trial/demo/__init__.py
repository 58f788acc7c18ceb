"""The demonstration year: the report's own 2023 with its figures, and nobody real in it."""
