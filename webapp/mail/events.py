"""What a provider tells of a letter, as what it means for an address. Pure."""

from typing import Any, NamedTuple

BOUNCED, COMPLAINED, UNSUBSCRIBED = "bounced", "complained", "unsubscribed"
LONGEST = 254  # no address that letters went to is longer
FOR_GOOD = {"bounced", "invalid"}  # django-anymail's reject reasons
SOFT = ("soft", "transient", "undetermined")
SPARKPOST_SOFT = {"20", "21", "22", "23", "24", "40", "60", "70", "100"}  # its bounce classes


class Told(NamedTuple):
    """Which address, what happened, in the provider's words."""

    address: str
    kind: str
    said: str


def told(event: Any) -> Told | None:
    """What stops letters: a hard bounce, a complaint, a wish; of anything else, nothing."""
    address = str(event.recipient or "").lower()
    if not 0 < len(address) <= LONGEST or "\0" in address or (kind := _kind(event)) is None:
        return None
    said = event.mta_response or event.description or event.reject_reason or kind
    return Told(address, kind, str(said).replace("\0", " "))


def _kind(event: Any) -> str | None:
    if event.event_type in {COMPLAINED, UNSUBSCRIBED}:
        return str(event.event_type)
    if event.event_type == "rejected" and event.reject_reason == "spam":
        return COMPLAINED
    if event.event_type in {BOUNCED, "rejected"} and event.reject_reason in FOR_GOOD:
        return None if is_soft(event.esp_event) else BOUNCED
    return None


def is_soft(raw: Any) -> bool:
    """Whether it is for now only. Providers say so in their own fields, which anymail joins."""
    if not hasattr(raw, "get"):
        return False
    if raw.get("event") == "bounce" and raw.get("hard_bounce") in (False, "false", 0):
        return True
    if str(raw.get("bounce_class", "")) in SPARKPOST_SOFT:
        return True
    inner = raw.get("bounce")
    words = [raw.get(name) for name in ("Type", "type", "event", "bounceType")]
    words.append(inner.get("bounceType") if isinstance(inner, dict) else None)
    return any(sign in str(word).lower() for word in words for sign in SOFT)
