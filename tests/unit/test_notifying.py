"""Who is told of what: declared strictly, in safe words, once each, by servers and programs that may fail."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from email import policy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from small_country import country_at
from typer.testing import CliRunner

from locality_profiles import history, notifying
from locality_profiles.cli import app
from locality_profiles.errors import WorkspaceError
from locality_profiles.history import Run
from locality_profiles.lateness import Late
from locality_profiles.notices import Channel, Notices
from locality_profiles.notifying import messages_of, send, tell
from locality_profiles.publish.what_changed import Counted, Report, Told
from locality_profiles.workspace import Workspace, read_workspace

RUN = Run("r1", started="2026-11-27T03:00:00+00:00", ended="2026-11-27T03:09:00+00:00")
REFUSED = replace(
    RUN, outcome="refused", why="2 thing(s) that must hold do not (at the extract door).",
    todo=("care.csv, row 7, column 'Name': 'Jean Smith' is no number. Mend it.",
          "home_care, column 'value': 3 rows are below nought. Ask who supplied it."),
)  # fmt: skip
REPORT = Report(
    "2026-10-01-aaa", "",
    (Told("alert", "fact_revised", 9, tuple(f"Lerwick: figure {n}" for n in range(9)), "It is new."),),
    (), (Counted("fact_revised", 12, 9, 0, 1, 1),),
)  # fmt: skip
OUTBOX = Channel("outbox", "folder", ("failed_gate", "failed", "late_extract", "big_change", "published"), "data/out")


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return with_channels(read_workspace(country_at(tmp_path / "w")), OUTBOX)


def with_channels(workspace: Workspace, *channels: Channel) -> Workspace:
    return replace(workspace, notices=Notices(tuple(channels)))


def outbox(workspace: Workspace) -> list[str]:
    """Subjects of the mail in the outbox, in order."""
    return [mail["Subject"] for mail in mails(workspace)]


def mails(workspace: Workspace) -> list:
    paths = sorted((workspace.folder / "data" / "out").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in paths]


# --- what is declared -----------------------------------------------------------------------------


def declared(tmp_path, text: str) -> Notices:
    folder = country_at(tmp_path / "w")
    with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    return read_workspace(folder).notices


def test_everybody_who_is_told_is_declared(tmp_path):
    told = declared(tmp_path, """
[notify]
late_after_days = 30
never_late = ["patient_zone"]
[[notify.to]]
by = "folder"
folder = "data/outbox"
[[notify.to]]
name = "analysts"
by = "smtp"
host = "mail.example.org"
user = "profiles"
password_variable = "PROFILES_MAIL_PASSWORD"
from = "profiles@example.org"
to = ["analyst@example.org"]
rules = ["failed", "failed_gate"]
[[notify.to]]
by = "webhook"
address_variable = "PROFILES_WEBHOOK"
[[notify.to]]
by = "command"
command = ["logger", "-t", "profiles"]
""")  # fmt: skip
    assert [channel.name for channel in told.channels] == ["folder 1", "analysts", "webhook 3", "command 4"]
    assert told.channels[1].rules == ("failed", "failed_gate")
    assert (told.grace, told.never_late) == (30, ("patient_zone",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[notify]\nlate = 3', "does not know 'late'"),
        ('[notify]\nlate_after_days = -1', "should be 0 or more"),
        ('[[notify.to]]\nby = "pigeon"', "did you mean|It may be folder, smtp, webhook, command"),
        ('[[notify.to]]\nby = "folder"', "misses 'folder'"),
        ('[[notify.to]]\nby = "folder"\nfolder = "../elsewhere"', "may not lie"),
        ('[[notify.to]]\nby = "folder"\nfolder = "data/published/mail"', "may not lie"),
        ('[[notify.to]]\nby = "smtp"\nhost = "h"\nfrom = "a@b.c"', "misses 'to'"),
        ('[[notify.to]]\nby = "smtp"\nhost = "h"\nfrom = "a"\nto = ["b@c"]', "should have the form"),
        ('[[notify.to]]\nby = "smtp"\nhost = "h"\nfrom = "a@b.c"\nto = ["b c"]', "is no address of mail"),
        ('[[notify.to]]\nby = "smtp"\nhost = "h"\nfrom = "a@b.c"\nto = ["b@c"]\nuser = "u"', "open line"),
        ('[[notify.to]]\nby = "smtp"\npassword = "x"', "does not know 'password'"),
        ('[[notify.to]]\nby = "webhook"', "one of the two"),
        ('[[notify.to]]\nby = "command"\ncommand = "mail me"', "should be a list"),
        ('[[notify.to]]\nby = "command"\ncommand = ["a"]\nrules = ["faild"]', "knows no rule 'faild'"),
        ('[[notify.to]]\nname = "x"\nby = "command"\ncommand = ["a"]\n' * 2, "are called 'x'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_said_by_line(tmp_path, text, said):
    with pytest.raises(WorkspaceError, match=said) as told:
        declared(tmp_path, f"\n{text}\n")
    assert "profiles.toml, line" in str(told.value)


# --- what is said ---------------------------------------------------------------------------------


def test_a_failed_gate_says_what_to_do_and_nothing_that_was_found(workspace):
    (message,) = messages_of(workspace, REFUSED)
    assert (message.rule, message.subject) == (
        "failed_gate", "[Two partnerships (synthetic)] Not published: an extract or a check stopped the run",
    )  # fmt: skip
    assert "- care.csv: Mend it.\n" in message.text
    assert "- home_care: Ask who supplied it.\n" in message.text
    assert "The release that was current stays current" in message.text
    assert "'locality-profiles check' in the workspace 'w'" in message.text
    for secret in ("Jean", "Smith", "row 7", "3 rows", "2 thing", str(workspace.folder)):
        assert secret not in message.text


@pytest.mark.parametrize("outcome", ["failed", "timed out", "stopped", "try again"])
def test_another_failure_is_another_rule(workspace, outcome):
    (message,) = messages_of(workspace, replace(RUN, outcome=outcome, why="The disk is full: /srv/x."))
    assert message.rule == "failed"
    assert "/srv" not in message.text


def test_a_run_without_an_end_is_told_by_the_next(workspace):
    silent = replace(RUN, outcome="ended without a word")
    (message,) = messages_of(workspace, replace(RUN, id="r2", outcome="nothing changed"), [silent])
    assert (message.rule, message.event) == ("failed", "silent:r1")


def test_a_release_with_alerts_is_two_messages_the_alerts_first(workspace):
    big, quiet = messages_of(workspace, replace(RUN, outcome="published", release="2026-11-27-bbb"), report=REPORT)
    assert (big.rule, quiet.rule) == ("big_change", "published")
    assert "9 alerts" in big.subject
    assert "- Lerwick: figure 7\n- and 1 more\n" in big.text
    assert "look at site/what-changed.html" in big.text
    assert "Lerwick" not in quiet.text


def test_nothing_is_said_of_a_quiet_night(workspace):
    assert messages_of(workspace, replace(RUN, outcome="nothing changed")) == []
    assert messages_of(workspace, replace(RUN, outcome="no turn")) == []


def test_a_late_extract_is_told_once_for_each_that_is_due(workspace):
    late = Late("home_care", "Home care", date(2025, 3, 31), date(2026, 3, 31))
    (message,) = messages_of(workspace, replace(RUN, outcome="nothing changed"), late=[late])
    assert message.event == "late:home_care:2026-03-31"
    assert 'add "home_care" to never_late' in message.text


# --- once each ------------------------------------------------------------------------------------


def test_the_same_failure_is_told_once_until_a_run_ends_well(workspace):
    failed = messages_of(workspace, REFUSED)
    for _ in range(3):
        assert tell(workspace, failed, well=False) == []
    assert len(outbox(workspace)) == 1
    tell(workspace, [], well=True)
    tell(workspace, [], well=True)
    tell(workspace, failed, well=False)
    assert len(outbox(workspace)) == 2
    assert len(history.lines_of(workspace.folder / notifying.SENT)) == 3, "sent, forgotten, sent"


def test_a_release_is_told_once_whatever_follows(workspace):
    published = messages_of(workspace, replace(RUN, outcome="published", release="x"))
    for _ in range(3):
        tell(workspace, published, well=True)
    assert len(outbox(workspace)) == 1


def test_only_what_the_rules_ask_for_is_told(workspace):
    workspace = with_channels(workspace, replace(OUTBOX, rules=("failed",)))
    tell(workspace, messages_of(workspace, REFUSED), well=False)
    assert outbox(workspace) == []


def test_what_could_not_be_sent_is_told_and_tried_again(workspace):
    barrier = workspace.folder / "data" / "out"
    barrier.write_text("a file where the folder should be")
    published = messages_of(workspace, replace(RUN, outcome="published", release="x"))
    assert "outbox could not be told" in tell(workspace, published, well=True)[0]
    barrier.unlink()
    assert tell(workspace, [], well=True) == []
    assert outbox(workspace) == ["[Two partnerships (synthetic)] Published: release x"]
    tell(workspace, published, well=True)
    assert len(outbox(workspace)) == 1


def test_it_is_given_up_after_a_few_nights(workspace):
    (workspace.folder / "data" / "out").write_text("for ever in the way")
    tell(workspace, messages_of(workspace, replace(RUN, outcome="published", release="x")), well=True)
    nights = [len(tell(workspace, [], well=True)) for _ in range(notifying.TRIES + 2)]
    assert nights == [1] * (notifying.TRIES - 1) + [0] * 3


def test_a_run_that_cannot_tell_anybody_says_so_in_its_history(workspace):
    (workspace.folder / "data").mkdir(exist_ok=True)
    (workspace.folder / "data" / "out").write_text("in the way")
    with pytest.raises(TimeoutError), history.recorded(workspace.folder, "build", "hand") as telling:
        raise TimeoutError
    notifying.told_of_run(workspace, telling.id, ())
    assert "outbox could not be told" in history.runs(workspace.folder)[0].notes[0]


# --- ways -----------------------------------------------------------------------------------------

MESSAGE = notifying.Message("e", "failed", "[Ærø] Not published", "What happened.\nWhat to do: nothing.\n")


class MailServer(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; ``refuse`` answers a recipient with that line."""

    got: list[bytes] = []
    refuse = ""

    def handle(self) -> None:
        self.answer("220 ready")
        while line := self.rfile.readline().strip().upper():
            verb = line.split(b" ")[0].split(b":")[0]
            if verb == b"DATA":
                self.answer("354 go on")
                self.got.append(self.body())
                self.answer("250 taken")
            elif verb == b"RCPT" and self.refuse:
                self.answer(self.refuse)
            elif verb == b"QUIT":
                self.answer("221 bye")
                return
            else:
                self.answer("250 fine")

    def body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Webhook(BaseHTTPRequestHandler):
    got: list[dict] = []
    status = 200

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Location", "http://192.0.2.1/")
        self.end_headers()

    def log_message(self, *_told) -> None:
        pass


@contextmanager
def serving(handler, server_class) -> Iterator[int]:
    with server_class(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def mail_channel(port: int, **more) -> Channel:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "p@example.org", "to": ("a@example.org",)}
    return Channel("mail", "smtp", ("failed",), **{**given, **more})


def test_mail_arrives_as_plain_text(workspace):
    got: list[bytes] = []
    with serving(type("Server", (MailServer,), {"got": got}), socketserver.TCPServer) as port:
        assert send(workspace, mail_channel(port), MESSAGE) == ""
    mail = BytesParser(policy=policy.default).parsebytes(got[0])
    assert (mail["Subject"], mail["To"], mail.get_content_type()) == (MESSAGE.subject, "a@example.org", "text/plain")
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_refuses_is_told_without_its_words(workspace):
    handler = type("Server", (MailServer,), {"refuse": "550 no such user: Jean Smith"})
    with serving(handler, socketserver.TCPServer) as port:
        assert send(workspace, mail_channel(port), MESSAGE) == "the mail server refused every recipient"
    assert send(workspace, mail_channel(port), MESSAGE) == "connection refused"


def test_a_password_goes_over_no_open_line_and_comes_from_the_environment(workspace):
    with serving(MailServer, socketserver.TCPServer) as port:
        channel = mail_channel(port, user="me", password_variable="PROFILES_MAIL_PASSWORD")
        assert send(workspace, channel, MESSAGE, {}) == "The environment variable PROFILES_MAIL_PASSWORD is not set."
        assert send(workspace, replace(channel, security="starttls"), MESSAGE, {}) != ""


def test_a_subject_cannot_smuggle_a_heading(workspace):
    workspace = replace(workspace, title="Ness\r\nBcc: everybody@example.org")
    (message,) = messages_of(workspace, REFUSED)
    mail = notifying.mail_of(mail_channel(25), message)
    assert mail["Bcc"] is None
    assert "\n" not in message.subject


@pytest.mark.parametrize(("status", "why"), [(200, ""), (202, ""), (500, "The webhook answered 500."),
                                             (302, "The webhook answered 302.")])  # fmt: skip
def test_a_webhook_gets_json_and_is_not_followed_elsewhere(workspace, status, why):
    got: list[dict] = []
    with serving(type("Hook", (Webhook,), {"got": got, "status": status}), HTTPServer) as port:
        channel = Channel("hook", "webhook", ("failed",), address_variable="HOOK")
        assert send(workspace, channel, MESSAGE, {"HOOK": f"http://127.0.0.1:{port}/secret"}) == why
    assert got == [{"title": MESSAGE.subject, "text": f"{MESSAGE.subject}\n\n{MESSAGE.text}"}]


def test_an_address_that_opens_a_door_is_not_repeated(workspace):
    channel = Channel("hook", "webhook", ("failed",), address_variable="HOOK")
    why = send(workspace, channel, MESSAGE, {"HOOK": "http://127.0.0.1:9/secret"})
    assert why == "it could not be reached (ConnectError)"
    assert send(workspace, channel, MESSAGE, {}) == "The environment variable HOOK is not set."


def test_a_program_is_given_the_text_and_no_shell(workspace):
    code = "import sys, pathlib; pathlib.Path('told.txt').write_text(sys.stdin.read() + '|'.join(sys.argv[1:]))"
    channel = Channel("program", "command", ("failed",), command=(sys.executable, "-c", code, "$(id)"))
    assert send(workspace, channel, MESSAGE) == ""
    told = (workspace.folder / "told.txt").read_text()
    assert told == f"{MESSAGE.subject}\n\n{MESSAGE.text}$(id)"
    failing = replace(channel, command=(sys.executable, "-c", "raise SystemExit(7)"))
    assert send(workspace, failing, MESSAGE) == "The program ended with 7."
    assert send(workspace, replace(channel, command=("/no/such/program",)), MESSAGE) == "no such file or directory"


def test_a_try_out_is_sent_every_way_and_says_what_failed(tmp_path):
    folder = country_at(tmp_path / "w")
    told = CliRunner().invoke(app, ["notify", "--workspace", str(folder)])
    assert "Nobody is told of anything" in told.stdout
    with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[notify.to]]\nby = "folder"\nfolder = "data/out"\n')
        file.write('[[notify.to]]\nby = "webhook"\naddress = "http://127.0.0.1:9/"\n')
    told = CliRunner().invoke(app, ["notify", "--test", "--workspace", str(folder)])
    assert told.exit_code == 3
    assert told.stdout.splitlines() == ["folder 1: sent", "webhook 2: not sent, it could not be reached (ConnectError)"]
    (mail,) = mails(read_workspace(folder))
    assert "nothing has happened" in mail.get_content()


def test_rules_and_ways_that_are_documented_are_those_that_there_are():
    from running import EXAMPLES

    from locality_profiles.notices import RULES, WAYS

    page = (EXAMPLES.parent / "docs" / "schedule.md").read_text(encoding="utf-8")
    assert [name for name in (*RULES, *WAYS) if f"`{name}`" not in page] == []
