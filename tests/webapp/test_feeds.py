"""Feeds as programs meet them: what stands in them, two parsers, what costs nothing the next time."""

import json
import re
from datetime import timedelta

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from tests.factories import DAY, interests, paper, profile, rating, reader, world
from tests.webapp.formats.schemas import problems
from webapp.models import Digest, FeedToken, Paper, Rating, Visit
from webapp.queries.feeds import digest_of
from webapp.services import feeds, profiles, readers, runs, signals
from webapp.services.social import trends, upvotes

pytestmark = pytest.mark.django_db
FORMS = ("atom", "rss", "json")
PUBLIC = ("/papers/feed.{}", "/papers/trending.{}", "/papers/subject/cs.RO/feed.{}")
PUBLIC += ("/papers/search/feed.{}?q=robot",)
