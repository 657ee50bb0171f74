"""The way out: a real mail server on this machine takes letters, refuses them, or is not there."""

import asyncio
import email
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.notify.letters import LANGUAGES, About, chosen, compose
from gateway.notify.post import Mail, NotTaken, Post, Server

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MAIL = Mail("minsu@example.kr", "확인해 주십시오", "안녕하세요\n\nhttps://x.example/c/abc\n", "ko", "ab" * 16, AT)


@dataclass
class Catcher:
    """Keeps what it is given; answers recipients as it is told."""

    answer: str = "250 OK"
    taken: list[Any] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Answer a recipient."""
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message."""
        self.taken.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


class Mailbox(Controller):
    """A mail server on a port of the system's choice: one that was free a moment ago may be another test's by now."""

    def __init__(self, catcher: Catcher, **options: Any) -> None:
        super().__init__(catcher, hostname="127.0.0.1", port=0, ready_timeout=30, **options)

    def _trigger_server(self) -> None:
        """Learn the port before the first connection."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def catcher() -> Catcher:
    """What the server does."""
    return Catcher()


@pytest.fixture
def port(catcher: Catcher) -> Iterator[int]:
    """A mail server without TLS, on this machine."""
    controller = Mailbox(catcher)
    controller.start()
    yield controller.port
    controller.stop()


def post(port: int, **changes: Any) -> Post:
    return Post(Server("127.0.0.1", port, "Ostiary <mail@house.example>", **{"tls": "none", **changes}))


def test_a_letter_arrives_as_it_was_written(port: int, catcher: Catcher) -> None:
    post(port).send(MAIL)
    ((to, message),) = catcher.taken
    assert to == ["minsu@example.kr"]
    assert message["Subject"] == "확인해 주십시오"
    assert message["Message-ID"] == f"<{'ab' * 16}@house.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ko"
    assert message["Date"] == "Fri, 20 Nov 2026 10:00:00 +0000"
    assert message.get_content().replace("\r\n", "\n") == MAIL.text
    assert message.get_content_type() == "text/plain"


@pytest.mark.parametrize(("answer", "fault", "lasting"), [
    ("550 5.1.1 no such minsu@example.kr", "recipient_550", True),
    ("451 4.7.1 later", "recipient_451", False),
])  # fmt: skip
def test_a_refusal_keeps_its_code_and_not_its_words(
    port: int, catcher: Catcher, answer: str, fault: str, lasting: bool
) -> None:
    catcher.answer = answer
    with pytest.raises(NotTaken) as refused:
        post(port).send(MAIL)
    assert (refused.value.fault, refused.value.lasting) == (fault, lasting)
    assert "minsu" not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # nobody else takes the port, and nobody listens
        with pytest.raises(NotTaken) as refused:
            post(deaf.getsockname()[1]).send(MAIL)
    assert (refused.value.fault, refused.value.lasting) == ("unreachable", False)


def test_a_wrong_password_waits_for_the_operator(catcher: Catcher) -> None:
    refuse = AuthResult(success=False, handled=False)
    controller = Mailbox(catcher, auth_require_tls=False, authenticator=lambda *_: refuse)
    controller.start()
    try:
        with pytest.raises(NotTaken) as refused:
            post(controller.port, user="us", password="wrong").send(MAIL)
    finally:
        controller.stop()
    assert (refused.value.fault, refused.value.lasting) == ("login_535", False)


def test_a_server_without_tls_or_with_a_false_certificate_gets_nothing(
    port: int, catcher: Catcher, tmp_path: Path
) -> None:
    with pytest.raises(NotTaken):
        post(port, tls="starttls").send(MAIL)
    controller = Mailbox(catcher, tls_context=self_signed(tmp_path))
    controller.start()
    try:
        with pytest.raises(NotTaken) as refused:
            post(controller.port, tls="starttls").send(MAIL)
    finally:
        controller.stop()
    assert refused.value.fault == "conversation"
    assert catcher.taken == []


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "pair.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_nothing_of_a_letter_or_a_password_is_shown() -> None:
    shown = repr(MAIL) + repr(Server("h", 25, "a@b.c", "us", "secret"))
    for secret in ("minsu", "확인", "안녕", "secret"):
        assert secret not in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["confirm", "given", "stopped"])
def test_every_letter_is_whole_in_every_language(language: str, kind: str) -> None:
    about = About("Hanbit\r\nBcc: x@y.z", ("marketing.own.newsletter",), "", "email", "2026-11-20", "https://l/", 7, 42)
    letter = compose(kind, language, about)
    assert letter.language == language
    assert "{" not in letter.subject + letter.text
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject
    assert "2026-11-20" in letter.text
    assert ("https://l/" in letter.text) == (kind != "stopped")


@pytest.mark.parametrize(
    ("tag", "code"), [("ko-KR", "ko"), ("zh-TW", "zh-Hant"), ("zh", "zh-Hans"), ("fr", "en"), ("", "en")]
)
def test_a_tag_finds_its_language(tag: str, code: str) -> None:
    assert chosen(tag) == code
