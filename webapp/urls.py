"""Addresses."""

from django.contrib import admin
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from webapp import feeds, views
from webapp.arxiv import identifiers
from webapp.views import (
    drafts,
    harvests,
    history,
    insight,
    library,
    papers,
    profiles,
    readers,
    rounds,
    searches,
    seeds,
    signals,
    takeout,
)
from webapp.views import feeds as feed_settings
from webapp.views.digests import acts as letter_acts
from webapp.views.digests import events, letters, sent, subscriptions
from webapp.views.social import acts, comments, daily, editing, submit, trending


class ArxivId:
    """What names a paper in a path; old numbers and DOIs hold a stroke. The view looks it up."""

    regex = (
        r"\d{4}\.\d{4,6}(?:v\d{1,4})?|[a-z-]+(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,4})?"
        r"|10\.\d{4,9}/[\w.-]{1,100}"
    )

    def to_python(self, value: str) -> str:
        return identifiers.named(value)  # a ValueError here is a 404

    def to_url(self, value: str) -> str:
        return value


class FeedFormat(StringConverter):
    regex = "atom|rss|json"


register_converter(ArxivId, "arxiv_id")
register_converter(FeedFormat, "form")

urlpatterns = [
    path("", daily.front, name="feed"),
    path("papers", daily.newest, name="daily"),
    path("papers", daily.newest, name="search"),
    path("papers/feed.<form:form>", feeds.daily, name="daily_feed"),
    path("papers/trending.<form:form>", feeds.trending, name="trending_feed"),
    path("papers/search/feed.<form:form>", feeds.search, name="search_feed"),
    path("papers/subject/<str:code>/feed.<form:form>", feeds.subject, name="subject_feed"),
    path("feeds/", feed_settings.feeds, name="feeds"),
    path("feeds/<str:token>.<form:form>", feeds.private, name="private_feed"),
    path("settings/feeds/", feed_settings.private, name="private_feeds"),
    path("settings/feeds/<int:pk>/revoke/", feed_settings.revoke, name="revoke_feed"),
    path("papers/date/<str:name>", daily.period, {"kind": "date"}, name="date"),
    path("papers/week/<str:name>", daily.period, {"kind": "week"}, name="week"),
    path("papers/month/<str:name>", daily.period, {"kind": "month"}, name="month"),
    path("papers/seen/", daily.seen, name="seen"),
    path("papers/trending", trending.trending, name="trending"),
    path("papers/moderation", editing.queue, name="queue"),
    path("papers/claims/<int:pk>/", editing.decide, name="decide"),
    path("papers/comments/<int:pk>/edit", comments.edit, name="edit_comment"),
    path("papers/comments/<int:pk>/delete/", comments.delete, name="delete_comment"),
    path("papers/comments/<int:pk>/report", comments.report, name="report_comment"),
    path("papers/comments/<int:pk>/moderate/", editing.moderate, name="moderate"),
    path("papers/submit", submit.submit, name="submit"),
    path("papers/interest/", searches.keep, name="keep_search"),
    path("papers/interest/undo/", searches.unkeep, name="unkeep_search"),
    path("papers/<arxiv_id:arxiv_id>.bib", papers.bib_file, name="bib"),
    path("papers/<arxiv_id:arxiv_id>.ris", papers.ris_file, name="ris"),
    path("papers/<arxiv_id:arxiv_id>.md", papers.md_file, name="md"),
    path("papers/<arxiv_id:arxiv_id>", papers.paper, name="paper"),
    path("papers/<arxiv_id:arxiv_id>/upvote/", acts.upvote, name="upvote"),
    path("papers/<arxiv_id:arxiv_id>/comments", comments.discussion, name="discussion"),
    path("papers/<arxiv_id:arxiv_id>/claim", editing.claim, name="claim"),
    path("papers/<arxiv_id:arxiv_id>/pick/", editing.pick, name="pick"),
    path("papers/<arxiv_id:arxiv_id>/upvotes", acts.upvoters, name="upvoters"),
    path("papers/<arxiv_id:arxiv_id>/rating/", readers.rate, name="rate"),
    path("papers/<arxiv_id:arxiv_id>/save/", readers.save, name="save"),
    path("papers/<arxiv_id:arxiv_id>/seen/", readers.see, name="see"),
    path("subscribe", subscriptions.subscribe, name="subscribe"),
    path("confirm/<str:token>", subscriptions.confirm, name="confirm"),
    path("subscriptions/<str:key>/", subscriptions.manage, name="manage"),
    path("unsubscribe/<str:key>", subscriptions.unsubscribe, name="unsubscribe"),
    path("anymail/<str:provider>/tracking/", events.events, name="mail_events"),
    path("mail/<str:token>", letter_acts.act_by_mail, name="act_by_mail"),
    path("settings/letters/", letters.letters, name="letters"),
    path("settings/letters/<int:pk>/", letters.letter, name="letter"),
    path("settings/letters/<int:pk>/next/", letters.preview, name="preview"),
    path("settings/name/", comments.name, name="name"),
    path("papers/<arxiv_id:arxiv_id>/interest/", profiles.move, name="move"),
    path("library/", library.library, name="library"),
    path("library/acts/", library.together, name="together"),
    path("library/<int:pk>/", library.keep, name="keep"),
    path("profiles/", profiles.profiles, name="profiles"),
    path("profiles/shares/", profiles.share_out, name="share_out"),
    path("profiles/<int:pk>/", profiles.profile, name="profile"),
    path("profiles/<int:pk>/delete/", profiles.take_away, name="take_away"),
    path("profiles/<int:pk>/restore/", profiles.restore, name="restore"),
    path("papers/<arxiv_id:arxiv_id>/why/", history.why, name="why"),
    path("history/", history.history, name="history"),
    path("catch-up/", history.catch_up, name="catch_up"),
    path("rules/", signals.steer, name="steer"),
    path("signals/", signals.signals, name="signals"),
    path("signals/reset/", signals.reset, name="reset"),
    path("signals/act/<int:pk>/", signals.effect, {"kind": "act"}, name="effect_of_act"),
    path("signals/rule/<int:pk>/", signals.effect, {"kind": "rule"}, name="effect_of_rule"),
    path("welcome/", seeds.welcome, name="welcome"),
    path("welcome/papers/", seeds.bring, name="bring"),
    path("welcome/seed/", seeds.seed, name="seed"),
    path("welcome/awaited/", seeds.await_papers, name="await_papers"),
    path("welcome/round/", rounds.round_, name="round"),
    path("insight/", insight.insight, name="insight"),
    path("insight/replay/", insight.replay, name="replay"),
    path("insight/map/", insight.day_map, name="map"),
    path("settings/", readers.time_zone, name="time_zone"),
    path("settings/comparisons/", readers.compare, name="compare"),
    path("settings/upvotes/", readers.upvotes, name="upvotes_teach"),
    path("offline", views.offline, name="offline"),
    path("sw.js", views.worker, name="worker"),
    path("settings/data/", takeout.takeout, name="takeout"),
    path("settings/data/archive", takeout.archive, name="archive"),
    path("settings/data/delete/", takeout.leave, name="leave"),
    path("drafts/<slug:key>/", drafts.draft, name="draft"),
    path("coverage/", harvests.coverage, name="coverage"),
    path("coverage/sources/", harvests.sources, name="sources"),
    path("coverage/again/", harvests.fetch_again, name="fetch_again"),
    path("coverage/mail/", sent.sent, name="mail"),
    path("coverage/mail/lift/<int:pk>/", sent.lift, name="lift"),
    path("coverage/mail/again/<int:pk>/", sent.again, name="send_again"),
    path("accounts/", include("allauth.urls")),
    path("admin/login/", readers.admin_login, name="admin_login"),
    path("admin/", admin.site.urls),
]
handler404 = "webapp.views.not_found"
