"""``locality-profiles map``: look at a file that is not known, and propose how its columns become ours.

What is sure is written, with how sure it is and why. What is not stands as a line that does nothing, with a question
mark, for the analyst who knows the file. Nothing is put into ``profiles.toml`` before it is accepted.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from locality_profiles import building
from locality_profiles.declarations import read_declaration
from locality_profiles.errors import ExtractRefused, LocalityProfilesError, Problem, WorkspaceError
from locality_profiles.hidden import visible
from locality_profiles.mapped import own_columns
from locality_profiles.matching import SURE_WORD, Column, Fit, Match, Spreading, dates_of, fits_of, values_for
from locality_profiles.sources import folding, layouts, read_extract, sources
from locality_profiles.sources._asked import asked_of
from locality_profiles.sources._mapped import layouts_of, mappable, persons_in, problems_of, read_mapped
from locality_profiles.tables.intake import Asked, Sheet, header_key, open_sheets, read_sheet, recognise
from locality_profiles.tables.own_columns import OwnColumns
from locality_profiles.workspace import SETTINGS, Workspace, read_workspace

#: So many kinds are named that a file may be.
SHOWN_KINDS = 3
#: From here on a file looks like something; below, like nothing that is known.
LOOKS_LIKE = 0.4
#: A file that is less like the kind that comes first is not much like anything.
HALF = 0.5
#: A heading that is less like any of our columns than this is proposed to be ignored.
LIKE_NOTHING = 0.35
#: Headings with this in them count in thousands.
THOUSANDS = r"000|thousand|\(k\)"


@dataclass(frozen=True)
class Looked:
    """What was seen in a file: one sheet, its header row (from 0) and its columns."""

    name: str
    sheet: str | None
    sheets: int
    row: int
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Proposed:
    """A mapping as a file suggests it, what it may be besides, and what is still missing."""

    looked: Looked
    name: str
    fits: tuple[Fit, ...]
    lines: str
    known: str = ""
    still: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    written: bool = False
    named: bool = False
    """Whether the person said which kind it is."""

    @property
    def fit(self) -> Fit:
        return self.fits[0]

    def as_dict(self) -> dict[str, Any]:
        fits = self.fits[:SHOWN_KINDS]
        return {
            "file": self.looked.name, "sheet": self.looked.sheet, "header_row": self.looked.row + 1,
            "known": self.known, "mapping": self.name,
            "kinds": [{"kind": fit.kind, "layout": fit.layout.name, "score": round(fit.score, 3)} for fit in fits],
            "columns": [asdict(match) for match in (self.fits[0].matches if fits else ())],
            "spread": asdict(spread) if fits and (spread := self.fit.spread) else None,
            "lacking": list(self.fits[0].lacking if fits else ()), "toml": self.lines, "written": self.written,
            "gives": list(self.gives), "still": list(self.still),
        }  # fmt: skip


# --- looking --------------------------------------------------------------------------------------


def look(path: Path, name: str, sheet: str | None = None) -> Looked:
    """The sheet with most in it, or the one that is named, its header row and its columns.

    Raises
    ------
    ExtractRefused
        If it cannot be read, has no table, or holds something about persons.
    """
    if folding(path):
        raise _refused(name, "it holds linked records of persons, which take no mapping", "It is read as it is.")
    sheets = open_sheets(path, name)
    chosen = _chosen(sheets, name, sheet)
    row = _header_row(chosen)
    if row is None:
        raise _refused(name, "no table was found in it: no row has two filled cells with rows below it",
                       "Name another sheet with --sheet.", chosen.name)  # fmt: skip
    table, _, _, _ = read_sheet(chosen, row, name)
    if table.schema.names[:1] == ["geometry"]:
        raise _refused(name, "it holds outlines, which take no mapping", "See 'locality-profiles areas add'.")
    if found := persons_in(table):
        remedy = "Take the column out before the file is put among the extracts."
        raise ExtractRefused(f"{name} cannot be used: it holds something about persons.", [
            Problem(what, remedy, name, chosen.name, heading) for heading, what in found.items()
        ])  # fmt: skip
    columns = tuple(column for heading in table.column_names if (column := Column.of(heading, table[heading])).values)
    return Looked(name, chosen.name, len(sheets), row, columns)


def _refused(name: str, what: str, remedy: str, sheet: str | None = None) -> ExtractRefused:
    return ExtractRefused(f"{name} cannot be mapped.", [Problem(what, remedy, name, sheet)])


def _chosen(sheets: Sequence[Sheet], name: str, wanted: str | None) -> Sheet:
    if wanted is None:
        return max(sheets, key=lambda sheet: sum(bool(cell) for row in sheet.preview for cell in row))
    found = [sheet for sheet in sheets if header_key(sheet.name or "") == header_key(wanted)]
    if not found:
        there = ", ".join(f"'{sheet.name}'" for sheet in sheets if sheet.name) or "no sheets"
        raise _refused(name, f"there is no sheet '{wanted}'", f"It has {there}.")
    return found[0]


def _header_row(sheet: Sheet) -> int | None:
    """The first row that is nearly as full as the fullest: titles and notes above a table fill few cells."""
    filled = [sum(bool(cell) for cell in row) for row in sheet.preview]
    most = max(filled, default=0)
    if most < 2:
        return None
    return next(at for at, number in enumerate(filled) if number >= max(2, 0.7 * most))


# --- proposing ------------------------------------------------------------------------------------


def propose(
    workspace: Workspace, file: Path, sheet: str | None = None, kind: str | None = None
) -> Proposed:  # fmt: skip
    """The mapping that a file suggests.

    Raises
    ------
    LocalityProfilesError
        If the file cannot be read, is mapped already, or ``kind`` is none that takes a mapping.
    """
    path = find_file(workspace, file)
    if kind is not None and kind not in mappable():
        raise WorkspaceError(f"'{kind}' is no kind of extract that takes a mapping. Known: {', '.join(mappable())}.")
    if (own := workspace.mapping_of(path)) is not None:
        raise WorkspaceError(f"{file.name} is read through {own.heading} already ({SETTINGS}, line {own.line}). "
                             "Correct it there, or take it out.")  # fmt: skip
    looked = look(path, file.name, sheet)
    known = "" if kind or sheet else _known(path, file.name)
    if known:
        return Proposed(looked, "", (), "", known)
    fits = tuple(fits_of(looked.columns, (kind,) if kind else ()))
    name = _name_for(workspace, file)
    lines = toml_of(looked, fits[0], name, _pattern(workspace, path))
    still, gives = _as_it_stands(lines, name, path, file.name)
    still = (*still, *_where_it_lies(workspace, path))
    return Proposed(looked, name, fits, lines, "", still, gives, named=kind is not None)


def find_file(workspace: Workspace, file: Path) -> Path:
    """The file where it was said to be, or else among the extracts.

    Raises
    ------
    WorkspaceError
        If it is in neither place.
    """
    for path in (file, workspace.extracts / file):
        if path.is_file():
            return path.resolve()
    raise WorkspaceError(f"There is no file {file}, neither here nor in {workspace.extracts}.")


def _known(path: Path, name: str) -> str:
    """What a file is that is laid out as published; empty if it is not."""
    found = recognise(path, layouts(), name)
    if not isinstance(found, list):
        return ""
    return "; ".join(dict.fromkeys(f"{sources()[each.kind].source.title} ({each.layout.name})" for each in found))


def _name_for(workspace: Workspace, file: Path) -> str:
    """A name for the mapping: the file's, without its dates, and not one that is taken."""
    words = re.findall(r"[a-z]+", file.stem.casefold())
    name = "_".join(words)[:40].strip("_") or "own"
    taken = {own.name for own in workspace.mappings} | {"folder", "read", "ignore"}
    return next(each for each in (name, *(f"{name}_{n}" for n in range(2, 1000))) if each not in taken)


def _pattern(workspace: Workspace, path: Path) -> str:
    """The file as ``files`` names it: from the folder of extracts."""
    if path.is_relative_to(workspace.extracts):
        written = path.relative_to(workspace.extracts).as_posix()
        return re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", written)
    return path.name


def _where_it_lies(workspace: Workspace, path: Path) -> tuple[str, ...]:
    if path in {each.resolve() for each in workspace.extract_files()}:
        return ()
    if path.is_relative_to(workspace.extracts):
        return (f"{path.name} is not among the files that [extracts] read names: add it there.",)
    return (f"{path.name} does not lie in {workspace.extracts}: put it there.",)


# --- as lines of profiles.toml --------------------------------------------------------------------


def toml_of(looked: Looked, fit: Fit, name: str, pattern: str) -> str:
    """The mapping as lines of ``profiles.toml``; what is not sure begins with ``# ?``."""
    by_heading = {column.heading: column for column in looked.columns}
    asked = {header_key(ours): told for ours, told in asked_of(fit.kind, fit.layout.name).items()}
    likely = {match.theirs for match in fit.matches if match.score >= LIKE_NOTHING}
    spread = {said.theirs for said in fit.spread.columns} if fit.spread else set()
    ignored = [column.heading for column in looked.columns if column.heading not in likely | spread]
    lines = [f"[extracts.{name}]", f"files = [{quoted(pattern)}]    # a star stands for anything: next year's name",
             f"as = {quoted(fit.kind)}"]  # fmt: skip
    if len(layouts_of(mappable()[fit.kind])) > 1:
        lines.append(f"layout = {quoted(fit.layout.name)}")
    if looked.sheets > 1 and looked.sheet:
        lines.append(f"sheet = {quoted(looked.sheet)}")
    if looked.row:
        lines.append(f"header_row = {looked.row + 1}")
    if ignored and not fit.lacking:
        listed = ", ".join(map(quoted, ignored))
        lines.append(f"ignore = [{listed}]    # like none of our columns")
    lines += ["", f"[extracts.{name}.columns]"]
    lines += [_column_line(match) for match in sorted(fit.matches, key=lambda match: -match.score)
              if match.theirs in likely]  # fmt: skip
    if fit.lacking:  # perhaps one of these is what is lacking: ignoring it would hide that
        wanted = ", ".join(fit.lacking[:6])
        lines += [f'# ? {quoted(heading)} = "…"    # one of {wanted}? Or name it under ignore' for heading in ignored]
    lines += _spread(fit.spread, name) if fit.spread else []
    lines += _constants(fit, name, asked)
    sure = [match for match in fit.matches if match.sure]
    lines += _values(sure, by_heading, name, asked)
    lines += _units([*sure, *_into(fit)], name, asked)
    lines += _dates(sure, by_heading, name, asked)
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Text as TOML writes it: in double quotes, with nothing in it that ends a line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _column_line(match: Match) -> str:
    mark = "" if match.sure else "# ? "
    return f"{mark}{quoted(match.theirs)} = {quoted(match.ours)}    # {match.score:.0%}: {match.why}"


def _spread(spread: Spreading, name: str) -> list[str]:
    """Columns that are rows of ours: what each sets, and into which of ours their cells go."""
    mark = "" if spread.sure else "# ? "
    why = "their cells go here" if spread.sure else "do their cells go here?"
    lines = ["", f"[extracts.{name}.spread]    # these columns are rows of ours",
             f"{mark}into = {quoted(spread.into)}    # {why}", "", f"[extracts.{name}.spread.columns]"]  # fmt: skip
    for said in spread.columns:
        mark = "" if said.sure else "# ? "
        sets = f"{{ {_key(spread.sets)} = {quoted(said.word)} }}"
        lines.append(f"{mark}{quoted(said.theirs)} = {sets}    # {said.score:.0%}")
    return lines


def _into(fit: Fit) -> list[Match]:
    """The column that takes the cells of several, as if each of their headings were the heading of all."""
    if fit.spread is None or not fit.spread.sure:
        return []
    headings = [said.theirs for said in fit.spread.columns if said.sure]
    if not all(re.search(THOUSANDS, heading.casefold()) for heading in headings):
        return []
    return [Match(headings[0], fit.spread.into, 1.0, "", True, True)]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _constants(fit: Fit, name: str, asked: Mapping[str, Asked]) -> list[str]:
    """Columns that must be there and that no heading stands for: perhaps every row says the same."""
    if not fit.lacking:
        return []
    lines = ["", f"[extracts.{name}.constants]    # what no column says, and is the same in every row"]
    for ours in fit.lacking:
        words = asked.get(header_key(ours), Asked()).allowed
        hint = f"one of: {', '.join(words[:8])}" if words else "a column that must be there"
        lines.append(f'# ? {_key(ours)} = "…"    # {hint}')
    return lines


def _values(
    sure: Sequence[Match], columns: Mapping[str, Column], name: str, asked: Mapping[str, Asked]
) -> list[str]:  # fmt: skip
    lines = []
    for match in sure:
        told = values_for(columns[match.theirs], asked.get(header_key(match.ours), Asked()))
        if not told:
            continue
        lines += ["", f"[extracts.{name}.values.{_key(match.ours)}]"]
        for word, (ours, score) in told.items():
            mark = "" if score >= SURE_WORD else "# ? "
            lines.append(f"{mark}{quoted(word)} = {quoted(ours)}    # {score:.0%}")
    return lines


def _units(sure: Sequence[Match], name: str, asked: Mapping[str, Asked]) -> list[str]:
    """A heading in thousands, where ours is not."""
    found = [
        match for match in sure
        if asked.get(header_key(match.ours), Asked()).kind == "number" and re.search(THOUSANDS, match.theirs.casefold())
        and not re.search(THOUSANDS, match.ours.casefold())
    ]  # fmt: skip
    if not found:
        return []
    return ["", f"[extracts.{name}.units]",
            *(f'{_key(match.ours)} = "thousands"    # the heading says so' for match in found)]  # fmt: skip


def _dates(
    sure: Sequence[Match], columns: Mapping[str, Column], name: str, asked: Mapping[str, Asked]
) -> list[str]:  # fmt: skip
    lines = []
    for match in sure:
        if asked.get(header_key(match.ours), Asked()).kind != "period":
            continue
        form, share = dates_of(columns[match.theirs])
        if form:
            mark = "" if share >= 0.999 else "# ? "
            lines.append(f"{mark}{_key(match.ours)} = {quoted(form)}    # {share:.0%} of its values are written so")
    return ["", f"[extracts.{name}.dates]", *lines] if lines else []


# --- trying it, and writing it --------------------------------------------------------------------


def _as_it_stands(lines: str, name: str, path: Path, file: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is still missing if the lines are taken as they stand, and what the file then gives."""
    try:
        own = _own(lines, name)
        if problems := problems_of(own):
            return tuple(problem.sentence() for problem in _without_place(problems)), ()
        read = read_mapped(path, file, own)
    except LocalityProfilesError as error:
        return tuple(problem.sentence() for problem in _without_place(error.problems)) or (error.summary,), ()
    return (), tuple(claim for each in read for claim in each.curated.claims)


def _own(lines: str, name: str) -> OwnColumns:
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside) / SETTINGS
        path.write_text(lines, encoding="utf-8")
        declared = read_declaration(path, SETTINGS, WorkspaceError)
        (own,) = own_columns(declared, declared.data["extracts"])
        declared.finish(WorkspaceError)
    assert own.name == name
    return own


def _without_place(problems: Sequence[Problem]) -> list[Problem]:
    """Problems without a line of a file that does not exist yet."""
    from dataclasses import replace

    return [replace(p, file=None) if (p.file or "").startswith(SETTINGS) else p for p in problems]


def write(workspace: Workspace, proposed: Proposed, file: Path) -> Proposed:
    """Put the mapping at the end of ``profiles.toml``, every other line as it was, and read the file through it.

    Raises
    ------
    WorkspaceError
        If ``profiles.toml`` would not say what was asked; it is then left as it is.
    """
    from dataclasses import replace

    settings = (workspace.folder / SETTINGS).resolve()
    text = settings.read_bytes().decode("utf-8")
    ending = "\r\n" if "\r\n" in text else "\n"
    block = f"# How {_comment(proposed.looked.name)} is read. 'locality-profiles map' proposed it.\n{proposed.lines}"
    amended = text.rstrip("\r\n") + ending * 2 + block.replace("\n", ending)
    with tempfile.TemporaryDirectory(dir=settings.parent, prefix=".mapping-") as aside:
        trial = Path(aside) / SETTINGS
        trial.write_bytes(amended.encode("utf-8"))
        try:
            again = read_workspace(aside)
            right = again.mappings == (*workspace.mappings, _own(proposed.lines, proposed.name))
        except WorkspaceError:
            right = False
        if not right:
            raise WorkspaceError(f"{SETTINGS} is laid out in a way that nothing can be put in by itself. "
                                 f"Add these lines to it yourself:\n\n{proposed.lines}")  # fmt: skip
        trial.chmod(settings.stat().st_mode)
        trial.replace(settings)
    changed = read_workspace(workspace.folder)
    path = find_file(workspace, file)
    still, gives = _as_it_stands(proposed.lines, proposed.name, path, proposed.looked.name)
    try:
        building.ensure_mappings(changed, changed.extract_files())
    except WorkspaceError as error:
        still = tuple(dict.fromkeys([*still, *(problem.sentence() for problem in error.problems)]))
    return replace(proposed, still=still, gives=gives, written=True)


def _comment(text: str) -> str:
    return visible(text)


def looks_like(path: Path, name: str) -> str:
    """What a file that is not known looks like, and the command that goes on; empty if like nothing."""
    try:
        if read_extract(path, name):
            return ""
    except ExtractRefused:
        pass
    try:
        looked = look(path, name)
        fit = fits_of(looked.columns)[0] if len(looked.columns) > 1 else None
    except LocalityProfilesError:
        return ""
    if fit is None or fit.score < LOOKS_LIKE:
        return ""
    lacks = ", ".join(f"'{ours}'" for ours in fit.lacking[:4]) + (" …" if len(fit.lacking) > 4 else "")
    title = sources()[fit.kind].source.title
    but = f", but no column is surely {lacks}" if fit.lacking else ", in columns of its own"
    return f"looks like '{title}' ({fit.layout.name}){but}. Try: {command_for(name)}"


def command_for(name: str) -> str:
    """The command that proposes a mapping of a file, ready to paste.

    >>> command_for("home care.csv")
    'locality-profiles map "home care.csv"'
    """
    plain = re.fullmatch(r"[\w./-]+", name) is not None
    return f"locality-profiles map {name if plain else json.dumps(name, ensure_ascii=False)}"


# --- for a person ---------------------------------------------------------------------------------


def told(proposed: Proposed) -> list[str]:
    """What is printed: what the file may be, the lines to paste, and what is still missing."""
    looked = proposed.looked
    where = f", sheet '{looked.sheet}'" if looked.sheet else ""
    lines = [
        f"{visible(looked.name)}{visible(where)}: {len(looked.columns)} columns, headings in row {looked.row + 1}."
    ]
    if proposed.known:
        return [*lines, f"It is known already and needs no mapping: {proposed.known}."]
    lines += ["", *_kinds(proposed)]
    if not proposed.written:
        marked = "lines with '# ?' do nothing until you correct them and take the mark away"
        lines += ["", f"For {SETTINGS} ({marked}):", "",
                  visible_lines(proposed.lines).rstrip()]  # fmt: skip
    else:
        lines += ["", f"[extracts.{proposed.name}] stands at the end of {SETTINGS} now."]
    if proposed.still:
        lines += ["", "Still missing:", *(f"  - {sentence}" for sentence in proposed.still)]
    elif proposed.gives:
        gives = "; ".join(proposed.gives[:3]) + (" …" if len(proposed.gives) > 3 else "")
        lines += ["", f"Nothing is missing. Read so, the file gives: {gives}."]
    if not proposed.written:
        another = "" if proposed.named else "Another kind? --as KIND. "
        lines += ["", f"{another}Right as it is? --write puts it into {SETTINGS}."]
    return lines


def _kinds(proposed: Proposed) -> list[str]:
    """What the file is like, or how much like what it was said to be."""
    if proposed.named:
        fit = proposed.fit
        title = f"{fit.kind}, {sources()[fit.kind].source.title} ({fit.layout.name})"
        return [f"You said that it is {title}. It is {fit.score:.0%} alike."]
    told = [f"  {fit.score:4.0%}  {fit.kind}: {sources()[fit.kind].source.title} ({fit.layout.name})"
            for fit in proposed.fits[:SHOWN_KINDS]]  # fmt: skip
    if proposed.fit.score < HALF:
        nothing = "Nothing that is known is much like it. If it is one of these, or another, name it with --as KIND:"
        return [nothing, *told]
    return ["It looks most like:", *told]


def visible_lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))
