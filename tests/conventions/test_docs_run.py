"""Every command and every snippet of the documents is tried: ``docs_blocks.toml`` says how."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import typer
from running import EXAMPLES
from typer.main import get_command
from typer.testing import CliRunner

from locality_profiles.docs_site.reading import Fence, fences

ROOT = EXAMPLES.parent
DECLARED = tomllib.loads((Path(__file__).parent / "docs_blocks.toml").read_text(encoding="utf-8"))
WHERE = "tests/conventions/docs_blocks.toml"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("examples/*.md"))]
BLOCKS = [
    fence for path in PAGES for fence in fences(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
]  # fmt: skip


def named(block: Fence) -> str:
    return f"{block.page}:{block.line}"


def of(*languages: str) -> Any:
    found = [block for block in BLOCKS if block.language in languages]
    return pytest.mark.parametrize("block", found, ids=named)


TRIED = ("sh", "console", "bash", "toml", "sql", "python", "json", "ini", "yaml")


def test_every_block_says_its_language_and_is_tried_or_declared():
    strange = [
        f"{named(block)}: a block {f'of {block.language!r}' if block.language else 'that says no language'}. Write one "
        f"after its first three marks (text for what is not tried), or add it to [not_tried] of {WHERE} with the why."
        for block in BLOCKS
        if block.language not in TRIED and block.language not in DECLARED["not_tried"]
    ]
    assert strange == []


# --- commands -------------------------------------------------------------------------------------


def why_not_run(text: str, listed: str) -> str | None:
    """The reason why a line is not run; None where none is declared."""
    return next((entry["why"] for entry in DECLARED[listed] if re.match(entry["line"], text)), None)


@dataclass(frozen=True)
class Command:
    """A line of a block of commands."""

    block: Fence
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text, comments=True)

    @property
    def ours(self) -> bool:
        return self.words[0] == "locality-profiles" and why_not_run(self.text, "other") is None


def commands(block: Fence) -> Iterator[Command]:
    """The commands of a block: what follows the prompt where there is one, without remarks."""
    text = re.sub(r"\\\n\s*", "", block.text)
    prompted = block.language == "console"
    for line in text.splitlines():
        if prompted and not line.startswith("$ "):
            continue
        command = Command(block, line.removeprefix("$ ") if prompted else line.strip())
        if command.text and not command.text.startswith("#") and command.words:
            yield command


COMMANDS = [command for block in BLOCKS if block.language in ("sh", "bash", "console") for command in commands(block)]
OURS = [command for command in COMMANDS if command.ours]


def read_command(words: list[str]) -> Any:
    """The command that would run, with its options read; raises what the command line would say."""
    from locality_profiles.cli import app

    command: Any = get_command(app)
    context, name, rest = None, "locality-profiles", words[1:]
    while hasattr(command, "commands"):
        context = command.make_context(name, list(rest), parent=context)
        left = [*getattr(context, "_protected_args", getattr(context, "protected_args", [])), *context.args]
        name, inner, rest = command.resolve_command(context, left)
        command = inner
    return command.make_context(name, list(rest), parent=context)


def before_pipe(words: list[str]) -> list[str]:
    """The words of the first program of a line."""
    return words[: next((at for at, word in enumerate(words) if word in ("|", ">", ">>", "&&", ";", "||")), len(words))]


def known(command: Command) -> str:
    return f"{named(command.block)} {command.text[:50]}"


@pytest.mark.parametrize("command", OURS, ids=known)
def test_a_command_is_read_with_every_option(command: Command):
    try:
        read_command([word for word in before_pipe(command.words) if word not in ("…", "...")])
    except typer.Exit:
        pass  # of --help and --version
    except Exception as error:
        said = error.format_message() if hasattr(error, "format_message") else error
        pytest.fail(f"{named(command.block)}: '{command.text}' is not understood: {said}")


@pytest.mark.parametrize("command", [one for one in COMMANDS if not one.ours], ids=known)
def test_a_command_of_another_program_is_declared(command: Command):
    assert why_not_run(command.text, "other"), (
        f"{named(command.block)}: '{command.text}' is not run by anything. Add it to [[other]] of {WHERE} with the "
        "reason why it cannot be, or leave it out."
    )
    if command.words[0] == "make":
        targets = [word for word in command.words[1:] if "=" not in word]
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert all(re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE) for target in targets), command.text


def put(text: str, meant: Mapping[str, str]) -> str:
    """The text with other words in place of some, the longest first, each once."""
    longest_first = sorted(meant, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: meant[found[0]], text)


@dataclass(frozen=True)
class Bench:
    """Where blocks are tried: the sample, and a folder to write into."""

    sample: Path
    scratch: Path

    def put(self, text: str) -> str:
        """The text with what stands for the words of the documents."""
        current = (self.sample / "data" / "published" / "current").resolve()
        places = {"sample": self.sample, "scratch": self.scratch, "current": current, "release": current.name,
                  "outlines": self.scratch / "outlines.geojson"}  # fmt: skip
        meant = {words: place.format(**places) for words, place in DECLARED["stands_for"].items()}
        return put(text, meant)


@pytest.fixture(scope="module")
def bench(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(sample, tmp_path_factory.mktemp("bench"))


#: Each once, though documents have several names for the workspace and for what is in it.
RUN = list(
    {
        tuple(shlex.split(put(one.text, DECLARED["stands_for"]), comments=True)): one
        for one in OURS
        if why_not_run(one.text, "only_read") is None
    }.values()
)


@pytest.mark.parametrize("command", RUN, ids=known)
def test_a_command_runs_on_the_sample(command: Command, bench: Bench, monkeypatch: pytest.MonkeyPatch):
    from locality_profiles.cli import app

    words = before_pipe(shlex.split(bench.put(command.text), comments=True))[1:]
    takes = {option for parameter in read_command(["locality-profiles", *words]).command.params
             for option in parameter.opts}  # fmt: skip
    if "--workspace" in takes and not {"--workspace", "-w"} & set(words):
        words += ["--workspace", str(bench.sample)]
    monkeypatch.chdir(bench.scratch)
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, (
        f"{named(command.block)}: '{command.text}' failed: {done.output or done.exception}. If it cannot run on the "
        f"sample, say why in [[only_read]] of {WHERE}; if names differ, say what stands for them in [stands_for]."
    )
    assert done.output.strip()


# --- snippets -------------------------------------------------------------------------------------


def run_sql(block: Fence, bench: Bench) -> None:
    import duckdb

    from locality_profiles.tables.store import NO_DOWNLOADS, open_catalog

    text = re.sub(r"^INSTALL httpfs; LOAD httpfs;.*$", "", bench.put(block.text), flags=re.MULTILINE)
    if "ATTACH" in text or "'" + str(bench.sample) in text:
        opened: Any = duckdb.connect(config=dict(NO_DOWNLOADS))
    else:
        opened = open_catalog(bench.sample / "data" / "curated" / "catalog.duckdb")
    with opened as connection:
        for statement in duckdb.extract_statements(text):
            connection.execute(statement)


def run_python(block: Fence, bench: Bench) -> None:
    """Blocks of a page go on where those before them ended."""
    names: dict[str, Any] = {"__name__": "docs"}
    for each in BLOCKS:
        if each.language == "python" and each.page == block.page and each.line <= block.line:
            exec(compile(bench.put(each.text), f"{each.page}, line {each.line}", "exec"), names)


def read_json(block: Fence, _: Bench) -> None:
    json.loads(block.text)


def read_ini(block: Fence, _: Bench) -> None:
    configparser.ConfigParser(strict=False, interpolation=None).read_string(block.text)


def read_yaml(block: Fence, _: Bench) -> None:
    import yaml

    assert list(yaml.safe_load_all(block.text))


SNIPPETS: dict[str, Callable[[Fence, Bench], None]] = {
    "sql": run_sql, "python": run_python, "json": read_json, "ini": read_ini, "yaml": read_yaml,
}  # fmt: skip


@of(*SNIPPETS)
def test_a_snippet_runs_beside_the_sample_or_is_what_it_says(
    block: Fence, bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(bench.sample)
    monkeypatch.setenv("LOCALITY_PROFILES_WORKSPACE", str(bench.sample))
    SNIPPETS[block.language](block, bench)


#: What stands in ``profiles.toml`` around a snippet of it.
AROUND = """
[workspace]
title = "Ours"
[areas]
partnerships = "all"
profile = ["locality", "hscp", "neighbourhood", "ward"]
[[areas.system]]
name = "locality"
title = "Locality"
plural = "Localities"
from = "boundaries"
[[areas.system]]
name = "neighbourhood"
title = "Neighbourhood"
plural = "Neighbourhoods"
from = "boundaries"
[[areas.system]]
name = "ward"
title = "Ward"
plural = "Wards"
from = "boundaries"
"""


def merged(base: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A table with another laid over it; area systems of a name give way to new ones."""
    for key, value in more.items():
        if key == "system":
            new = {system["name"] for system in value}
            base[key] = [system for system in base.get(key, []) if system["name"] not in new] + value
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            merged(base[key], value)
        else:
            base[key] = value
    return base


def read_profiles(text: str, folder: Path) -> None:
    from locality_profiles.fetching.catalogue import catalogue_of
    from locality_profiles.finance.settings import finance_settings
    from locality_profiles.workspace import read_workspace

    told = merged(tomllib.loads(AROUND), tomllib.loads(text))
    (folder / "profiles.toml").write_text(tomlkit.dumps(told), encoding="utf-8")
    workspace = read_workspace(folder)
    finance_settings(workspace)
    catalogue_of(workspace)


def read_indicator_of(text: str, folder: Path) -> None:
    from locality_profiles.indicators.definition import read_indicator, sections

    path = folder / "my_indicator.toml"
    path.write_text(text, encoding="utf-8")
    read_indicator(path, sections())


def read_house_style(text: str, folder: Path) -> None:
    from docx import Document

    from locality_profiles.publish.theme import read_theme

    place = folder / "theme"
    place.mkdir()
    (place / "theme.toml").write_text(text, encoding="utf-8")
    (place / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', encoding="utf-8")
    Document().save(str(place / "letter.docx"))
    read_theme(folder)


#: Tables by which a snippet shows what it belongs to, and who reads it.
READERS: tuple[tuple[set[str], Callable[[str, Path], None]], ...] = (
    ({"numerator"}, read_indicator_of),
    ({"colours", "logo", "font", "contact"}, read_house_style),
    ({"workspace", "areas", "extracts", "names", "outcomes", "finance", "linked", "releases", "publish", "notify",
      "schedule", "fetch", "watch"}, read_profiles),
)  # fmt: skip


@of("toml")
def test_toml_is_read_by_the_reader_that_it_belongs_to(block: Fence, tmp_path: Path):
    told = tomllib.loads(block.text)
    reader = next((reader for tables, reader in READERS if tables & told.keys()), None)
    assert reader is not None, (
        f"{named(block)}: nothing reads a declaration of {', '.join(told)}. Add its reader to READERS of this test."
    )
    reader(block.text, tmp_path)


def test_every_exception_has_its_reason():
    for entry in [*DECLARED["only_read"], *DECLARED["other"]]:
        assert entry["why"], entry
        re.compile(entry["line"])
    assert all(DECLARED["not_tried"].values())
