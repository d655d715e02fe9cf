"""Tables, by noun. Models refer to each other by string keys."""

from webapp.models.digests import Digest, Subscription, Suppression
from webapp.models.encodings import PaperEncoding
from webapp.models.feeds import FeedToken
from webapp.models.harvests import Coverage, Gate, Harvest, Holiday, Sought
from webapp.models.papers import Paper, PublicUpvote, Subject, Version
from webapp.models.rankings import Comparison, Ranking, Replay
from webapp.models.readers import AwaitedSeed, Profile, Rating, Reader, Round, Rule
from webapp.models.runs import CandidatePack, ModelRun, PaperVector
from webapp.models.social import (
    Claim,
    Comment,
    Entry,
    Pick,
    Report,
    Submission,
    Trend,
    Upvote,
    Visit,
)
from webapp.models.work import Work

__all__ = [
    "AwaitedSeed",
    "CandidatePack",
    "Claim",
    "Comment",
    "Comparison",
    "Coverage",
    "Digest",
    "Entry",
    "FeedToken",
    "Gate",
    "Harvest",
    "Holiday",
    "ModelRun",
    "Paper",
    "PaperEncoding",
    "PaperVector",
    "Pick",
    "Profile",
    "PublicUpvote",
    "Ranking",
    "Rating",
    "Reader",
    "Replay",
    "Report",
    "Round",
    "Rule",
    "Sought",
    "Subject",
    "Submission",
    "Subscription",
    "Suppression",
    "Trend",
    "Upvote",
    "Version",
    "Visit",
    "Work",
]
