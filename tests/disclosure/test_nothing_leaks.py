"""Nothing that the public edition hides stands anywhere in the published tree, in whatever kind of file.

The edition for management has what is hidden, so every test asks first that what it looks for is found there: a search
that finds nothing anywhere proves nothing.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import stat
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import docx
import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds
import pytest
import running
import samples
import small_country
from read_forms import READERS, by_name, localities, told_by_parquet
from unit.publish.page import Page
from written_cells import Cell, cells_of

from locality_profiles.disclosure.auditing import audit
from locality_profiles.disclosure.publishable import INTERNAL
from locality_profiles.disclosure.register import KEY
from locality_profiles.periods import period_label
from locality_profiles.publish.edition import MARKING, file_stems
from locality_profiles.tables.store import open_catalog

FIGURES = ["value", "numerator", "lower", "upper", "lower_99_8", "upper_99_8"]
#: A number with so many decimals is not met by chance.
LONG_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d{5,}(?:[eE][-+]?\d+)?")
#: Numbers that differ by less than this share of them are the same: a file may print fewer digits than a table holds.
SAME = 1e-9
#: Differences of shown rates. Five people more of the same residents make the rate of five people, so these meet hidden
#: figures by chance; whether one was made from a hidden figure is asked by its place.
DIFFERENCES = ("change", "difference", "absolute_gap")
SETTLEMENTS = {"1": "Town", "2": "Country"}
#: A hidden cell shows this, and links to a note by its number.
MARK = "[c]"

Trees = tuple[Path, Path]


@pytest.fixture(scope="module")
def trees(sample: Path) -> Trees:
    """The folders of the public edition and of that for management."""
    public, management = ((sample / "data" / tree / "current").resolve() for tree in ("published", "management"))
    return public, management


@pytest.fixture(scope="module")
def hidden(trees: Trees) -> pd.DataFrame:
    """Rows of values that the public edition has without figures, with their figures."""
    public, management = (pd.read_parquet(tree / "open-data" / "indicator-values.parquet") for tree in trees)
    assert (public[list(KEY)].values == management[list(KEY)].values).all(), "both editions list the same rows"
    gone = management[(public["value"].isna() & management["value"].notna()).to_numpy()]
    return gone.reset_index(drop=True)


@pytest.fixture(scope="module")
def figures(trees: Trees, hidden: pd.DataFrame) -> np.ndarray:
    """Hidden figures at full precision, sorted: those that are long, and that no row which is shown has as well."""
    found = hidden[FIGURES].to_numpy(dtype=float).ravel()
    found = np.unique(found[~np.isnan(found)])
    found = found[np.abs(found * 10_000 - np.round(found * 10_000)) > 1e-6]
    shown = pd.read_parquet(trees[0] / "open-data" / "indicator-values.parquet")[[*FIGURES, "denominator"]]
    told = shown.to_numpy(dtype=float).ravel()
    return found[~among(np.unique(told[~np.isnan(told)]), found)]


def among(known: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Which of some numbers stand among others, which are sorted."""
    at = np.searchsorted(known, asked)
    near = [np.abs(known[np.clip(at + step, 0, len(known) - 1)] - asked) <= SAME * np.abs(asked) for step in (-1, 0)]
    return near[0] | near[1]


def files_of(tree: Path, *suffixes: str) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.suffix in suffixes and path.is_file())


def long_numbers(text: str) -> np.ndarray:
    return np.array([float(number) for number in LONG_NUMBER.findall(text)])


def met(tree: Path, figures: np.ndarray, *suffixes: str) -> dict[str, int]:
    """How many hidden figures stand in each file of some kinds; files without any are left out."""
    found = {}
    for path in files_of(tree, *suffixes):
        if path.suffix == ".parquet":
            numbers = np.concatenate([np.empty(0), *_numbers_of(path)])
        elif path.suffix == ".csv":
            table = pd.read_csv(path, dtype=str, encoding="utf-8-sig").drop(columns=[*DIFFERENCES], errors="ignore")
            numbers = long_numbers(table.to_csv(index=False))
        else:
            numbers = long_numbers(unescape(path.read_text(encoding="utf-8")))
        if number := int(among(figures, numbers).sum()):
            found[path.relative_to(tree).as_posix()] = number
    return found


def _numbers_of(path: Path) -> Iterator[np.ndarray]:
    """All numbers of a Parquet file: those of its numeric columns, and those within its texts."""
    yield from _numbers_in(pq.read_table(path))


def _numbers_in(table: pa.Table) -> Iterator[np.ndarray]:
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name in DIFFERENCES:
            continue
        if kinds.is_floating(column.type):
            numbers = column.drop_null().to_numpy().astype(float)
            yield numbers[np.isfinite(numbers)]
        elif kinds.is_string(column.type) or kinds.is_large_string(column.type):
            yield long_numbers("\n".join(column.drop_null().unique().to_pylist()))


def test_the_sample_hides_enough_of_each_kind_for_these_tests_to_mean_anything(
    hidden: pd.DataFrame, figures: np.ndarray
) -> None:
    assert len(hidden) > 300
    assert len(figures) > 500
    assert {"all", "age"} <= set(hidden["breakdown"])
    assert {"locality", "hscp"} <= set(hidden["area_type"])
    assert hidden["indicator_id"].nunique() > 20


# Full precision: every file of each kind.


@pytest.mark.parametrize(
    ("suffixes", "where_management_has_it"),
    [
        ((".parquet",), {"open-data/indicator-values.parquet", "open-data/profile.parquet",
                         "open-data/sentences.parquet"}),
        ((".csv",), {"open-data/indicator-values.csv", "open-data/profile.csv", "open-data/trends.csv"}),
    ],
    ids=["Parquet", "CSV"],
)  # fmt: skip
def test_no_hidden_figure_stands_in_a_table(
    trees: Trees, figures: np.ndarray, suffixes: tuple[str, ...], where_management_has_it: set[str]
) -> None:
    public, management = trees

    assert where_management_has_it <= set(met(management, figures, *suffixes))
    assert met(public, figures, *suffixes) == {}


@pytest.mark.parametrize("suffix", [".html", ".json", ".geojson", ".css", ".js", ".svg"])
def test_no_hidden_figure_stands_in_the_source_of_another_file(trees: Trees, figures: np.ndarray, suffix: str) -> None:
    assert files_of(trees[0], suffix)
    assert met(trees[0], figures, suffix) == {}


def test_every_kind_of_file_that_is_published_is_looked_at(trees: Trees) -> None:
    kinds_of_file = {path.suffix for path in trees[0].rglob("*") if path.is_file()}

    looked_at = {".parquet", ".csv", ".html", ".json", ".geojson", ".css", ".js", ".svg"}
    assert kinds_of_file == looked_at | {".duckdb", ".xlsx", ".docx", ".pdf"}


def test_no_hidden_figure_stands_in_the_database_that_is_published(trees: Trees, figures: np.ndarray) -> None:
    public, management = (_numbers_of_database(tree / "open-data" / "catalogue.duckdb") for tree in trees)

    assert among(figures, management).any()
    assert not among(figures, public).any()


def _numbers_of_database(path: Path) -> np.ndarray:
    """All numbers of a database's tables: of their numeric columns, and within their texts."""
    found = [np.empty(0)]
    with open_catalog(path) as database:
        for (table,) in database.execute("select table_name from duckdb_tables() where not internal").fetchall():
            read = database.sql(f'from "{table}"').to_arrow_table()
            found += _numbers_in(read)
    return np.concatenate(found)


#: Marks in place of a figure, as documents print them.
WITHOUT_FIGURE = re.compile(r"\[(c|x|z)\]|–")


def test_documents_have_a_mark_for_each_figure_that_is_hidden_and_management_the_figure(trees: Trees) -> None:
    """Word, PDF and workbook of every locality: a cell that has a figure inside and a mark outside, in all three."""
    public, management = trees
    withheld = 0
    for place in localities(public):
        inside, outside = told_by_parquet(place._replace(release=management)), told_by_parquet(place)
        hidden = [(name, at) for name, cells in outside.items() for at, cell in enumerate(cells)
                  if cell == MARK and inside[name][at] != MARK]  # fmt: skip
        withheld += len(hidden)
        names, width = list(outside), max(map(len, outside.values()))
        for form in ("Word", "PDF", "workbook"):
            printed = [by_name(READERS[form](place._replace(release=tree), width), names) for tree in trees]
            for name, at in hidden:
                assert printed[0][name][at] == MARK, f"{form} of {place.stem}: {name}"
                assert not WITHOUT_FIGURE.fullmatch(printed[1][name][at]), f"{form} of {place.stem}: {name}"
    assert withheld > 20


def test_no_sentence_that_tells_a_hidden_figure_stands_in_a_word_file(trees: Trees) -> None:
    public, management = (pd.read_parquet(tree / "open-data" / "sentences.parquet") for tree in trees)
    only_inside = set(management["text"]) - set(public["text"])
    said = {tree: " ".join(_words_of(path) for path in files_of(tree, ".docx")) for tree in trees}

    assert any(text in said[trees[1]] for text in only_inside)
    assert not [text for text in only_inside if text in said[trees[0]]]


def _words_of(path: Path) -> str:
    return " ".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)


def test_the_register_of_what_was_published_holds_nothing_that_is_hidden(
    trees: Trees, sample: Path, figures: np.ndarray, hidden: pd.DataFrame
) -> None:
    register = sample / "data" / "published" / "register"
    (cells,) = register.glob("*.cells.parquet")
    entered = pd.read_parquet(cells)

    assert len(entered) > 1000
    assert met(register, figures, ".parquet") == {}
    assert set(map(tuple, entered[list(KEY)].astype(str).to_numpy())).isdisjoint(
        map(tuple, hidden[list(KEY)].astype(str).to_numpy())
    )


# Whole numbers and printed ones: by their place.


def test_rows_that_are_hidden_have_no_figure_in_any_column(trees: Trees, hidden: pd.DataFrame) -> None:
    public = pd.read_parquet(trees[0] / "open-data" / "indicator-values.parquet")
    found = public.merge(hidden[list(KEY)], on=list(KEY))

    assert len(found) == len(hidden)
    assert found[FIGURES].isna().all(axis=None)
    assert set(found["status"]) <= {"suppressed", "not_available"}
    # A count among which others are counted is hidden with them; residents are known.
    among_counts = set(pd.read_csv(trees[0] / "open-data" / "indicators.csv").dropna(subset="counted_among")
                       ["indicator_id"])  # fmt: skip
    assert found.loc[found["indicator_id"].isin(among_counts), "denominator"].isna().all()


def _asked(tree: Path, query: str, hidden: pd.DataFrame) -> int:
    """Rows of a query of the open data on the rows that are hidden."""
    with duckdb.connect() as connection:
        connection.register("hidden", hidden)
        for path in (tree / "open-data").glob("*.parquet"):
            source = str(path).replace("'", "''")
            connection.execute(f"create view {path.stem.replace('-', '_')} as from read_parquet('{source}')")
        return len(connection.execute(query).fetchall())


IN_TABLES = {
    "profiles": """from profile p join hidden h on p.item = h.indicator_id and p.beside_type = h.area_type
        and p.beside_code = h.area_code and p.period_end = h.period_end and p.period_start = h.period_start
        and p.category = h.category and h.breakdown = 'all' where p.value is not null or p.numerator is not null""",
    "trends of profiles": """from profile_trend p join hidden h on p.item = h.indicator_id and p.of_type = h.area_type
        and p.of_code = h.area_code and p.period_end = h.period_end and p.period_start = h.period_start
        and h.breakdown = 'all' and p.category = h.category where p.value is not null""",
    "comparisons of the area": """from comparisons c join hidden h using (indicator_id, area_type, area_code,
        period_start, period_end, breakdown, category)
        where c.value is not null or c.difference is not null or c.difference_lower is not null""",
    "comparisons with the area": """from comparisons c join hidden h on c.indicator_id = h.indicator_id
        and c.comparator_code = h.area_code and c.comparator = h.area_type and c.period_start = h.period_start
        and c.period_end = h.period_end and c.breakdown = h.breakdown and c.category = h.category
        where c.comparator_value is not null""",
    "trends at their end": """from trends t join hidden h using (indicator_id, area_type, area_code, period_start,
        period_end, breakdown, category) where t.value is not null or t.change is not null""",
    "trends at their beginning": """from trends t join hidden h on t.indicator_id = h.indicator_id
        and t.area_type = h.area_type and t.area_code = h.area_code and t.breakdown = h.breakdown
        and t.category = h.category and t.from_start = h.period_start and t.from_end = h.period_end
        where t.from_value is not null""",
    "ranks": """from ranks r join hidden h using (indicator_id, area_type, area_code, period_start, period_end,
        breakdown, category) where r.rank is not null""",
    "the most deprived fifth": """from inequalities i join hidden h using (indicator_id, area_type, area_code,
        period_start, period_end) where h.breakdown = i.scheme and h.category = '1' and i.most_deprived is not null""",
    "the least deprived fifth": """from inequalities i join hidden h using (indicator_id, area_type, area_code,
        period_start, period_end) where h.breakdown = i.scheme and h.category = '5' and i.least_deprived is not null""",
    "all fifths": """from inequalities i join hidden h using (indicator_id, area_type, area_code,
        period_start, period_end) where h.breakdown = i.scheme and (i.sii is not null or i.rii_mean is not null)""",
    "the whole of fifths": """from inequalities i join hidden h using (indicator_id, area_type, area_code,
        period_start, period_end) where h.breakdown = 'all' and i.overall is not null""",
    "what people say": """from read_csv('{open}/voice-figures.csv') v join hidden h using (indicator_id, area_type,
        area_code) where h.breakdown = 'all' and v.period_end = h.period_end and v.value is not null""",
}  # fmt: skip
#: Of these the sample hides no row that the edition for management tells.
NOT_IN_SAMPLE = {"what people say", "comparisons with the area", "all fifths"}


@pytest.mark.parametrize("told", list(IN_TABLES))
def test_no_table_that_is_made_from_values_has_a_figure_for_what_is_hidden(
    trees: Trees, hidden: pd.DataFrame, told: str
) -> None:
    counts = [_asked(tree, IN_TABLES[told].replace("{open}", str(tree / "open-data")), hidden) for tree in trees]

    assert counts[0] == 0
    assert counts[1] > 0 or told in NOT_IN_SAMPLE


def stems_of(tree: Path) -> dict[tuple[str, str], str]:
    """The stem of the page of each area that has one."""
    profile = pd.read_parquet(tree / "open-data" / "profile.parquet", columns=["area_type", "area_code"])
    package = {path.stem for path in (tree / "site" / "areas").glob("*.html")}
    order = list(dict.fromkeys(profile.itertuples(index=False, name=None)))
    return {key: stem for key, stem in file_stems(order).items() if stem in package}


@pytest.fixture(scope="module")
def wanted(trees: Trees, hidden: pd.DataFrame) -> set[tuple[str, str, str, str]]:
    """Title of the indicator, class, period and page of what is hidden, as pages name them."""
    titles = dict(pd.read_csv(trees[1] / "open-data" / "indicators.csv")[["indicator_id", "title"]].to_numpy())
    stems = stems_of(trees[1])
    found = set()
    for row in hidden.itertuples():
        if (row.area_type, row.area_code) not in stems or row.breakdown.startswith("simd"):
            continue
        classes = {"all": "", "age": row.category.replace("-", " to ").replace("+", " and over")}
        label = period_label(row.period_type, row.period_start, row.period_end)
        category = classes.get(row.breakdown, SETTLEMENTS.get(row.category, row.category))
        found.add((titles[row.indicator_id], category, label, stems[row.area_type, row.area_code]))
    return found


def told_on_pages(tree: Path, wanted: set[tuple[str, str, str, str]]) -> Iterator[tuple[str, Cell]]:
    """Cells of all pages of areas that are for something wanted, with the name of the page."""
    for page in sorted((tree / "site" / "areas").glob("*.html")):
        for cell in cells_of(page):
            area = page.stem if cell.area.startswith("This ") else cell.area
            if (cell.indicator, cell.category, cell.period, area) in wanted:
                yield page.name, cell


def test_cells_of_pages_show_the_mark_and_no_number_for_what_is_hidden(
    trees: Trees, wanted: set[tuple[str, str, str, str]]
) -> None:
    public, management = trees
    inside = list(told_on_pages(management, wanted))
    assert len({name for name, _ in inside}) > 5
    assert len([1 for _, cell in inside if re.search(r"\d", cell.words)]) > 300
    # The tables of figures, of classes and of trends are all among what is looked for.
    assert {cell.area.startswith("This ") for _, cell in inside} == {True, False}
    assert {bool(cell.category) for _, cell in inside} == {True, False}

    outside = list(told_on_pages(public, wanted))
    assert len(outside) > 300
    assert [(name, cell) for name, cell in outside if cell.words != MARK] == []


def test_spreadsheets_of_areas_are_empty_where_their_pages_show_the_mark(
    trees: Trees, wanted: set[tuple[str, str, str, str]]
) -> None:
    gone = {(title, period, area) for title, category, period, area in wanted if not category}
    looked_at = dict.fromkeys(trees, 0)
    for tree in trees:
        for path in (tree / "open-data" / "areas").glob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.reader(file)
                header = next(rows)
                for row in rows:
                    if row[3] or (row[2], row[5], path.stem) not in gone:
                        continue
                    looked_at[tree] += 1
                    assert header[7].endswith(": status")
                    assert tree == trees[1] or (row[6], row[7]) == ("", "suppressed"), (path.name, row[:8])
    assert min(looked_at.values()) > 50


@pytest.fixture(scope="module")
def sentences_of_hidden(trees: Trees, figures: np.ndarray) -> set[str]:
    """Sentences of the edition for management that were made from a hidden figure."""
    found = pd.read_parquet(trees[1] / "open-data" / "sentences.parquet")
    made_from = [bool(among(figures, long_numbers(told)).any()) for told in found["evidence"].fillna("")]
    texts = set(found.loc[made_from, "text"])
    assert len(texts) > 5
    return {text for text in texts if re.search(r"\d", text)}


def test_no_sentence_that_tells_a_hidden_figure_is_in_a_table_or_on_a_page(
    trees: Trees, sentences_of_hidden: set[str]
) -> None:
    public, management = trees

    def telling(tree: Path) -> set[tuple[str, str]]:
        pages = {path.name: " ".join(unescape(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8"))).split())
                 for path in files_of(tree / "site", ".html") if path.parent.name != "data-docs"}  # fmt: skip
        return {(name, text) for text in sentences_of_hidden for name, words in pages.items() if text in words}

    assert len(telling(management)) > 5
    assert telling(public) == set()
    texts = set(pd.read_parquet(public / "open-data" / "sentences.parquet")["text"])
    assert texts & sentences_of_hidden == set()


def test_titles_and_descriptions_of_pictures_and_attributes_hold_no_hidden_figure(
    trees: Trees, figures: np.ndarray
) -> None:
    """Pictures are drawn from figures: neither their words nor their coordinates may be one."""
    drawn = 0
    for path in files_of(trees[0] / "site", ".html"):
        text = path.read_text(encoding="utf-8")
        pictures = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
        drawn += len(pictures)
        attributes = re.findall(r'\s(?:data-[\w-]+|style|title|aria-label)="([^"]*)"', text)
        assert not among(figures, long_numbers(unescape("\n".join([*pictures, *attributes])))).any(), path.name
    assert drawn > 0


def test_what_changed_says_that_a_figure_was_withdrawn_and_not_which(sample: Path, tmp_path: Path) -> None:
    """Rules became stricter, and nothing is known of what was published: what went is told by its place alone."""
    folder = samples.copy_of(sample, tmp_path / "stricter")
    shutil.rmtree(folder / "data/published/register")
    before = pd.read_parquet(folder / "data/published/current/open-data/indicator-values.parquet")
    rules = folder / "disclosure" / "rules.toml"
    rules.parent.mkdir()
    package = Path(running.building.__file__).parent / "disclosure" / "rules.toml"
    text = package.read_text(encoding="utf-8")
    assert "smallest_population = 500" in text
    rules.write_text(text.replace("smallest_population = 500", "smallest_population = 2500"), encoding="utf-8")
    running.publish(folder, ("site",), ())
    public = folder / "data/published/current"
    after = pd.read_parquet(public / "open-data/indicator-values.parquet")
    withdrawn = before[before["value"].notna().to_numpy() & after["value"].isna().to_numpy()]
    changes = pd.read_parquet(public / "open-data/what-changed.parquet")
    told = changes[changes["kind"] == "value_withdrawn"]

    assert len(withdrawn) > 50
    assert len(told) >= len(withdrawn)
    assert told["before"].isna().all()
    numbers = withdrawn["value"].to_numpy()
    numbers = np.unique(numbers[np.abs(numbers * 10_000 - np.round(numbers * 10_000)) > 1e-6])
    kept = after["value"].dropna().to_numpy()
    numbers = numbers[~among(np.unique(kept), numbers)]
    assert not among(numbers, changes["before"].dropna().to_numpy()).any()
    assert not among(numbers, long_numbers("\n".join(changes["sentence"].dropna()))).any()


# Demand, and tables that stay inside.


def test_demand_of_localities_is_told_inside_only(trees: Trees) -> None:
    def demand(tree: Path) -> list[str]:
        (page,) = (tree / "site" / "assessment").glob("*.html")
        text = page.read_text(encoding="utf-8")
        return re.findall(r"own rates by age|partnership&#39;s rates by age", text)

    public, management = trees
    # Each row of a locality says by whose rates it was counted.
    assert len(demand(management)) > len(demand(public))


@pytest.mark.parametrize("table", INTERNAL)
def test_no_table_that_is_for_management_is_in_the_published_tree(trees: Trees, sample: Path, table: str) -> None:
    published = sample / "data" / "published"
    names = {path.stem.replace("-", "_") for path in published.rglob("*") if path.suffix in (".parquet", ".csv")}

    assert table not in names
    release = json.loads((trees[0] / "release.json").read_text(encoding="utf-8"))
    assert table not in release["public_tables"]


def test_the_published_tree_tells_nothing_that_only_a_table_inside_has(trees: Trees) -> None:
    """How few people make half of the cost is counted from records, and stands in the edition for management."""
    words = "How few people make half of the cost of health care"
    pages = [" ".join(path.read_text(encoding="utf-8") for path in files_of(tree / "site", ".html")) for tree in trees]

    assert words not in pages[0]
    assert words in pages[1]


def test_days_in_beds_of_localities_are_told_inside_only(trees: Trees) -> None:
    def rows(tree: Path) -> int:
        (page,) = (tree / "site" / "money").glob("*.html")
        (beds,) = (table for table in Page(page).tables if "Mean of up to three years" in table.caption)
        return len(beds.rows) - 1

    assert (rows(trees[0]), rows(trees[1])) == (1, 8)


# The edition for management.


def test_the_tree_for_management_is_for_its_owner_only(sample: Path) -> None:
    assert stat.S_IMODE((sample / "data" / "management").stat().st_mode) == 0o700


def test_every_page_of_the_edition_for_management_is_marked_and_none_of_the_public_one(trees: Trees) -> None:
    for tree, marked in zip(trees, (False, True), strict=True):
        pages = [path for path in files_of(tree / "site", ".html") if path.parent.name != "data-docs"]
        assert len(pages) > 30
        bearing = {path for path in pages if MARKING in unescape(path.read_text(encoding="utf-8"))}
        assert bearing == (set(pages) if marked else set())


def test_both_editions_have_the_same_pages_and_the_same_tables(trees: Trees) -> None:
    """Pictures are named by their data, so those of figures that differ have other names."""
    public, management = ({path.relative_to(tree).as_posix() for path in tree.rglob("*")
                           if path.is_file() and path.parent.name != "charts"} for tree in trees)  # fmt: skip

    assert public - management == {"open-data/disclosure.json", "open-data/disclosure-audit.json"}
    assert management - public == set()


def test_both_editions_bear_the_same_name_and_say_which_they_are(trees: Trees) -> None:
    public, management = (json.loads((tree / "release.json").read_text(encoding="utf-8")) for tree in trees)

    assert public["release_id"] == management["release_id"]
    assert (public["edition"], management["edition"]) == ("public", "management")


def test_where_nothing_is_controlled_there_is_one_edition(tmp_path: Path) -> None:
    running.publish(small_country.country_at(tmp_path / "country"))
    data = tmp_path / "country" / "data"

    assert (data / "published" / "current" / "site" / "index.html").is_file()
    assert not (data / "management" / "current").exists()
    assert not list((data / "management" / "releases").iterdir())
    release = json.loads((data / "published" / "current" / "release.json").read_text(encoding="utf-8"))
    assert release["tables"] == release["public_tables"]
    assert MARKING not in (data / "published" / "current" / "site" / "index.html").read_text(encoding="utf-8")
    assert not (data / "published" / "current" / "open-data" / "disclosure.json").exists()


# The chain must be able to fail.


def test_showing_one_cell_that_protects_another_makes_the_audit_fail(
    trees: Trees, hidden: pd.DataFrame, tmp_path: Path
) -> None:
    public, _ = trees
    rules = pd.read_csv(public / "open-data" / "indicators.csv").set_index("indicator_id")["disclosure"]
    # What is large enough is hidden for the sake of others.
    whole = (hidden["breakdown"] == "all") & (hidden["area_type"] == "locality")
    protecting = hidden[(hidden["numerator"] >= 30) & whole & hidden["indicator_id"].map(rules).isin(["health"])]
    assert len(protecting) > 3
    folder = tmp_path / "release"
    (folder / "open-data").mkdir(parents=True)
    for name in ("membership.parquet", "zone-classes.parquet", "indicators.csv", "disclosure.json"):
        (folder / "open-data" / name).symlink_to(public / "open-data" / name)
    values = pd.read_parquet(public / "open-data" / "indicator-values.parquet")
    path = folder / "open-data" / "indicator-values.parquet"
    values.to_parquet(path, index=False)
    assert audit(folder).passed

    one = protecting.sort_values(["indicator_id", "area_code", "period_start"]).iloc[0]
    at = values.index[(values[list(KEY)] == one[list(KEY)]).all(axis=1)]
    assert len(at) == 1
    values.loc[at, ["numerator", "value", "status"]] = [one["numerator"], one["value"], "actual"]
    values.to_parquet(path, index=False)
    found = audit(folder)
    assert not found.passed
    # What is given away is beside what was shown, in the same period.
    assert {told.period_end for told in found.recoverable} >= {str(one["period_end"])[:10]}
