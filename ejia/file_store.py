"""Gives a process the store of files that the settings name."""

from backend.foundation.objects import Objects
from config.settings import Settings


def objects_of(settings: Settings) -> Objects:
    """The folder or the bucket of a copy; nothing is written or asked yet."""
    if settings.files_bucket is None:
        assert settings.files_folder is not None  # noqa: S101 - the settings hold one of the two
        return Objects.in_folder(settings.files_folder)
    return Objects.in_bucket(
        settings.files_bucket,
        endpoint=settings.files_endpoint,
        region=settings.files_region,
        access_key=settings.files_access_key,
        secret_key=settings.files_secret_key.get_secret_value(),
    )
