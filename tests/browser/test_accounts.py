"""Accounts in a browser: passkeys, codes, forgotten passwords; each page through axe."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from django.core import mail
from playwright.sync_api import expect

from tests.browser.conftest import HOME, PASSWORD, log_in, log_out, sign_up, visit
from webapp.models import Reader

KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
KEY |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}


@pytest.fixture
def with_key(open_page):
    """A page whose browser holds a virtual authenticator."""

    def open_with_key(**options):
        page = open_page(**options)
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        return page

    return open_with_key


def code_of(secret):
    return f"{hotp_value(secret, int(time.time()) // 30):06d}"


def add_passkey(page):
    visit(page, "/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", "My laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/**")
    expect(page.locator("#message")).to_contain_text("Security key added.")


def link_in_mail():
    return re.search(r"http://\S+", mail.outbox[-1].body)[0]


def test_a_passkey_is_made_and_opens_the_account(with_key, papers):
    page = with_key()
    sign_up(page)
    add_passkey(page)
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    log_out(page)
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(HOME)
    expect(page.locator(".menu")).to_be_visible()


def test_a_passkey_that_is_not_there_is_said_on_the_page(open_page, papers):
    page = open_page()
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY | {"isUserVerified": False}})
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    expect(page.locator("#message")).to_contain_text("The passkey was not used")


def test_pages_around_keys_and_recovery_codes(with_key, papers, look):
    page = with_key()
    sign_up(page)
    visit(page, "/accounts/2fa/webauthn/add/")
    found = look(page)
    add_passkey(page)
    key = Authenticator.objects.get(type="webauthn").pk
    for address in (
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/webauthn/",
        f"/accounts/2fa/webauthn/keys/{key}/edit/",
        f"/accounts/2fa/webauthn/keys/{key}/remove/",
        "/accounts/2fa/webauthn/reauthenticate/",
    ):
        visit(page, address)
        found += look(page)
    assert found == []


def test_a_code_of_an_app_is_asked_for_after_the_password(open_page, papers, look):
    page = open_page()
    sign_up(page)
    visit(page, "/accounts/2fa/totp/activate/")
    found = look(page)
    secret = page.locator("main code").inner_text()
    page.fill("[name=code]", code_of(secret))
    page.click("main button.main")
    page.wait_for_url("**/recovery-codes/")
    for address in ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/reauthenticate/"):
        visit(page, address)
        found += look(page)
    code = page.request.get("/accounts/2fa/recovery-codes/download/").text().split()[-1]
    log_out(page)
    page.goto("/accounts/login/")
    page.fill("[name=login]", "dawn@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.main")
    page.wait_for_url("**/accounts/2fa/authenticate/")
    found += look(page)
    page.fill("[name=code]", code)
    page.click("main form button.main")
    page.wait_for_url(HOME)
    assert found == []


def test_a_forgotten_password_is_replaced_by_mail(open_page, papers, look):
    page = open_page()
    sign_up(page)
    log_out(page)
    page.goto("/accounts/password/reset/")
    found = look(page)
    page.fill("[name=email]", "dawn@example.org")
    page.click("main button.main")
    page.wait_for_url("**/done/")
    found += look(page)
    expect(page.locator(".notice")).to_contain_text("mails are written to a folder")
    page.goto(link_in_mail())
    found += look(page)
    page.fill("[name=password1]", "other mornings 31")
    page.fill("[name=password2]", "other mornings 31")
    page.click("main button.main")
    page.wait_for_url("**/key/done/")
    found += look(page)
    log_in(page, password="other mornings 31")
    assert found == []


def test_an_address_is_confirmed_by_a_press_not_by_a_look(open_page, papers, look):
    page = open_page()
    sign_up(page)
    page.goto(link_in_mail())
    found = look(page)
    assert not EmailAddress.objects.get().verified
    page.click("main button.main")
    page.wait_for_url(HOME)
    assert EmailAddress.objects.get().verified
    assert found == []


def test_pages_of_an_account(open_page, papers, look):
    page = open_page()
    sign_up(page)
    found = []
    for address in (
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
    ):
        visit(page, address)
        found += look(page)
    page.goto("/accounts/password/change/")
    page.fill("[name=oldpassword]", "wrong")
    page.fill("[name=password1]", "1")
    page.fill("[name=password2]", "2")
    page.click("main button.main")
    expect(page.locator(".summary")).to_be_visible()
    found += look(page)
    assert found == []


def test_an_account_without_password_is_offered_one(with_key, papers, look):
    page = with_key()
    sign_up(page)
    add_passkey(page)
    who = Reader.objects.get()
    log_out(page)
    who.set_unusable_password()
    who.save()
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(HOME)
    page.goto("/accounts/password/set/")
    expect(page.locator("h1")).to_have_text("Set a password")
    assert look(page) == []


def test_pages_at_the_door(open_page, papers, look):
    page = open_page()
    found = []
    for address in (
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/inactive/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/nonsense/",
        "/accounts/password/reset/key/1-nonsense/",
    ):
        visit(page, address)
        found += look(page)
    assert found == []


def test_a_refused_form_keeps_what_was_typed_and_points_to_the_field(open_page, papers, look):
    page = open_page()
    page.goto("/accounts/signup/")
    page.fill("[name=email]", "dawn@example.org")
    page.fill("[name=password1]", "short")
    page.fill("[name=password2]", "other")
    page.click("main button.main")
    field = page.locator("[name=password1]")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "id_password1_error" in field.get_attribute("aria-describedby").split()
    expect(page.locator("[name=email]")).to_have_value("dawn@example.org")
    assert look(page) == []


def test_a_wrong_password_is_said_in_a_summary(open_page, papers, look):
    page = open_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "dawn@example.org")
    page.fill("[name=password]", "wrong")
    page.click("main form button.main")
    expect(page.locator(".summary")).to_contain_text("not correct")
    assert look(page) == []


@pytest.mark.parametrize("with_javascript", [True, False])
def test_an_account_is_taken_along_and_deleted(open_page, look, with_javascript):
    page = open_page(expected="400", java_script_enabled=with_javascript)
    sign_up(page)
    page.goto("/settings/data/")
    found = look(page) if with_javascript else []
    with page.expect_download() as download:
        page.click("a:has-text('Download everything')")
    assert download.value.suggested_filename.endswith(".zip")
    page.click("a:has-text('Delete the account')")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.main")
    page.wait_for_url("**/settings/data/delete/")
    found += look(page) if with_javascript else []
    page.fill("[name=address]", "somebody@example.org")
    page.click("main button.main")
    expect(page.locator(".summary")).to_contain_text("not the address of this account")
    found += look(page) if with_javascript else []
    assert Reader.objects.exists()
    page.fill("[name=address]", "dawn@example.org")
    page.click("main button.main")
    expect(page.locator("#message")).to_contain_text("everything it held are deleted")
    assert not Reader.objects.exists()
    assert found == []
