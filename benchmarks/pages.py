"""Which pages there are to be seen, and as whom; and every address that shows none, with why."""

from collections.abc import Iterator

from django.urls.resolvers import URLResolver

OF_NOBODY = {  # before anybody has done anything
    "trending-empty": "/papers/trending",
}
OF_VISITORS = {
    "front": "/",
    "daily-public": "/papers",
    "trending-public": "/papers/trending",
    "paper-public": "/papers/{paper}",
    "coverage-public": "/coverage/",
    "login": "/accounts/login/",
    "login-refused": "/accounts/login/",
    "mfa-authenticate": "/accounts/2fa/authenticate/",
    "signup": "/accounts/signup/",
    "inactive": "/accounts/inactive/",
    "verification-sent": "/accounts/confirm-email/",
    "confirm-email": "/accounts/confirm-email/{confirmation}/",
    "reset": "/accounts/password/reset/",
    "reset-refused": "/accounts/password/reset/key/1-nonsense/",
    "reset-done": "/accounts/password/reset/done/",
    "reset-from-key": "/accounts/password/reset/key/{reset}/",
    "reset-from-key-done": "/accounts/password/reset/key/done/",
    "subscribe": "/subscribe",
    "confirm": "/confirm/{confirm}",
    "confirm-refused": "/confirm/nonsense",
    "manage": "/subscriptions/{key}/",
    "unsubscribe": "/unsubscribe/{key}",
    "act-by-mail": "/mail/{token}?act=save",
    "not-found": "/papers/2401.99999",
    "nowhere": "/nowhere",
    "no-day": "/papers/date/2026-02-30",
    "offline": "/offline",
    "offline-sent": "/offline?sent",
    **{f"worst-{code}": f"/{code}" for code in (400, 403, 429, 500)},
}
OF_NEWCOMERS = {
    "feed-new": "/",
    "library-empty": "/library/",
    "signals-empty": "/signals/",
    "past-days-empty": "/history/",
    "catch-up-empty": "/catch-up/",
    "insight-empty": "/insight/",
    "welcome-new": "/welcome/",
    "round-new": "/welcome/round/",
    "letters-hindered": "/settings/letters/",
}
OF_READERS = {
    "feed": "/",
    "feed-menu": "/",
    "feed-keys": "/",
    "feed-said": "/",
    "feed-refused": "/",
    "daily": "/papers",
    "date": "/papers/date/2026-04-28",
    "week": "/papers/week/2026-W18",
    "month": "/papers/month/2026-04",
    "trending": "/papers/trending?window=month",
    "submit": "/papers/submit",
    "paper": "/papers/{paper}",
    "why": "/papers/{second}/why/",
    "comments": "/papers/{paper}/comments",
    "edit-comment": "/papers/comments/{comment}/edit",
    "report-comment": "/papers/comments/{reported}/report",
    "upvoters": "/papers/{paper}/upvotes",
    "claim": "/papers/{paper}/claim",
    "letters": "/settings/letters/",
    "letter": "/settings/letters/{letter}/",
    "letter-preview": "/settings/letters/{letter}/next/",
    "private-feeds": "/settings/feeds/",
    "feeds": "/feeds/",
    "welcome": "/welcome/",
    "bring": "/welcome/papers/",
    "bring-found": "/welcome/papers/?author=Wang",
    "round": "/welcome/round/",
    "insight": "/insight/",
    "map": "/insight/map/",
    "search": "/papers?q=diffusion",
    "search-nothing": "/papers?q=xyzzy",
    "library": "/library/",
    "library-acts": "/library/",
    "keep": "/library/{keep}/",
    "interests": "/profiles/",
    "interest": "/profiles/{profile}/",
    "signals": "/signals/",
    "effect-of-act": "/signals/act/{act}/",
    "effect-of-rule": "/signals/rule/{rule}/",
    "reset-signals": "/signals/reset/",
    "past-days": "/history/",
    "catch-up": "/catch-up/",
    "settings": "/settings/",
    "name": "/settings/name/",
    "name-too-old": "/settings/name/",
    "data": "/settings/data/",
    "leave": "/settings/data/delete/",
    "coverage": "/coverage/",
    "email": "/accounts/email/",
    "password": "/accounts/password/change/",
    "reauthenticate": "/accounts/reauthenticate/",
    "logout": "/accounts/logout/",
    "mfa": "/accounts/2fa/",
    "totp": "/accounts/2fa/totp/activate/",
    "key-add": "/accounts/2fa/webauthn/add/",
}
OF_EDITORS = {
    "paper-editor": "/papers/{paper}",
    "moderation": "/papers/moderation",
    "sources": "/coverage/sources/",
    "mail": "/coverage/mail/",
}
OF_THE_GUARDED = {  # by a code of an app
    "mfa-guarded": "/accounts/2fa/",
    "totp-off": "/accounts/2fa/totp/deactivate/",
    "recovery-codes": "/accounts/2fa/recovery-codes/",
    "recovery-codes-new": "/accounts/2fa/recovery-codes/generate/",
    "mfa-reauthenticate": "/accounts/2fa/reauthenticate/",
}
OF_THE_KEYED = {  # by a key alone
    "keys": "/accounts/2fa/webauthn/",
    "key": "/accounts/2fa/webauthn/keys/{authenticator}/edit/",
    "key-remove": "/accounts/2fa/webauthn/keys/{authenticator}/remove/",
    "password-set": "/accounts/password/set/",
}
OF_DRAFTS = {"draft": "/drafts/{draft}/", "draft-told": "/settings/name/"}
PAGES = {
    "visitor": OF_VISITORS,
    "newcomer": OF_NEWCOMERS,
    "reader": OF_READERS,
    "editor": OF_EDITORS,
    "guarded": OF_THE_GUARDED,
    "keyed": OF_THE_KEYED,
    "drafting": OF_DRAFTS,
}
ACT, FILE = "answers POST alone", "a file or a feed"
NO_PAGES = {
    **dict.fromkeys(
        (
            *("revoke_feed", "seen", "decide", "delete_comment", "moderate", "keep_search"),
            *("unkeep_search", "upvote", "pick", "rate", "save", "see", "mail_events", "move"),
            *("together", "share_out", "take_away", "restore", "steer", "seed", "compare"),
            *("upvotes_teach", "fetch_again", "lift", "send_again", "await_papers"),
        ),
        ACT,
    ),
    **dict.fromkeys(
        (
            *("daily_feed", "trending_feed", "search_feed", "subject_feed", "private_feed"),
            *("bib", "ris", "md", "mfa_download_recovery_codes", "archive"),
        ),
        FILE,
    ),
    "search": "has the address of daily, and is looked at there",
    "replay": "a part of insight, and looked at in it",
    "admin_login": "leads to login",
    "worker": "a script",
    "account_confirm_login_code": "logins by code are not offered",
    "mfa_login_webauthn": "asked by a script",
    "mfa_reauthenticate_webauthn": "asked by a script",
}


def routes(resolver: URLResolver) -> Iterator[str]:
    """The names of all addresses but those of Django's own admin."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace != "admin":
                yield from routes(one)
        elif one.name:
            yield one.name
