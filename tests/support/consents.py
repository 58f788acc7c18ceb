"""What somebody agreed to."""

from tests.support.phone import Phone


def agreed_to(phone: Phone) -> list[tuple[str, str, bool]]:
    """Notice, version and whether it is in force, as the person sees it."""
    return [(line["notice"], line["version"], line["in_force"]) for line in phone.seen("/me/consents")["items"]]
