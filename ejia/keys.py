"""Makes the keyring from the keys in the settings."""

import base64

from backend.foundation.sealing import Keyring
from config.settings import Key, Settings


def keyring_of(settings: Settings) -> Keyring:
    """The keyring of a copy; the first of its sealing keys seals."""
    keys = {key_id: bytes_of(key) for key_id, key in settings.sealing_keys.items()}
    second = None if settings.second_index_key is None else bytes_of(settings.second_index_key)
    return Keyring(keys, sealing_id=next(iter(keys)), index_key=bytes_of(settings.index_key), second_index_key=second)


def bytes_of(key: Key) -> bytes:
    """The 32 bytes of a key."""
    return base64.b64decode(key.get_secret_value())
