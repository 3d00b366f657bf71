"""The individual file: one row for each person and year, with what they have and what they cost.

From it come people with long-term conditions, and how much of the cost falls on how few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from locality_profiles.episodes import cells
from locality_profiles.episodes.cells import MEASURES, WHOLE_YEAR, Year, in_words, plain_key
from locality_profiles.episodes.cube import FileRead, to_its_end, year_of
from locality_profiles.episodes.engine import Engine
from locality_profiles.episodes.faults import NAMES
from locality_profiles.episodes.linked import PLACE, told

#: The nineteen long-term conditions that hospital records tell of.
CONDITIONS = ("arth", "asthma", "atrialfib", "cancer", "cvd", "liver", "copd", "dementia", "diabetes", "epilepsy",
              "chd", "hefailure", "ms", "parkinsons", "refailure", "congen", "bloodbfo", "endomet",
              "digestive")  # fmt: skip
COLUMNS: Mapping[str, str] = {
    "year": "varchar", "anon_chi": "varchar", "datazone2011": "varchar", "gender": "integer", "age": "integer",
    "death_date": "date", "keep_population": "integer", "health_net_cost": "decimal(12,2)",
    **dict.fromkeys(CONDITIONS, "integer"),
}  # fmt: skip
PIECE: Mapping[str, str] = {
    "row_no": "bigint", "anon_chi": "varchar", "place": "varchar", "sex_age": "integer", "age": "integer",
    "weight": "integer", "cost_pence": "bigint", "died": "boolean", "held": "integer", "condition_bits": "integer",
}  # fmt: skip
#: What a row may be set aside for by itself; a cost below nought would make the others' shares of it meaningless.
FAULTS = ("unknown_sex", "impossible_age", "negative_amount")


def read_file(engine: Engine, path: Path, name: str, folder: Path, extract_id: str) -> FileRead:
    """Read one individual file into its piece, and what of it is set aside for what it says itself.

    Raises
    ------
    ExtractRefused
        If the file cannot be read to its end, or is not of one financial year.
    """
    with to_its_end(engine, name):
        engine.see("individual", [path], COLUMNS, "row_no")
        return _read(engine, name, folder, extract_id)


def _read(engine: Engine, name: str, folder: Path, extract_id: str) -> FileRead:
    held = engine.rows("select year, 'individual', count(*) from individual group by year")
    year = year_of(held, name)
    wrong = (
        f"case when gender is null or gender not in (0, 1, 2, 9) then {NAMES.index('unknown_sex')} "
        f"when age < 0 or age > 125 then {NAMES.index('impossible_age')} "
        f"when health_net_cost < 0 then {NAMES.index('negative_amount')} end"
    )
    bits = " + ".join(f"case when {c} = 1 then {1 << n} else 0 end" for n, c in enumerate(CONDITIONS))
    count = " + ".join(f"case when {c} = 1 then 1 else 0 end" for c in CONDITIONS)
    engine.write(f"""
        select row_no, anon_chi, {PLACE} as place, {cells.SEX_AND_AGE} as sex_age, age,
            case when coalesce(keep_population, 1) <> 0 then 1 else 0 end as weight,
            {cells.pence("coalesce(health_net_cost, 0)")} as cost_pence,
            coalesce(death_date <= {year.last}, false) as died, {count} as held, {bits} as condition_bits
        from individual where ({wrong}) is null""", folder / "individual_piece.parquet")  # fmt: skip
    words = " ".join(f"when {NAMES.index(fault)} then '{fault}'" for fault in FAULTS)
    engine.write(f"""
        select '{extract_id}' as extract_id, row_no, 'individual' as recid,
            case {wrong} {words} end as fault, cast(0 as double) as bed_days,
            cast(0 as bigint) as cost_net
        from individual where ({wrong}) is not null""", folder / "set_aside.parquet")  # fmt: skip
    engine.write(f"""
        select '{extract_id}' as extract_id, count(*) as rows_before,
            cast(sum(case when ({wrong}) is null then 1 else 0 end) as bigint) as rows_counted,
            cast(0 as double) as bed_days_before, cast(0 as double) as bed_days_counted,
            cast(0 as bigint) as cost_before, cast(0 as bigint) as cost_counted, cast(null as date) as smr01_until
        from individual""", folder / "total.parquet")  # fmt: skip
    aside = engine.rows(f"select {wrong} as fault, count(*) from individual where ({wrong}) is not null group by 1")
    return FileRead(year, ("individual",), sum(row[2] for row in held), {NAMES[f]: n for f, n in sorted(aside)})


def younger(piece: str, before: str) -> str:
    """SQL of people in ``piece`` who are younger than in the piece of the year before."""
    return f"""
        select now.row_no, now.anon_chi from {piece} now join {before} earlier using (anon_chi)
        where now.age < earlier.age"""


def write_year(
    engine: Engine, pieces: Sequence[Path], before: Sequence[Path], year: Year, extract_id: str, folder: Path
) -> None:
    """Write what the individuals of a year give: cells, and who was set aside for being younger than a year before."""
    engine.see("everybody", pieces, PIECE)
    if before:
        engine.see("earlier_piece", before, PIECE)
        engine.keep("younger", younger("everybody", "earlier_piece"))
    else:
        engine.keep("younger", "select row_no, anon_chi from everybody where false")
    some = engine.rows("select count(*) from younger")[0][0]
    engine.view("people", "select * from everybody" + (" anti join younger using (row_no)" if some else ""))
    engine.write(f"""
        select '{extract_id}' as extract_id, row_no, 'individual' as recid,
            'age_goes_backwards' as fault, cast(0 as double) as bed_days,
            cast(0 as bigint) as cost_net from younger order by row_no""", folder / "set_aside.parquet")  # fmt: skip
    key = plain_key(str(told().index("POP.SLF")), "0", str(WHOLE_YEAR))
    figures = {"n_people": "sum(weight)"}
    figures |= {f"n_ltc{n}": f"sum(case when held >= {n} then weight else 0 end)" for n in range(1, 5)}
    figures |= {
        f"n_ltc_{c}": f"sum(case when condition_bits & {1 << n} <> 0 then weight else 0 end)"
        for n, c in enumerate(CONDITIONS) if f"n_ltc_{c}" in MEASURES
    }  # fmt: skip
    columns = ", ".join(f"{sql} as {name}" for name, sql in figures.items())
    found = f"select place, {key} as packed, {columns} from people group by 1, 2"
    query = in_words(found, year, "individuals", list(figures), extract_id, engine.words)
    engine.write(query, folder / "cell.parquet")
    engine.forget()
