"""Concentration of cost: drawn areas, a slow plain second implementation, and what must not change anything."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import cells

from locality_profiles.episodes.concentration import LOW_BELOW, TOPS, concentration, curve, persistence

#: One row of the table of people: area_type, area_code, person, cost_pence, weight, died.
Row = tuple[str, str | None, str, int | None, int | None, bool | None]
USUAL, FEW = settings(max_examples=60), settings(max_examples=15)
WHOLE_NUMBERS = ("people", "people_with_cost", "cost_pence", "n50_crossing", "n50_slf", "tie_size")
SHARES = (*(f"top_{top}" for top in TOPS), "gini", "largest_share")


def sql(people: list[Row]) -> str:
    """The table of people as SQL."""

    def cell(value: Any) -> str:
        return "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)

    values = [*people, (None,) * 6]  # the last row, of no area, gives an empty table its shape
    drawn = ", ".join(f"({', '.join(map(cell, row))})" for row in values)
    return f"""select area_type::text as area_type, area_code::text as area_code, person::text as person,
        cost_pence::bigint as cost_pence, weight::integer as weight, died::boolean as died
        from (values {drawn}) as of(area_type, area_code, person, cost_pence, weight, died)"""


def drawn(picture: str, **usual: Any) -> list[Row]:
    """People drawn with columns area, cost and, where they matter, person, weight and died."""
    header, *lines = cells(picture)
    people: list[Row] = []
    for number, line in enumerate(lines):
        row = usual | {name: cell for name, cell in zip(header, line, strict=True) if cell}
        died = {"": None, "yes": True, "no": False}[row.get("died", "")]
        cost, weight = (int(row[name]) if name in row else None for name in ("cost", "weight"))
        people.append(("locality", row.get("area"), row.get("person", f"p{number}"), cost, weight, died))
    return people


def costs(*pence: int, area: str = "North") -> list[Row]:
    """People of one area with these costs, all of whom live."""
    return [("locality", area, f"{area}{number}", cost, 1, False) for number, cost in enumerate(pence)]


def found(people: list[Row]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What is found of each area, with and without those who died."""
    table = duckdb.execute(concentration(sql(people)))
    names = [column[0] for column in table.description]
    rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
    keyed = {(row.pop("area_type"), row.pop("area_code"), row.pop("deaths")): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def one(people: list[Row], deaths: str = "with", area: str = "North") -> dict[str, Any]:
    return found(people)["locality", area, deaths]


def curves(people: list[Row], points: int) -> dict[tuple[str, str, str], list[tuple[float, float]]]:
    of: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for *area, x, y in duckdb.execute(f"from ({curve(sql(people), points)}) order by all").fetchall():
        of.setdefault(tuple(area), []).append((x, y))
    return of


def became(before: list[Row], after: list[Row]) -> dict[tuple[str, str], tuple[int, ...]]:
    """High before, still high, died, left or gone, no longer high."""
    query = persistence(sql(before), sql(after))
    columns = "area_type, area_code, high_before, still_high, died, left_area_or_gone, no_longer_high"
    return {row[:2]: row[2:] for row in duckdb.execute(f"select {columns} from ({query})").fetchall()}


def marked(before: list[Row], after: list[Row]) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Whether what became of those who were high is a low number, and whether one person dominates."""
    query = f"select area_type, area_code, low_number, dominated from ({persistence(sql(before), sql(after))})"
    return {row[:2]: row[2:] for row in duckdb.execute(query).fetchall()}


# --- areas drawn by hand --------------------------------------------------------------------------


def test_the_slf_rule_stops_one_short_of_who_crosses_the_half():
    # 40 + 30 + 20 + 10 = 100 and nobody's cost. The first makes 40, under half; the second makes it 70.
    north = one(costs(40, 30, 20, 10, 0))
    assert (north["people"], north["people_with_cost"], north["cost_pence"]) == (5, 4, 100)
    assert (north["n50_slf"], north["n50_crossing"], north["tie_size"]) == (1, 2, 1)
    # 1 % of 5 people, rounded up, is one person; so are 2, 5 and 10 %.
    assert [north[f"top_{top}"] for top in TOPS] == [40 / 100] * 4
    assert north["largest_share"] == 40 / 100
    # From the dearest: 1*40 + 2*30 + 3*20 + 4*10 + 5*0 = 200.
    assert north["gini"] == pytest.approx(1 + 1 / 5 - 2 * 200 / (5 * 100))
    assert (north["low_number"], north["dominated"]) == (True, True)


def test_who_make_exactly_half_make_it_by_both_rules():
    # 30 + 20 is half of 100, made by the second of six.
    north = one(costs(20, 10, 30, 10, 15, 15))
    assert (north["cost_pence"], north["n50_slf"], north["n50_crossing"]) == (100, 2, 2)


def test_a_penny_decides():
    # Of two people, the dearer makes no more than half only if both cost the same. As fractions all would be one half.
    large = 10**17
    assert [one(costs(large + more, large))["n50_slf"] for more in (-1, 0, 1)] == [0, 1, 0]
    assert [one(costs(large, large, more))["n50_crossing"] for more in (0, 1)] == [1, 2]
    # Two people of half as much and a penny more make it go on to them: they are the tie, and all three are high.
    crossed = costs(large, large // 2 + 1, large // 2 + 1)
    assert one(crossed)["tie_size"] == 2
    assert became(crossed, crossed) == {("locality", "North"): (3, 3, 0, 0, 0)}


def test_of_people_of_one_cost_only_as_many_are_taken_as_are_needed():
    # 50, then 20 + 20 + 20 + 20 + 20, then 30 of 1: C = 180, half is 90: 50 + 20 + 20 is exactly half.
    north = one(costs(50, *[20] * 5, *[1] * 30))
    assert (north["n50_slf"], north["n50_crossing"], north["tie_size"]) == (3, 3, 5)
    # A penny more, and 90 of 181 is short of half: a fourth person is needed, and the rule of SLF stops before.
    north = one(costs(50, *[20] * 5, *[1] * 31))
    assert (north["n50_slf"], north["n50_crossing"], north["tie_size"]) == (3, 4, 5)
    # 10 % of 37 people is 4 people, rounded up: 50 + 3*20; 5 % is 2 and 2 % is one.
    assert [north[f"top_{top}"] for top in TOPS] == [50 / 181, 50 / 181, 70 / 181, 110 / 181]


def test_where_all_cost_the_same_nothing_is_concentrated():
    north = one(costs(*[7] * 40))
    # 1 % of 40 is one person, 2 % one, 5 % two, 10 % four.
    assert [north[f"top_{top}"] for top in TOPS] == [1 / 40, 1 / 40, 2 / 40, 4 / 40]
    assert (north["gini"], north["n50_slf"], north["n50_crossing"], north["tie_size"]) == (0, 20, 20, 40)
    assert (north["low_number"], north["dominated"]) == (False, False)


def test_one_person():
    north = one(costs(5))
    assert (north["n50_slf"], north["n50_crossing"], north["tie_size"], north["gini"]) == (0, 1, 1, 0)
    assert [north[name] for name in SHARES if name != "gini"] == [1] * 5


@pytest.mark.parametrize("pence", [(), (0, 0), (0,)])
def test_an_area_without_cost_has_no_shares(pence):
    nothing = ("locality", "North", "x", None, 1, None)
    north = one([*costs(*pence), nothing])
    assert [north[name] for name in WHOLE_NUMBERS] == [len(pence) + 1, 0, 0, 0, 0, 0]
    assert [north[name] for name in SHARES] == [None] * len(SHARES)
    assert (north["low_number"], north["dominated"]) == (True, False)


def test_people_with_and_without_those_who_died():
    people = drawn("""
        area  | cost | died
        North | 60   | yes
        North | 25   | no
        North | 10   |
        North | 5    | no
        South | 8    | yes
    """)
    everybody, alive = one(people), one(people, "without")
    assert (everybody["people"], everybody["cost_pence"], everybody["n50_crossing"]) == (4, 100, 1)
    # 25 + 10 + 5 = 40 remain: the first of them makes 25, more than half.
    assert (alive["people"], alive["cost_pence"], alive["n50_crossing"], alive["n50_slf"]) == (3, 40, 1, 0)
    assert alive["largest_share"] == 25 / 40
    # All of the South died: nobody is left, and the area is told all the same.
    south = one(people, "without", "South")
    assert [south[name] for name in (*WHOLE_NUMBERS, *SHARES)] == [0] * 6 + [None] * 6


def test_who_is_on_a_list_but_no_resident_counts_only_with_a_cost():
    people = drawn("""
        area  | cost | weight
        North | 70   | 0
        North | 30   |
        North | 0    | 1
        North | 0    |
        North |      | 0
        North | 0    | 0
        South |      | 0
    """)
    north = one(people)
    assert (north["people"], north["people_with_cost"], north["cost_pence"]) == (4, 2, 100)
    assert one(people, area="South")["people"] == 0


def test_low_and_dominated_begin_where_they_are_said_to():
    # Twenty of one cost: ten make half, and each makes 1 in 20. Nineteen of 10 and one of 20: C = 210.
    assert one(costs(*[10] * 20))["low_number"] is False
    assert one(costs(*[10] * 18))["low_number"] is True
    # 10 of 100 is one tenth and no more; 11 of 101 is more.
    assert one(costs(*[10] * 10))["dominated"] is False
    assert one(costs(11, *[10] * 9))["dominated"] is True


def test_a_made_up_thousand_users_and_five_hundred_others():
    # Costs as Pareto drew them, dearest first: the rule of SLF finds one fewer, as it must.
    pence = [round(100_000 * (1000 / rank) ** (1 / 1.3)) for rank in range(1, 1001)] + [0] * 500
    north = one(costs(*pence))
    assert north == plain(pence)
    assert north["n50_slf"] == north["n50_crossing"] - 1
    assert 0.02 < north["n50_crossing"] / 1500 < 0.08


def test_the_same_person_counts_in_every_kind_of_area():
    people = costs(5, 4, 3)
    wider = [("partnership", "All", *row[2:]) for row in [*people, *costs(2, area="South")]]
    of = found([*people, *wider, ("locality", None, "lost", 99, 1, False)])
    assert of["locality", "North", "with"]["cost_pence"] == 12
    assert of["partnership", "All", "with"]["cost_pence"] == 14
    assert len(of) == 4


def test_a_cost_below_nought_stops_it():
    with pytest.raises(duckdb.Error, match="below nought"):
        found(costs(5, -1))


def test_columns_have_the_types_that_are_promised():
    described = duckdb.execute(f"describe {concentration(sql(costs(1)))}").fetchall()
    types = {name: kind for name, kind, *_ in described}
    assert list(types) == [
        "area_type", "area_code", "deaths", "people", "people_with_cost", "cost_pence",
        "top_1", "top_2", "top_5", "top_10", "n50_crossing", "n50_slf", "tie_size",
        "gini", "largest_share", "low_number", "dominated",
    ]  # fmt: skip
    assert {types[name] for name in WHOLE_NUMBERS} == {"BIGINT"}
    assert {types[name] for name in SHARES} == {"DOUBLE"}
    assert {types["low_number"], types["dominated"]} == {"BOOLEAN"}


# --- the curve ------------------------------------------------------------------------------------


def test_a_curve_begins_at_nothing_and_ends_at_everything():
    # Of four people a quarter is one: 40, 40 + 30, 40 + 30 + 20, and 100 of 100.
    of = curves(costs(10, 20, 30, 40), 4)
    assert of["locality", "North", "with"] == [(0, 0), (0.25, 0.4), (0.5, 0.7), (0.75, 0.9), (1, 1)]
    # In tenths, people are rounded down: 0.4 of four people is one, 0.5 is two.
    in_tenths = dict(curves(costs(10, 20, 30, 40), 10)["locality", "North", "with"])
    assert [in_tenths[x] for x in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8)] == [0, 0, 0.4, 0.4, 0.7, 0.7, 0.9]


def test_an_area_without_cost_has_no_curve():
    people = [*costs(0, 0), ("locality", "South", "s", 5, 1, True)]
    assert set(curves(people, 3)) == {("locality", "South", "with")}


def test_a_curve_has_a_step():
    with pytest.raises(ValueError, match="at least one step"):
        curve("people", 0)


# --- from one year to the next --------------------------------------------------------------------


def test_what_became_of_those_who_made_half():
    before = drawn("""
        person | area  | cost | died
        again  | North | 30   |
        dead   | North | 30   | yes
        later  | North | 30   |
        moved  | North | 30   |
        gone   | North | 30   |
        better | North | 30   |
        other  | North | 29   |
        others | North | 60   |
        rest   | North | 61   |
    """)
    # C = 6*30 + 29 + 60 + 61 = 330, half is 165: 61 + 60 + 30 + 30 is the fewest, and all six of 30 are taken.
    after = drawn("""
        person | area  | cost | died
        again  | North | 100  |
        later  | North | 3    | yes
        moved  | South | 1    |
        better | North | 1    |
        others | South | 90   |
        rest   | North | 2    |
    """)
    # High in the second year: in the North 100 of 106, in the South 90 of 91.
    # again and others (in another area) are high; dead and later died; moved and gone are not there; better and rest.
    assert became(before, after) == {("locality", "North"): (8, 2, 2, 2, 2)}


def test_who_died_and_was_high_again_is_still_high_once():
    before, after = costs(9, 1), [("locality", "North", "North0", 9, 1, True)]
    assert became(before, after) == {("locality", "North"): (1, 1, 0, 0, 0)}


def test_who_lives_in_two_overlapping_areas_a_year_later_is_still_one_person():
    after = [*costs(9), ("locality", "South", "North0", 9, 1, False), *costs(90, area="South")]
    assert became(costs(9, 1), after) == {("locality", "North"): (1, 1, 0, 0, 0)}


def test_a_death_is_found_where_the_person_has_no_area_any_more():
    after: list[Row] = [("locality", None, "North0", 9, 1, True)]
    assert became(costs(9, 1), after) == {("locality", "North"): (1, 0, 1, 0, 0)}
    after = [("partnership", "All", "North0", 9, 1, True)]
    assert became(costs(9, 1), after) == {("locality", "North"): (1, 0, 1, 0, 0)}


def test_an_area_without_cost_has_nobody_who_makes_half():
    assert became(costs(0, 0), costs(5)) == {("locality", "North"): (0, 0, 0, 0, 0)}
    assert marked(costs(0, 0), costs(5)) == {("locality", "North"): (True, False)}
    assert became([], costs(5)) == {}


@pytest.mark.parametrize(
    ("better", "low"), [(0, False), (1, True), (9, True), (10, False), (11, True), (19, True), (20, False)]
)
def test_a_group_of_one_to_nine_is_a_low_number(better, low):
    # Twenty people of 10 pence: ten make half, and all twenty cost as much. So many cost nothing a year later; the
    # others are high again. 11 who are better leave 9 who are still high.
    before, after = costs(*[10] * 20), costs(*[0] * better, *[10] * (20 - better))
    if better == 20:  # without cost nobody is high
        assert became(before, after) == {("locality", "North"): (20, 0, 0, 0, 20)}
    assert marked(before, after) == {("locality", "North"): (low, False)}


def test_few_who_make_half_are_a_low_number_whatever_became_of_them():
    # Eighteen of one cost: nine make half, though all eighteen are high and stay so.
    assert became(costs(*[10] * 18), costs(*[10] * 18)) == {("locality", "North"): (18, 18, 0, 0, 0)}
    assert marked(costs(*[10] * 18), costs(*[10] * 18)) == {("locality", "North"): (True, False)}


def test_one_who_makes_more_than_a_tenth_of_the_first_year_dominates():
    # 10 of 100 is one tenth and no more; 11 of 101 is more. The second year does not count.
    assert marked(costs(*[10] * 10), costs(99))["locality", "North"][1] is False
    assert marked(costs(11, *[10] * 9), costs(*[10] * 10))["locality", "North"][1] is True


# --- a slow plain second implementation -----------------------------------------------------------


def of_area(people: list[Row], area: tuple[str, str], deaths: str) -> list[int]:
    """Costs of the people who count, dearest first."""
    counted = []
    for kind, code, _, cost, weight, died in people:
        if (kind, code) != area or (deaths == "without" and died):
            continue
        if cost or weight is None or weight == 1:
            counted.append(cost or 0)
    return sorted(counted, reverse=True)


def plain(pence: list[int]) -> dict[str, Any]:
    """The numbers of an area by adding up one person after the other."""
    ordered, total, number = sorted(pence, reverse=True), sum(pence), len(pence)
    row: dict[str, Any] = {"people": number, "people_with_cost": sum(c > 0 for c in pence), "cost_pence": total}
    if total == 0:
        nothing = dict.fromkeys(SHARES)
        return row | nothing | {
            "n50_crossing": 0, "n50_slf": 0, "tie_size": 0, "low_number": True, "dominated": False,
        }  # fmt: skip
    reached = [Fraction(sum(ordered[: k + 1]), total) for k in range(number)]
    for top in TOPS:
        taken = next(k for k in range(number + 1) if k >= Fraction(top * number, 100))
        row[f"top_{top}"] = float(reached[taken - 1])
    crossing = next(k for k in range(number) if reached[k] >= Fraction(1, 2))
    row["n50_crossing"] = crossing + 1
    row["n50_slf"] = sum(share <= Fraction(1, 2) for share in reached)
    row["tie_size"] = ordered.count(ordered[crossing])
    # From the cheapest on, as Gini's curve goes: G = 1 + 1/N - (2/N) times the sum of the shares reached.
    climbing = [sum(sorted(pence)[: k + 1]) for k in range(number)]
    row["gini"] = float(1 + Fraction(1, number) - Fraction(2 * sum(climbing), number * total))
    row["largest_share"] = float(Fraction(ordered[0], total))
    row["low_number"] = row["n50_crossing"] < LOW_BELOW
    row["dominated"] = Fraction(ordered[0], total) > Fraction(1, 10)
    return row


def plain_curve(pence: list[int], points: int) -> list[tuple[float, float]]:
    ordered = sorted(pence, reverse=True)
    return [
        (float(Fraction(step, points)), float(Fraction(sum(ordered[: step * len(pence) // points]), sum(pence))))
        for step in range(points + 1)
    ]


def plain_high(people: list[Row]) -> set[tuple[str, str, str]]:
    """Who makes half, of each area, with all who cost as much as the last of them."""
    high = set()
    for area in {row[:2] for row in people if row[1] is not None}:
        ordered = of_area(people, area, "with")
        if sum(ordered):
            cut = ordered[plain(ordered)["n50_crossing"] - 1]
            high |= {(*area, who) for *of, who, cost, _, _ in people if tuple(of) == area and (cost or 0) >= cut}
    return high


def plain_became(before: list[Row], after: list[Row]) -> dict[tuple[str, str], tuple[int, ...]]:
    high, high_after = plain_high(before), plain_high(after)
    told = {}
    for area in {row[:2] for row in before if row[1] is not None}:
        numbers = [0, 0, 0, 0, 0]
        for kind, code, who in high:
            if (kind, code) != area:
                continue
            numbers[0] += 1
            if any(other[0] == kind and other[2] == who for other in high_after):
                numbers[1] += 1
            elif any(row[2] == who and row[5] for row in after) or any(
                row[:3] == (kind, code, who) and row[5] for row in before
            ):
                numbers[2] += 1
            elif (kind, code, who) not in {row[:3] for row in after}:
                numbers[3] += 1
            else:
                numbers[4] += 1
        told[area] = tuple(numbers)
    return told


PENCE = st.one_of(st.none(), st.integers(0, 6), st.integers(0, 10**12))
YES_NO = st.sampled_from([None, False, True])
PERSON = st.tuples(st.sampled_from(["North", "South", None]), PENCE, st.sampled_from([None, 0, 1]), YES_NO)


def rows_of(people: list[tuple[str | None, int | None, int | None, bool | None]]) -> list[Row]:
    """Each person in a locality (or none) and in the one partnership."""
    return [
        (kind, code, f"p{number}", cost, weight, died)
        for number, (locality, cost, weight, died) in enumerate(people)
        for kind, code in (("locality", locality), ("partnership", "All"))
    ]


@USUAL
@given(st.lists(PERSON, max_size=40).map(rows_of))
def test_a_plain_sum_gives_the_same(people):
    of = found(people)
    areas = {row[:2] for row in people if row[1] is not None}
    assert set(of) == {(*area, deaths) for area in areas for deaths in ("with", "without")}
    for (*area, deaths), row in of.items():
        expected = plain(of_area(people, tuple(area), deaths))
        assert row == {name: pytest.approx(value, rel=1e-12, abs=1e-12) if name in SHARES and value is not None
                       else value for name, value in expected.items()}  # fmt: skip


@USUAL
@given(st.lists(PERSON, max_size=30).map(rows_of), st.integers(1, 25))
def test_a_plain_curve_is_the_same(people, points):
    expected = {}
    for area in {row[:2] for row in people if row[1] is not None}:
        for deaths in ("with", "without"):
            if sum(pence := of_area(people, area, deaths)):
                expected[*area, deaths] = plain_curve(pence, points)
    assert curves(people, points) == expected


def plain_marks(before: list[Row], told: dict[tuple[str, str], tuple[int, ...]]) -> dict[tuple[str, str], Any]:
    marks = {}
    for area, (_, *groups) in told.items():
        first = plain(of_area(before, area, "with"))
        few = any(0 < group < 10 for group in groups)
        marks[area] = (first["low_number"] or few, first["dominated"])
    return marks


YEARS = st.tuples(PERSON, PERSON, st.booleans())


@USUAL
@given(st.lists(YEARS, max_size=14))
def test_a_plain_search_finds_the_same_people_again(people):
    before = rows_of([first for first, _, _ in people])
    stayed = {f"p{number}" for number, (_, _, there) in enumerate(people) if there}
    after = [row for row in rows_of([second for _, second, _ in people]) if row[2] in stayed]
    of = became(before, after)
    assert of == plain_became(before, after)
    assert marked(before, after) == plain_marks(before, of)
    assert all(high == sum(parts) for high, *parts in of.values())


# --- what changes nothing -------------------------------------------------------------------------


@FEW
@given(st.data(), st.lists(PERSON, min_size=1, max_size=25).map(rows_of))
def test_the_order_of_rows_changes_nothing(data, people):
    shuffled = data.draw(st.permutations(people))
    assert found(shuffled) == found(people)
    assert curves(shuffled, 7) == curves(people, 7)
    assert became(shuffled, people) == became(people, shuffled)


@FEW
@given(st.lists(PERSON, min_size=1, max_size=25).map(rows_of), st.integers(2, 1000))
def test_costs_in_another_coin_change_nothing_but_the_sum(people, times):
    dearer = [(*row[:3], row[3] and row[3] * times, *row[4:]) for row in people]
    plain_coin, other_coin = found(people), found(dearer)
    assert set(plain_coin) == set(other_coin)
    for area, row in plain_coin.items():
        expected = row | {"cost_pence": row["cost_pence"] * times}
        assert other_coin[area] == {
            name: pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value
            for name, value in expected.items()
        }


@FEW
@given(st.lists(PERSON, min_size=1, max_size=25).map(rows_of))
def test_people_who_do_not_count_and_other_areas_change_nothing(people):
    others: list[Row] = [("locality", "North", "list", 0, 0, False), ("locality", "East", "far", 10**9, 1, False)]
    of = found([*people, *others])
    for area, row in found(people).items():
        assert of[area] == row


@FEW
@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_what_must_hold_of_any_costs(pence):
    north = one(costs(*pence))
    if not sum(pence):
        return
    assert 0 <= north["n50_crossing"] - north["n50_slf"] <= 1
    assert north["largest_share"] <= north["top_1"] <= north["top_2"] <= north["top_5"] <= north["top_10"] <= 1
    assert 0 <= north["gini"] <= 1 - 1 / len(pence)
    line = curves(costs(*pence), 20)["locality", "North", "with"]
    assert [y for _, y in line] == sorted(y for _, y in line)


@FEW
@given(st.lists(st.integers(0, 50), min_size=100, max_size=100).filter(sum))
def test_of_a_hundred_people_the_curve_passes_through_the_shares_of_the_dearest(pence):
    line = dict(curves(costs(*pence), 100)["locality", "North", "with"])
    north = one(costs(*pence))
    assert [line[top / 100] for top in TOPS] == [north[f"top_{top}"] for top in TOPS]
