"""Telling people what happened to a run: what is worth telling, in which words, once each, by mail or otherwise.

Messages say what happened and what to do. They go to people and machines outside, so they hold nothing that is not
public: of a problem, the file and the remedy and not what was found in it; of a release, what its public edition tells.
That somebody could not be told is told in the history, and stops nothing.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Any

from locality_profiles import history
from locality_profiles.errors import LocalityProfilesError, Problem, WorkspaceError
from locality_profiles.hidden import visible
from locality_profiles.history import Run
from locality_profiles.lateness import Late
from locality_profiles.notices import Channel
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.publish.what_changed import Report, counted, read_report
from locality_profiles.workspace import Workspace

#: What was sent, to whom, and what could not be.
SENT = history.FOLDER / "sent.jsonl"
#: Seconds that a server or a program may take, and how often a message is tried again on later nights.
PATIENCE = 20.0
TRIES = 5
#: Sentences of one kind in a message.
SHOWN = 8


@dataclass(frozen=True)
class Message:
    """One event, told in plain text. ``event`` is the same only for the same event."""

    event: str
    rule: str
    subject: str
    text: str


# --- what is worth telling, in which words --------------------------------------------------------


def messages_of(
    workspace: Workspace, run: Run, silent: Sequence[Run] = (), late: Sequence[Late] = (), report: Report | None = None
) -> list[Message]:
    """What a run and the state of the extracts give to tell, the worst first."""
    found = [_silent_message(workspace, each) for each in silent]
    if run.outcome in ("refused", "failed", "timed out", "stopped", "try again"):
        found.append(_failure(workspace, run))
    if run.outcome == "published":
        if report is not None and report.alerts:
            found.append(_big_change(workspace, run, report))
        found.append(_published(workspace, run, report))
    return [*found, *(_late_message(workspace, each) for each in late)]


def _failure(workspace: Workspace, run: Run) -> Message:
    gate = run.outcome == "refused"
    told = [safe_sentence(sentence) for sentence in run.todo]
    why = safe_words(run.why) or "the reason is in the history."
    key = hashlib.sha256("|".join([run.outcome, why, *told]).encode()).hexdigest()[:16]
    what = "an extract or a check stopped the run" if gate else f"the run {_ended(run)}"
    stays = "The release that was current stays current: readers see no difference."
    lines = [f"On {_when(run)}, {what}. {stays}", "", f"Why: {why}"]
    if told:
        lines += ["", "What to do:", *(f"- {each}" for each in told[:SHOWN])]
        lines += [f"- and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    lines += ["", *_where_to_look(workspace, "check" if gate else "history")]
    lines.append("You are not told of the same again until a run has ended well.")
    return _message(workspace, f"failure:{key}", "failed_gate" if gate else "failed", f"Not published: {what}", lines)


def _ended(run: Run) -> str:
    return {"timed out": "took longer than it may", "stopped": "was stopped",
            "try again": "met files or services that were not ready"}.get(run.outcome, "failed")  # fmt: skip


def _silent_message(workspace: Workspace, run: Run) -> Message:
    lines = [
        f"The run of {_when(run)} ended without a word. {history.SILENT}", "",
        "What to do: nothing, if this happened once: the run that found it goes on by itself.",
        "If it happens again, look whether the machine has enough memory and is not switched off at night.", "",
        *_where_to_look(workspace, "history"),
    ]  # fmt: skip
    return _message(workspace, f"silent:{run.id}", "failed", "A run ended without a word", lines)


def _published(workspace: Workspace, run: Run, report: Report | None) -> Message:
    warned = "no warning" if not run.warnings else f"{counted(run.warnings, 'warning')} (site/data-quality.html)"
    lines = [f"Release {run.release} is current, with {warned}.", *([report.summary] if report else []), "",
             "What to do: nothing. To go back: 'locality-profiles rollback RELEASE'."]  # fmt: skip
    return _message(workspace, f"published:{run.release}", "published", f"Published: release {run.release}", lines)


def _big_change(workspace: Workspace, run: Run, report: Report) -> Message:
    count = sum(told.count for told in report.alerts)
    lines = [f"Release {run.release} is current, and {counted(count, 'alert')} came with it. {report.summary}"]
    for told in report.alerts:
        lines += ["", f"{told.title} ({told.count:,})", *([told.words] if told.words else [])]
        lines += [f"- {sentence}" for sentence in told.sentences[:SHOWN]]
        lines += [f"- and {told.count - SHOWN:,} more"] if told.count > SHOWN else []
    lines += ["", "What to do: look at site/what-changed.html before anybody quotes these figures. If they are wrong, "
              "'locality-profiles rollback RELEASE' goes back."]  # fmt: skip
    return _message(workspace, f"change:{run.release}", "big_change", f"Look at it: {counted(count, 'alert')}", lines)


def _late_message(workspace: Workspace, late: Late) -> Message:
    lines = [late.sentence, "", "What to do: get the newer one ('locality-profiles fetch', or ask who supplies it) and "
             f"put it among the extracts. If none is to come, add \"{late.kind}\" to never_late in [notify] of "
             "profiles.toml."]  # fmt: skip
    return _message(workspace, f"late:{late.kind}:{late.due}", "late_extract", f"Late: {late.title}", lines)


def trial(workspace: Workspace) -> Message:
    """A message to try the ways with."""
    lines = ["This is a try-out: nothing has happened. Whoever reads it will be told of runs of this workspace."]
    return _message(workspace, "trial", "", "A try-out", lines)


def _message(workspace: Workspace, event: str, rule: str, subject: str, lines: Iterable[str]) -> Message:
    made_up = " (synthetic)" if workspace.synthetic else ""
    text = "\n".join(visible(line) for line in lines) + "\n"
    return Message(event, rule, visible(f"[{workspace.title}{made_up}] {subject}")[:180], text)


def _where_to_look(workspace: Workspace, command: str) -> list[str]:
    told = {"check": "says what was found, row by row", "history": "says what every run did, and why"}[command]
    return [f"'locality-profiles {command}' in the workspace '{workspace.folder.name}' {told}."]


def _when(run: Run) -> str:
    return f"{run.started[:16].replace('T', ' at ')}"


#: What may come from the rows of an extract, and a machine's path.
_FOUND = re.compile(r"'[^']*'|\"[^\"]*\"|\d|[\w.+-]+@[\w.-]+|(?<!\w)/\S+")
_FILE = re.compile(r"[\w. /-]+\.\w{2,7}")
#: The name of an extract or a declaration, which may be told.
_NAMED = re.compile(r"(?<![\w/'\"@.])[A-Za-z][\w-]*\.(?:csv|tsv|xlsx?|parquet|json|geojson|gpkg|shp|zip|toml|md)\b")
_COUNTED = re.compile(r"^\d+ (?=thing|extract|check|of the)")


def safe_words(text: str) -> str:
    """Sentences of a text that hold no number, no quotation and no path: what was found in a file is not sent about.

    >>> safe_words("The file is empty. Row 3 has '17'. Supply it again.")
    'The file is empty. Supply it again.'
    >>> safe_words("people2021.csv cannot be used. It is in /srv/people2021.csv.")
    'people2021.csv cannot be used.'
    """
    sentences = re.split(r"(?<=[.?!])\s+", _COUNTED.sub("Some ", text.strip()))
    return " ".join(sentence for sentence in sentences if sentence and not _FOUND.search(_NAMED.sub("", sentence)))


def safe_sentence(text: str) -> str:
    """A problem as it may be sent: its place, and those of its sentences that tell nothing of what was found.

    >>> safe_sentence("care.csv, row 3, column 'Age': '17' is no age. Mend it.")
    'care.csv: Mend it.'
    >>> safe_sentence("care.csv: the file is empty. Supply it again.")
    'care.csv: the file is empty. Supply it again.'
    """
    head, mark, rest = text.partition(": ")
    place = head.split(",")[0]
    if not mark or (_FOUND.search(place) and not _FILE.fullmatch(place)):
        return safe_words(text) or "See the history."
    return f"{place}: {safe_words(rest) or 'see the history.'}"


# --- once each ------------------------------------------------------------------------------------


def tell(
    workspace: Workspace, messages: Sequence[Message], well: bool, secrets: Mapping[str, str] | None = None
) -> list[str]:
    """Send each message once to everybody whose rules ask for it; sentences on what could not be sent.

    What could not be sent before is tried again. After a run that ended well, an earlier failure counts as a new event.
    """
    register = history.lines_of(workspace.folder / SENT)
    untold = []
    for channel in workspace.notices.channels:
        state = _state_of(register, channel.name)
        again = [
            _message_of(line) for line in state.values() if line["outcome"] == "not sent" and line["tries"] < TRIES
        ]
        new = [m for m in messages if m.rule in channel.rules and m.event not in state]
        for message in [*again, *new]:
            tries = int(state.get(message.event, {}).get("tries", 0)) + 1
            why = send(workspace, channel, message, secrets)
            _enter(workspace, channel.name, message, why, tries)
            if why:
                untold.append(f"{channel.name} could not be told ('{message.subject}'): {why}")
    if well:
        _forget_failures(workspace, register)
    return untold


def _state_of(register: Sequence[Mapping[str, Any]], channel: str) -> dict[str, dict[str, Any]]:
    """The latest line of every event for a channel; an event that was forgotten has none."""
    state: dict[str, dict[str, Any]] = {}
    for line in register:
        if line.get("outcome") == "forgotten":
            for event in [event for event in state if event.startswith("failure:")]:
                del state[event]
        elif line.get("to") == channel and line.get("event"):
            state[str(line["event"])] = {"tries": 1, **line}
    return state


def _message_of(line: Mapping[str, Any]) -> Message:
    return Message(*(str(line.get(key, "")) for key in ("event", "rule", "subject", "text")))


def _enter(workspace: Workspace, channel: str, message: Message, why: str, tries: int) -> None:
    kept = {"rule": message.rule, "subject": message.subject, "text": message.text, "why": why} if why else {}
    history.add_line(workspace.folder / SENT, {
        "at": history.now(), "to": channel, "event": message.event, "outcome": "not sent" if why else "sent",
        "tries": tries, **kept,
    })  # fmt: skip


def _forget_failures(workspace: Workspace, register: Sequence[Mapping[str, Any]]) -> None:
    since = [line for line in register if str(line.get("event", "")).startswith("failure:")
             or line.get("outcome") == "forgotten"]  # fmt: skip
    if since and since[-1].get("outcome") != "forgotten":
        history.add_line(workspace.folder / SENT, {"at": history.now(), "outcome": "forgotten"})


# --- ways -----------------------------------------------------------------------------------------


def send(workspace: Workspace, channel: Channel, message: Message, secrets: Mapping[str, str] | None = None) -> str:
    """Send one message; empty if it went, else why it did not."""
    ways: dict[str, Callable[[Workspace, Channel, Message, Mapping[str, str]], None]] = {
        "folder": _into_folder, "smtp": _by_mail, "webhook": _by_webhook, "command": _by_command,
    }  # fmt: skip
    try:
        ways[channel.by](workspace, channel, message, os.environ if secrets is None else secrets)
    except Exception as error:  # whatever it is: a build does not fail because nobody could be told
        logging.getLogger("locality_profiles").warning("%s could not be told: %s", channel.name, type(error).__name__)
        return _reason(error)
    return ""


def _reason(error: Exception) -> str:
    """Why a message did not go, without what a server or a program may have repeated of it or of an address."""
    if isinstance(error, LocalityProfilesError):
        return error.summary
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the mail server refused every recipient"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"the program took longer than {PATIENCE:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return f"it could not be reached ({type(error).__name__})"


def _secret(variable: str, secrets: Mapping[str, str]) -> str:
    if not (value := secrets.get(variable, "")):
        raise WorkspaceError(f"The environment variable {variable} is not set.")
    return value


def mail_of(channel: Channel, message: Message, coding: str | None = None) -> EmailMessage:
    """The message as mail, in plain text; ``coding`` 8bit leaves it readable as a file."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = channel.sender or "locality-profiles@localhost"
    mail["To"] = ", ".join(channel.to) or "undisclosed-recipients:;"
    mail["Date"] = format_datetime(_local_now())
    mail["Message-ID"] = make_msgid(domain="locality-profiles")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte=coding)
    return mail


def _local_now() -> Any:
    from datetime import datetime

    return datetime.now(history.LOCAL_TIME)


def _into_folder(workspace: Workspace, channel: Channel, message: Message, _secrets: Mapping[str, str]) -> None:
    """A file of mail that any program for mail opens, written aside and renamed."""
    folder = workspace.folder / channel.folder
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{_local_now():%Y-%m-%dT%H%M%S.%f}-{hashlib.sha256(message.event.encode()).hexdigest()[:8]}.eml"
    aside = folder / f".{name}"
    aside.write_bytes(bytes(mail_of(channel, message, "8bit")))
    aside.replace(folder / name)


def _by_mail(_workspace: Workspace, channel: Channel, message: Message, secrets: Mapping[str, str]) -> None:
    context = ssl.create_default_context()
    port = channel.port or {"tls": 465, "starttls": 587, "none": 25}[channel.security]
    if channel.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(channel.host, port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(channel.host, port, timeout=PATIENCE)
    with server:
        if channel.security == "starttls":
            server.starttls(context=context)
        if channel.user:
            server.login(channel.user, _secret(channel.password_variable, secrets))
        server.send_message(mail_of(channel, message))


def _by_webhook(_workspace: Workspace, channel: Channel, message: Message, secrets: Mapping[str, str]) -> None:
    import httpx

    address = channel.address or _secret(channel.address_variable, secrets)
    answer = httpx.post(address, json=webhook_of(message), timeout=PATIENCE, follow_redirects=False)
    if not 200 <= answer.status_code < 300:
        raise WorkspaceError(f"The webhook answered {answer.status_code}.")


def webhook_of(message: Message) -> dict[str, Any]:
    """What Teams and Slack both take: a text, and for Teams its heading beside it."""
    return {"title": message.subject, "text": f"{message.subject}\n\n{message.text}"}


def _by_command(workspace: Workspace, channel: Channel, message: Message, _secrets: Mapping[str, str]) -> None:
    """Give the text to a program, never to a shell."""
    done = subprocess.run(
        list(channel.command), input=f"{message.subject}\n\n{message.text}", text=True, capture_output=True,
        timeout=PATIENCE, cwd=workspace.folder, check=False,
    )  # fmt: skip
    if done.returncode:
        raise WorkspaceError(f"The program ended with {done.returncode}.")


# --- from a run -----------------------------------------------------------------------------------


def told_of_run(workspace: Workspace, run_id: str, silent: Sequence[Run], late: Sequence[Late] = ()) -> list[str]:
    """After a run: tell whoever is to be told; what could not be told goes into the history. Never raises."""
    if not workspace.notices.channels:
        return []
    try:
        run = next(run for run in reversed(history.runs(workspace.folder)) if run.id == run_id)
        report = _public_report(workspace, run) if run.outcome == "published" else None
        untold = tell(workspace, messages_of(workspace, run, silent, late, report), run.well)
    except Exception as error:
        logging.getLogger("locality_profiles").warning("Nobody could be told: %s", error)
        untold = [f"Nobody could be told: {type(error).__name__}."]
    history.add_note(workspace.folder, run_id, *untold)
    return untold


def _public_report(workspace: Workspace, run: Run) -> Report | None:
    """What the public edition of the run's release tells of changes."""
    from locality_profiles import building
    from locality_profiles.tables.store import connect

    release: Release | None = current_release(workspace.published)
    if release is None or release.id != run.release or "release_change" not in release.public_tables:
        return None
    compared = str(release.about["compared_with"])
    why_none = "" if compared else "There is no release before it to compare it with."
    words = building.alert_rules(workspace).words()
    with connect() as connection:
        return read_report(connection, release.public_tables["release_change"], compared, why_none, words)


def tried_out(workspace: Workspace) -> list[tuple[str, str]]:
    """Send a try-out every way; each way, and why it did not go (empty if it went).

    Raises
    ------
    WorkspaceError
        If nobody is to be told.
    """
    if not workspace.notices.channels:
        raise WorkspaceError("Nobody is to be told of anything here.", [
            Problem("there is no [[notify.to]]", 'Add one, such as by = "folder" and folder = "data/outbox".',
                    "profiles.toml"),
        ])  # fmt: skip
    message = trial(workspace)
    return [(channel.name, send(workspace, channel, message)) for channel in workspace.notices.channels]


def late_extracts(workspace: Workspace, files: Sequence[Any], today: date) -> list[Late]:
    """Kinds of extract of which a newer one should be here, by the newest time that the staged files are about."""
    from locality_profiles.curate.behind import late_kinds

    if not any("late_extract" in channel.rules for channel in workspace.notices.channels):
        return []
    return late_kinds(files, workspace.notices, today)
