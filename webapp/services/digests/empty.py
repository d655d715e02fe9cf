"""Why a letter has no papers: a holiday, a quiet day, a source that is late."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext

from webapp.arxiv import outlook
from webapp.models import Profile
from webapp.queries import harvests, papers


def why(profile: Profile, zone: ZoneInfo, now: datetime) -> list[str]:
    """The sentences that stand above the feed; where nobody is asked for papers, that none came."""
    followed = outlook.followed(settings.ARXIV_SUBJECTS, profile.subjects)
    if not followed:
        return [gettext("No papers of your subjects have come in since the last letter.")]
    newest = papers.day_near(None)
    clock, shown = outlook.Clock(now, zone), newest.day if newest else None
    holidays, known = harvests.outlook_facts(outlook.days_to_ask(shown, now), followed)
    counts = {day: outlook.Count(*count) for day, count in known.items()}
    return outlook.newest(shown, 0, counts, clock, holidays).sentences
