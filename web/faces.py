"""A face is one way in over HTTP, for one kind of caller: where it lives, what its answers tell browsers, how a refusal leaves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask, Response, current_app, request

from backend.foundation.errors import Refusal
from web.in_hand import request_in_hand

ROOT = "/"
_FACE = "ejia.face"


class Credential(StrEnum):
    """By what a face knows who calls; it takes no other."""

    BEARER = "bearer"
    COOKIE = "cookie"


@dataclass(frozen=True)
class Face:
    """One way in.

    `addresses` are the first parts of its paths, and ROOT for the root itself. `headers` stand in every answer that says nothing else.
    """

    addresses: frozenset[str]
    media_type: str
    credential: Credential
    headers: Mapping[str, str]
    refuse: Callable[[Refusal], Response]


def install(app: Flask, *faces: Face) -> None:
    """Give the app its faces. The first one answers where an address belongs to none and the caller does not ask for another."""
    app.extensions["ejia_faces"] = faces
    app.extensions["ejia_face_at"] = {address: face for face in faces for address in face.addresses}


def face_in_hand() -> Face:
    """The face that answers the request: whose address it is; for an address of nobody, whose media type the caller names."""
    sent = request_in_hand()
    face: Face | None = sent.environ.get(_FACE)
    if face is None:
        face = sent.environ[_FACE] = _face_at(sent.path) or _asked_for()
    return face


def _face_at(path: str) -> Face | None:
    faces: Mapping[str, Face] = current_app.extensions["ejia_face_at"]
    return faces.get(path if path == ROOT else path.split("/", 2)[1])


def _asked_for() -> Face:
    faces: tuple[Face, ...] = current_app.extensions["ejia_faces"]
    named = {media_type for media_type, _ in request.accept_mimetypes}
    return next((face for face in faces if face.media_type in named), faces[0])
