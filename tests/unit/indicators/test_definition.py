"""A definition is read strictly: every mistake is told at once, with its line and what to write instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.definition import (
    BANDS,
    BY_AGE,
    INTERVALS,
    METHODS,
    USUAL_INTERVAL,
    AgeBand,
    Indicator,
    age_band,
    age_bands,
    counted,
    indicators,
    read_indicator,
    sections,
)

#: Lines are counted from 1, and the first of this text is its title.
GOOD = """title = "Falls"
section = "health"
order = 7
definition = \"\"\"Falls of residents,
   for every 1,000 of them.\"\"\"
method = "crude_rate"
per = 1000
unit = "per 1,000 people"
decimals = 1
direction = "low_is_good"
smallest_area = "locality"
owner = "tests"
reviewed = 2026-11-22
needs = \"\"\"A drawing
and a pen.\"\"\"
disclosure = "health"

[numerator]
what = "falls"
table = "activity"
column = "value"
where.measure_code = "N_ADMIT"
where.sex = "all"
period = "month"
collect = "calendar_year"

[denominator]
what = "residents"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
pairing = "mid_year"
carry_forward_years = 2
"""
STANDARDISED = (
    GOOD.replace('method = "crude_rate"', 'method = "directly_standardised_rate"')
    + """
[standardisation]
standard = "esp2013"
bands = ["0-64", "65-74", "75+"]
"""
)
SOLE = GOOD.partition("[denominator]")[0].replace("per = 1000\n", "")


def read(folder: Path, text: str = GOOD, name: str = "falls") -> Indicator:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return read_indicator(path, sections())


def refused(folder: Path, text: str) -> str:
    with pytest.raises(DefinitionError) as error:
        read(folder, text)
    return str(error.value)


# --- a good definition ----------------------------------------------------------------------------


def test_a_definition_is_known_by_the_name_of_its_file(tmp_path):
    assert read(tmp_path, name="falls_at_home").id == "falls_at_home"


def test_lines_of_a_long_text_become_one(tmp_path):
    found = read(tmp_path)
    assert found.definition == "Falls of residents, for every 1,000 of them."
    assert found.needs == "A drawing and a pen."


def test_everything_that_was_written_is_kept(tmp_path):
    text = GOOD.replace(
        'disclosure = "health"',
        """disclosure = "sensitive"
outcomes = [1, 9]
frameworks = ["LP", "NI16", "MSG6"]
caveat = "Beware."
not_collected = "Nobody counts them."
reference = "A page"
pooled_periods = 3
inequality = "zones"
by_age = ["0-64", "65+"]""",
    )
    found = read(tmp_path, text)
    assert (found.title, found.section, found.order, found.method) == ("Falls", "health", 7, "crude_rate")
    assert (found.per, found.unit, found.decimals) == (1000.0, "per 1,000 people", 1)
    assert (found.direction, found.smallest_area) == ("low_is_good", "locality")
    assert (found.owner, found.reviewed) == ("tests", date(2026, 11, 22))
    assert (found.outcomes, found.frameworks) == ((1, 9), ("LP", "NI16", "MSG6"))
    assert (found.disclosure, found.caveat, found.reference) == ("sensitive", "Beware.", "A page")
    assert (found.pooled_periods, found.inequality, found.not_collected) == (3, "zones", "Nobody counts them.")
    assert found.by_age == (AgeBand("0-64", 0, 64), AgeBand("65+", 65, None))
    assert (found.pairing, found.carry_forward) == ("mid_year", 2)


def test_a_term_keeps_what_it_counts_and_where(tmp_path):
    numerator, denominator = read(tmp_path).numerator, read(tmp_path).denominator
    assert (numerator.what, numerator.table, numerator.column) == ("falls", "activity", "value")
    assert numerator.where == {"measure_code": "N_ADMIT", "sex": "all"}
    assert (numerator.period, numerator.collect) == ("month", "calendar_year")
    assert (numerator.additive, numerator.coverage) == ("flow", "every_block")
    assert denominator is not None
    assert (denominator.additive, denominator.period, denominator.collect) == ("stock", None, None)


def test_what_is_not_written_has_its_usual_meaning(tmp_path):
    found = read(tmp_path)
    assert (found.caveat, found.breakdown, found.standardisation, found.inequality) == (None, None, None, None)
    assert (found.outcomes, found.frameworks, found.by_age, found.pooled_periods) == ((), (), (), 1)
    assert not found.compares_registered_with_resident
    plain = GOOD.replace('pairing = "mid_year"\ncarry_forward_years = 2\n', "").replace("per = 1000\n", "")
    assert (read(tmp_path, plain).pairing, read(tmp_path, plain).carry_forward) == ("same", 0)
    assert read(tmp_path, plain).per == 1.0


def test_a_breakdown_names_its_classes_in_order(tmp_path):
    found = read(
        tmp_path,
        GOOD + '\n[breakdown]\nname = "by_sex"\ncolumn = "sex"\ncategories = { male = "Men", female = "Women" }',
    )
    assert (found.breakdown, found.category_column) == ("by_sex", "sex")
    assert list(found.categories.items()) == [("male", "Men"), ("female", "Women")]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_a_usual_interval_and_it_is_one_that_it_may_have(method):
    assert method in INTERVALS[USUAL_INTERVAL[method]][1]


def test_another_interval_may_be_asked_for_where_it_makes_sense(tmp_path):
    assert read(tmp_path).interval == "byar"
    assert read(tmp_path, GOOD.replace("decimals = 1", 'decimals = 1\ninterval = "not_independent"')).interval == (
        "not_independent"
    )


# --- one mistake ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "written", "line", "said"),
    [
        ("section =", "sektion =", 2, "does not know 'sektion'. Did you mean 'section'?"),
        ("order = 7", "zzz = 7", 3, "does not know 'zzz'. Known here: title, section, order"),
        ("order = 7", 'order = "7"', 3, "'order' should be a whole number. Write order = 1."),
        ("order = 7", "order = true", 3, "'order' should be a whole number"),
        ("decimals = 1", "decimals = 1.5", 9, "'decimals' should be a whole number"),
        ("per = 1000", 'per = "1000"', 7, "'per' should be a number. Write per = 1.0."),
        ("reviewed = 2026-11-22", 'reviewed = "2026-11-22"', 13, "'reviewed' should be a date such as 2026-03-01"),
        ('section = "health"', 'section = "wealth"', 2, "there is no section 'wealth'. Sections: "),
        ('"crude_rate"', '"crud_rate"', 6, "'method' is 'crud_rate'. Did you mean 'crude_rate'? It may be count, perc"),
        ('"low_is_good"', '"low"', 10, "'direction' is 'low'. "),
        ('"low_is_good"', '"low"', 10, "It may be none, high_is_good, low_is_good."),
        ('"locality"', '"town"', 11, "'smallest_area' is 'town'. "),
        ('disclosure = "health"', 'disclosure = "secret"', 16, "'disclosure' is 'secret'. "),
        ('table = "activity"', 'table = "aktivity"', 20, "[numerator] 'table' is 'aktivity'. Did you mean 'activity'?"),
        ('column = "value"', 'column = "number"', 21, "[numerator] table 'activity' has no column 'number'. Columns: "),
        ('period = "month"', 'period = "moon"', 24, "[numerator] 'period' is 'moon'. "),
        ('collect = "calendar_year"', 'collect = "year"', 25, "[numerator] 'collect' is 'year'. "),
        ('what = "falls"', "", 18, "[numerator] misses 'what'. Add what = "),
        ('additive = "stock"', 'additive = "heap"', 32, "[denominator] 'additive' is 'heap'. "),
        ('pairing = "mid_year"', 'pairing = "nearest"', 33, "[denominator] 'pairing' is 'nearest'. "),
        ("carry_forward_years", "carry_forward_year", 34, "Did you mean 'carry_forward_years'?"),
        ('period = "month"', 'period = "month"\nadditive = "stock"', 26,
         "[numerator] a stock measure is never added over time. Take 'collect' out, or say why it is a flow."),
        ("decimals = 1", "decimals = 1\npooled_periods = 0", 10, "'pooled_periods' is less than 1. Write 1 for single"),
        ("decimals = 1", "decimals = 1\noutcomes = [10]", 10, "no national outcome 10. Write whole numbers from 1 to"),
        ("decimals = 1", 'decimals = 1\noutcomes = ["1"]', 10, "there is no national outcome '1'. "),
        ("decimals = 1", 'decimals = 1\nframeworks = ["NI24"]', 10, "no framework mark 'NI24'. Write LP, NI1 to NI23"),
        ("decimals = 1", 'decimals = 1\nframeworks = ["MSG"]', 10, "there is no framework mark 'MSG'."),
        ("decimals = 1", 'decimals = 1\ninequality = "wards"', 10, "'inequality' is 'wards'. "),
        ("decimals = 1", 'decimals = 1\ninterval = "wilson"', 10,
         "the method 'crude_rate' has no interval 'wilson'. It may be byar, not_independent, complete_count."),
        ("decimals = 1", 'decimals = 1\nby_age = ["0-17", "19+"]', 10, "the bands of 'by_age' do not follow one"),
        ('"crude_rate"', '"count"', 6, "the method 'count' needs no [denominator]. Change one of the two."),
        ('"crude_rate"', '"life_expectancy"', 6, "the method 'life_expectancy' needs a [standardisation] with its age"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path, was, written, line, said):
    assert was in GOOD
    message = refused(tmp_path, GOOD.replace(was, written, 1))
    (place,) = [text for text in message.splitlines() if said in text]
    assert f"falls.toml, line {line}: " in place


@pytest.mark.parametrize(
    "key",
    ["title", "section", "order", "definition", "method", "unit", "decimals", "direction", "smallest_area", "owner",
     "reviewed", "needs", "disclosure"],
)  # fmt: skip
def test_what_must_be_written_is_asked_for(tmp_path, key):
    text = GOOD.replace(f"{key} = ", f"# {key} = ", 1).replace("   for every", "#").replace("and a pen", "# a pen")
    text = text.replace(f'# {key} = """', f'# {key} = "').replace('them."""', "").replace('pen."""', "")
    if key != "definition":
        text = text.replace('definition = """Falls of residents,', 'definition = "Falls"')
    if key != "needs":
        text = text.replace('needs = """A drawing', 'needs = "A drawing"')
    assert f"falls.toml: misses '{key}'. Add {key} = " in refused(tmp_path, text)


@pytest.mark.parametrize("method", [method for method in METHODS if method not in ("count", "published", *BY_AGE)])
def test_a_rate_needs_a_denominator(tmp_path, method):
    message = refused(tmp_path, SOLE.replace("crude_rate", method))
    assert f"line 6: the method '{method}' needs a [denominator]. Change one of the two." in message


def test_a_count_has_none(tmp_path):
    assert read(tmp_path, SOLE.replace("crude_rate", "count")).denominator is None


PUBLISHED = (
    SOLE.partition("[numerator]")[0].replace("crude_rate", "published")
    + """
[numerator]
what = "what a publisher calls falls"
table = "published_value"
column = "value"
where.source = "scotpho_profile"
where.measure = "Falls"
"""
)


def test_a_published_value_has_none(tmp_path):
    assert read(tmp_path, PUBLISHED).denominator is None


@pytest.mark.parametrize("key", ["source", "measure"])
def test_a_published_value_says_what_it_is_called_and_by_whom(tmp_path, key):
    text = "\n".join(line for line in PUBLISHED.splitlines() if f"where.{key}" not in line)
    assert f"[numerator] does not say which {key} is meant" in refused(tmp_path, text)


def test_published_values_and_methods_go_together(tmp_path):
    assert "'published' does not go with the table 'activity'" in refused(
        tmp_path, SOLE.replace("crude_rate", "published")
    )
    assert "'count' does not go with the table 'published_value'" in refused(
        tmp_path, PUBLISHED.replace('"published"', '"count"')
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("per = 1000", "per = 0", "'per' is nought or less"),
        ("decimals = 1", "decimals = -1", "'decimals' is less than 0"),
        ("carry_forward_years = 2", "carry_forward_years = -1", "'carry_forward_years' is less than 0"),
        ('disclosure = "health"', 'disclosure = "health"\noutcomes = [true]', "no national outcome True"),
        ('disclosure = "health"', 'disclosure = "health"\noutcomes = [[1]]', "no national outcome [1]"),
        ('disclosure = "health"', 'disclosure = "health"\ninequality = "published"', "no fifths of the kind"),
        ('bands = ["0-64", "65-74", "75+"]', "bands = 19", "do not follow one another"),
        ('bands = ["0-64", "65-74", "75+"]', 'bands = ["0-64", "65-99"]', "end with an open band below it"),
        ('bands = ["0-64", "65-74", "75+"]', 'bands = ["0-95", "96+"]', "end with an open band below it"),
    ],
)
def test_what_a_calculation_would_stumble_over_is_refused_when_it_is_read(tmp_path, old, new, said):
    text = STANDARDISED if "bands" in old else GOOD
    assert old in text
    assert said in refused(tmp_path, text.replace(old, new))


def test_a_life_table_begins_at_birth_and_ends_open(tmp_path):
    text = STANDARDISED.replace("directly_standardised_rate", "life_expectancy").replace('standard = "esp2013"\n', "")
    for bands in ('["1-64", "65+"]', '["0-64", "65-89"]'):
        assert "begins at age 0 and ends with an open band" in refused(
            tmp_path, text.replace('["0-64", "65-74", "75+"]', bands)
        )


def test_a_mistake_in_a_condition_names_its_own_line(tmp_path):
    text = GOOD.replace("[denominator]", 'where.colour = "red"\n\n[denominator]', 1)
    line = next(n for n, found in enumerate(text.splitlines(), start=1) if "colour" in found)
    assert f"line {line}: [numerator] table" in refused(tmp_path, text)


# --- conditions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    ['sex = "all"', "year = 2020", 'sex = ["female", "male"]', "age = { from = 65 }", "age = { from = 16, to = 64 }",
     "age = [{ from = 0, to = 15 }, { from = 65 }]"],
)  # fmt: skip
def test_a_condition_is_a_value_a_list_a_range_or_a_list_of_ranges(tmp_path, condition):
    text = SOLE.replace("crude_rate", "count").partition("[numerator]")[0]
    term = f'[numerator]\nwhat = "people"\ntable = "population"\ncolumn = "persons"\nwhere.{condition}\n'
    assert list(read(tmp_path, text + term).numerator.where) == [condition.split(" = ")[0]]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            "age = { from = 65.5 }",
            "[numerator] the range for 'age' is not {from = …, to = …} in whole numbers. Write {",
        ),
        ("age = { above = 65 }", "the range for 'age' is not {from = …, to = …} in whole numbers"),
        ("age = {}", "the range for 'age' is not {from = …, to = …} in whole numbers"),
        (
            "age = 6.5",
            "[numerator] 'age' cannot be compared with 6.5. Write a text, a whole number, a list or a range.",
        ),
        ("age = 2020-01-01", "'age' cannot be compared with datetime.date(2020, 1, 1)"),
        ('sex = ["female", 0.5]', "'sex' cannot be compared with 0.5"),
        ('colour = "red"', "[numerator] table 'population' has no column 'colour'. Columns: block_type, block_code"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused(tmp_path, condition, said):
    text = SOLE.replace("crude_rate", "count").partition("[numerator]")[0]
    term = f'[numerator]\nwhat = "people"\ntable = "population"\ncolumn = "persons"\nwhere.{condition}\n'
    message = refused(tmp_path, text + term)
    assert said in message
    assert "falls.toml, line " in message


def test_a_breakdown_needs_a_column_of_the_numerators_table(tmp_path):
    text = GOOD + '\n[breakdown]\nname = "by_age"\ncolumn = "age"\ncategories = { a = "A" }\n'
    assert "line 38: [breakdown] table 'activity' has no column 'age'. Columns: " in refused(tmp_path, text)


def test_a_breakdown_without_classes_is_refused(tmp_path):
    message = refused(tmp_path, GOOD + '\n[breakdown]\nname = "by_sex"\ncolumn = "sex"\n')
    assert "line 36: [breakdown] misses 'categories'. Add categories = {…}." in message


# --- whom a term counts ---------------------------------------------------------------------------

LISTS = GOOD.replace('table = "population"\ncolumn = "persons"', 'table = "registration"\ncolumn = "persons"')


def test_residents_are_not_set_against_patients_on_lists_unawares(tmp_path):
    patients = LISTS.replace('where.sex = "all"\nperiod', 'where.sex = "all"\nwhere.geo_role = "residence"\nperiod')
    message = refused(tmp_path, patients)
    assert "line 30: the numerator counts resident people and the denominator registered people" in message
    assert "compares_registered_with_resident = true if that is the point" in message
    on_purpose = patients.replace("decimals = 1", "decimals = 1\ncompares_registered_with_resident = true")
    assert read(tmp_path, on_purpose).compares_registered_with_resident


def test_it_is_told_whom_a_term_counts_by_its_table_or_by_what_ties_it_to_a_place(tmp_path):
    found = read(tmp_path, LISTS)
    assert (counted(found.numerator), counted(found.denominator)) == (None, "registered")
    assert counted(read(tmp_path).denominator) == "resident"
    by_role = GOOD.replace('where.sex = "all"\nperiod', 'where.sex = "all"\nwhere.geo_role = "{}"\nperiod')
    assert counted(read(tmp_path, by_role.format("residence")).numerator) == "resident"
    assert counted(read(tmp_path, by_role.format("treatment")).numerator) is None


# --- ages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "band"),
    [
        ("65-74", AgeBand("65-74", 65, 74)),
        ("90+", AgeBand("90+", 90, None)),
        ("0", AgeBand("0", 0, 0)),
        ("5-5", AgeBand("5-5", 5, 5)),
        ("74-65", None),
        ("65 to 74", None),
        ("-5", None),
        ("all", None),
        ("1000", None),
        (65, None),
    ],
)
def test_an_age_band_is_told_by_its_name(name, band):
    assert age_band(name) == band


@pytest.mark.parametrize(
    ("names", "number"),
    [
        (["0-17", "18-64", "65+"], 3),
        (["18-64"], 1),
        (["0-17", "19-64"], 0),  # 18 is in none
        (["0-17", "17-64"], 0),  # 17 is in two
        (["18-64", "0-17"], 0),
        (["65+", "0-64"], 0),
        (["0-17", "old"], 0),
        ([], 0),
    ],
)
def test_bands_follow_one_another_without_a_gap_or_are_none(names, number):
    assert len(age_bands(names)) == number


def test_named_bands_follow_one_another_to_an_open_last_one():
    for names in BANDS.values():
        bands = age_bands(names)
        assert len(bands) == len(names)
        assert (bands[0].first, bands[-1].last) == (0, None)
    assert [band.first for band in age_bands(BANDS["life_table"])][:3] == [0, 1, 5]


def test_bands_are_named_or_listed(tmp_path):
    how = read(tmp_path, STANDARDISED).standardisation
    assert how is not None
    assert (how.standard, [band.name for band in how.bands]) == ("esp2013", ["0-64", "65-74", "75+"])
    named = read(tmp_path, STANDARDISED.replace('["0-64", "65-74", "75+"]', '"five_year"')).standardisation
    assert named is not None
    assert tuple(band.name for band in named.bands) == BANDS["five_year"]


@pytest.mark.parametrize(
    ("was", "written", "line", "said"),
    [
        (
            '["0-64", "65-74", "75+"]',
            '["0-64", "66+"]',
            38,
            "the bands do not follow one another without a gap. Write f",
        ),
        ('["0-64", "65-74", "75+"]', '"ten_year"', 38, "[standardisation] the bands do not follow one another without"),
        ('["0-64", "65-74", "75+"]', "[]", 38, "[standardisation] the bands do not follow one another without a gap"),
        ('bands = ["0-64", "65-74", "75+"]', "", 36, "[standardisation] misses 'bands'. Add bands = "),
        ('standard = "esp2013"', 'standard = "esp1976"', 37, "[standardisation] 'standard' is 'esp1976'. "),
        ('standard = "esp2013"', "", 36, "the method 'directly_standardised_rate' needs standard population"),
        ('standard = "esp2013"', 'standart = "esp2013"', 37, "does not know 'standart'. Did you mean 'standard'?"),
        ("bands =", 'mode = "welsh"\nbands =', 38, "[standardisation] 'mode' is 'welsh'. "),
        (
            '"directly_standardised_rate"',
            '"indirectly_standardised_ratio"',
            36,
            "has no standard population. Write stand",
        ),
        (
            '"directly_standardised_rate"',
            '"crude_rate"',
            6,
            "the method 'crude_rate' has no [standardisation]. Change one",
        ),
    ],
)
def test_a_mistake_about_ages_is_told_with_its_line_and_remedy(tmp_path, was, written, line, said):
    assert was in STANDARDISED
    message = refused(tmp_path, STANDARDISED.replace(was, written, 1))
    (place,) = [text for text in message.splitlines() if said in text]
    assert f"falls.toml, line {line}: " in place


@pytest.mark.parametrize("method", ["directly_standardised_rate", "cost_per_unit"])
def test_what_allows_for_age_or_is_no_rate_of_people_is_not_given_by_age(tmp_path, method):
    text = STANDARDISED if method in BY_AGE else GOOD.replace("crude_rate", method)
    message = refused(tmp_path, text.replace("decimals = 1", 'decimals = 1\nby_age = ["0-64", "65+"]'))
    assert f"line 10: the method '{method}' cannot be given by age. Take 'by_age' out." in message


# --- several mistakes, several files --------------------------------------------------------------


def test_everything_wrong_is_said_at_once(tmp_path):
    text = GOOD.replace("order = 7", 'order = "7"').replace('column = "value"', 'column = "number"')
    text = text.replace('additive = "stock"', 'additive = "heap"').replace("owner", "ovner")
    message = refused(tmp_path, text.replace("decimals = 1", "decimals = 1\noutcomes = [0, 12]"))
    for said in ("'order' should be", "no column 'number'", "'additive' is 'heap'", "Did you mean 'owner'?",
                 "misses 'owner'", "no national outcome 0", "no national outcome 12"):  # fmt: skip
        assert said in message
    assert message.startswith("falls.toml cannot be used.")
    assert message.count("\n  - ") == 7


def test_without_its_tables_a_definition_is_asked_for_each(tmp_path):
    message = refused(tmp_path, GOOD.partition("[numerator]")[0])
    for said in ("misses 'numerator'. Add numerator = {…}.", "[numerator] misses 'table'",
                 "needs a [denominator]"):  # fmt: skip
        assert said in message


def test_a_term_that_is_no_table_is_refused(tmp_path):
    text = GOOD.partition("[numerator]")[0] + 'numerator = "falls"\n'
    assert "line 18: 'numerator' should be a table" in refused(tmp_path, text)


def test_what_is_no_toml_is_told_with_the_line_that_is_not(tmp_path):
    message = refused(tmp_path, GOOD.replace("order = 7", "order = seven"))
    assert "falls.toml: this is not TOML" in message
    assert "line 3" in message
    assert "Mend the line that is named." in message


def test_a_file_that_is_missing_or_in_another_encoding_is_told_by_name(tmp_path):
    with pytest.raises(DefinitionError, match=r"There is no falls\.toml"):
        read_indicator(tmp_path / "falls.toml", sections())
    (tmp_path / "falls.toml").write_bytes('title = "Fälle"\n'.encode("cp1252"))
    with pytest.raises(DefinitionError, match=r"falls\.toml: the file is not UTF-8\. Save it as UTF-8\."):
        read_indicator(tmp_path / "falls.toml", sections())


def test_the_mistakes_of_all_files_are_told_together(tmp_path):
    wrong = GOOD.replace("order = 7", "order = true").replace("decimals = 1", 'decimals = "1"')
    for name, text in (("one", wrong), ("two", GOOD), ("three", "title = 1")):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        indicators(tmp_path)
    message = str(error.value)
    assert "one.toml, line 3: 'order' should be a whole number" in message
    assert "one.toml, line 9: 'decimals' should be a whole number" in message
    assert "three.toml, line 1: 'title' should be text in quotes" in message
    assert "two.toml" not in message
    assert f"{message.count(chr(10))} thing(s) are wrong" in message


def test_indicators_stand_by_section_then_order_then_name(tmp_path):
    first, second = list(sections())[:2]
    drawn = (("a", second, 1), ("b", first, 9), ("c", first, 2), ("d", first, 2))
    for name, section, order in drawn:
        text = GOOD.replace('section = "health"', f'section = "{section}"').replace("order = 7", f"order = {order}")
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    assert list(indicators(tmp_path)) == ["c", "d", "b", "a"]


def test_sections_are_numbered_in_the_order_of_their_file():
    found = list(sections().values())
    assert [section.order for section in found] == list(range(1, len(found) + 1))
    assert len({section.title for section in found}) == len(found)
    assert all(section.id == key for key, section in sections().items())


# --- what may be added ----------------------------------------------------------------------------


def test_a_measure_that_nobody_declared_is_refused_with_the_nearest(tmp_path):
    message = refused(tmp_path, GOOD.replace('"N_ADMIT"', '"N_ADMITS"'))
    assert "there is no measure 'N_ADMITS'. Did you mean 'N_ADMIT'?" in message


def test_a_term_of_activity_says_which_measure_is_meant(tmp_path):
    text = GOOD.replace('where.measure_code = "N_ADMIT"\n', "")
    assert "[numerator] does not say which measure is meant" in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("N_PEOPLE", "may not be added over time: somebody who is there in two periods would be counted twice"),
        ("N_RESIDENTS", "may not be added over time: it counts how many there are on a day"),
        ("WAIT_MED_DAYS", "a median or percentage of a whole is not the sum of those of its parts"),
    ],
)
def test_a_sum_over_time_of_what_may_not_be_summed_is_refused_with_the_reason(tmp_path, code, said):
    assert said in refused(tmp_path, GOOD.replace("N_ADMIT", code))


def test_people_of_two_services_are_not_added(tmp_path):
    text = GOOD.replace("N_ADMIT", "N_PEOPLE").replace('collect = "calendar_year"', 'additive = "distinct"')
    two = text.replace(
        'where.sex = "all"\nperiod', 'where.sex = "all"\nwhere.service_code = ["SC.HC", "SC.AT"]\nperiod'
    )
    assert read(tmp_path, text).numerator.additive == "distinct"
    assert "somebody who uses two services would be counted twice" in refused(tmp_path, two)
