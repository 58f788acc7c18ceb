"""Backup and restore of a copy's database. The keys are never in the backup."""
