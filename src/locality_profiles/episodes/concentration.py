"""How few people make half of the cost: high-resource individuals and the concentration of cost, by area.

Sort the people of an area by what their care cost in the year, dearest first, and add up. Everything here starts from
a table with one row per person and area in one year (somebody who lives in a locality and in a partnership has a row
for each), which the functions call ``people``:

- ``area_type``, ``area_code``: text, the way of dividing places and the area; a row without a code is in no area and
  counts in none;
- ``person``: text, never null; only looked at from one year to the next;
- ``cost_pence``: integer, whole pence in the year; null is 0, and a negative cost stops the query with an error;
- ``weight``: integer, ``keep_population`` of the source linkage files, 1 for a resident and 0 for somebody who is on a
  list but not among the residents; null is 1, and whoever has a cost counts whatever the weight;
- ``died``: boolean, died in the year; null is no.

People without cost are people of the area: one per cent is one per cent of residents, not of users. Pence are added
and compared as whole numbers; only what comes out is a fraction. People of one cost count together, so nothing depends
on the order of rows.

Each area's numbers are its own and may not be added: the dearest people of each locality are not the dearest of the
partnership. Nothing is hidden here. Where ``low_number`` or ``dominated`` is true nothing may be published, the curve
included, which shows what single people cost.

Sources: Public Health Scotland, source linkage files (``hri_lca`` and its like, the rule called ``slf`` here); Lorenz,
Publications of the American Statistical Association 9 (1905); Gini, Variabilità e mutabilità (1912).
"""

from __future__ import annotations

#: Shares of cost are told of the dearest so many per cent of people.
TOPS = (1, 2, 5, 10)
#: Half of the cost made by fewer people than this is a low number.
LOW_BELOW = 10
#: An area is dominated where one person makes more than one part in so many of its cost.
DOMINATED_ABOVE_ONE_IN = 10

#: Who counts: everybody, or those who did not die in the year.
_DEATHS = {"with": "counts", "without": "counts and not died"}

#: Of an area's rows of ``_by_cost``: all of its cost, its dearest person's, and the cost with which half is reached.
_OF_AREA = """any_value(total) as total, max(cost) filter (where n > 0) as largest,
                any_value(cost) filter (where crosses) as cut,
                any_value(people_before) filter (where crosses) as before_cut,
                any_value(total - 2 * cost_before) filter (where crosses) as left_to_half"""
#: What follows from that: the fewest who make half, and whether one makes so much that nothing may be published.
_N50_CROSSING = "coalesce(before_cut + (left_to_half + 2 * cut - 1) // (2 * cut), 0)::bigint"
_DOMINATED = f"coalesce({DOMINATED_ABOVE_ONE_IN} * largest > total and total > 0, false)"


def concentration(people: str) -> str:
    """SQL of how concentrated cost is in each area, with and without those who died in the year.

    With N people, their costs from the dearest, c1 >= c2 >= ... >= cN, and C the sum of them all:

    - ``top_x`` = (c1 + ... + ck)/C, where k is x per cent of N, rounded up;
    - ``n50_crossing``: the fewest people who make half of C or more;
    - ``n50_slf``: how many people, dearest first, there are until half of C would be exceeded. It leaves out the one
      who crosses the half: it is one fewer, except where people make exactly half;
    - ``gini`` = 1 + 1/N - 2 (1 c1 + 2 c2 + ... + N cN)/(N C): 0 where everybody costs the same, 1 - 1/N where one
      person makes all of the cost.

    Parameters
    ----------
    people : str
        SQL of the table of people that the module describes.

    Returns
    -------
    str
        SQL with one row per ``area_type``, ``area_code`` and ``deaths`` (``with``: everybody, ``without``: those who
        did not die in the year), with columns

        - ``people`` (N), ``people_with_cost``, ``cost_pence`` (C, in pence);
        - ``top_1``, ``top_2``, ``top_5``, ``top_10``, shares from 0 to 1;
        - ``n50_crossing``, ``n50_slf``, people; ``tie_size``, how many cost exactly what the last of ``n50_crossing``
          does, that one included;
        - ``gini``; ``largest_share``, the dearest person's share, from 0 to 1;
        - ``low_number``: ``n50_crossing`` is below 10; ``dominated``: ``largest_share`` is above one tenth.

        Without cost, shares and ``gini`` are null, ``n50_crossing``, ``n50_slf`` and ``tie_size`` are 0, and the area
        is a low number and not dominated.
    """
    of_tops = ", ".join(
        f"sum(cost * least(greatest((people * {top} + 99) // 100 - people_before, 0), n)) as of_{top}" for top in TOPS
    )
    return f"""
        select area_type, area_code, deaths, people, people_with_cost, total::bigint as cost_pence,
            {", ".join(f"of_{top} / nullif(total, 0) as top_{top}" for top in TOPS)},
            {_N50_CROSSING} as n50_crossing,
            coalesce(before_cut + left_to_half // (2 * cut), 0)::bigint as n50_slf,
            coalesce(at_cut, 0) as tie_size,
            ((people + 1) * total - twice_by_rank) / nullif(people * total, 0) as gini,
            largest / nullif(total, 0) as largest_share,
            n50_crossing < {LOW_BELOW} as low_number,
            {_DOMINATED} as dominated
        from (
            select area_type, area_code, deaths, any_value(people) as people, {of_tops},
                coalesce(sum(n) filter (where cost > 0), 0)::bigint as people_with_cost,
                sum(cost * n * (2 * people_before + n + 1)) as twice_by_rank,
                any_value(n) filter (where crosses) as at_cut, {_OF_AREA}
            from ({_by_cost(people)})
            group by area_type, area_code, deaths)"""


def curve(people: str, points: int = 100) -> str:
    """SQL of the concentration curve of each area, for charts: the share of cost that the dearest people make.

    Parameters
    ----------
    people : str
        SQL of the table of people that the module describes.
    points : int
        Steps from nobody to everybody.

    Returns
    -------
    str
        SQL with one row per ``area_type``, ``area_code``, ``deaths`` (as in :func:`concentration`) and
        ``share_of_people`` = 0, 1/points, 2/points, ... 1; ``share_of_cost`` from 0 to 1 is that of so large a share
        of people, rounded down to whole people. An area without cost has no curve, and no rows.

    Raises
    ------
    ValueError
        If there is no step.
    """
    if points < 1:
        raise ValueError(f"a curve has at least one step, not {points}")
    # Of each cost, the steps that end among its people: usually none, and the first cost has the step to nobody.
    return f"""
        select area_type, area_code, deaths, step / {points} as share_of_people,
            (cost_before + cost * (step * people // {points} - people_before)) / total as share_of_cost
        from (
            select *, unnest(range(
                if(people_before = 0, 0, ((people_before + 1) * {points} + people - 1) // people),
                least({points}, ((people_before + n + 1) * {points} - 1) // people) + 1)) as step
            from ({_by_cost(people)})
            where n > 0 and total > 0)"""


def persistence(before: str, after: str) -> str:
    """SQL of what became, a year later, of those who made half of the cost of each area.

    High-resource individuals are the fewest people who make half of the cost or more, with everybody who costs exactly
    what the last of them does (so they can be more than ``n50_crossing``). Those who die within the year are among
    them. Each is in the first of these that is true: ``still_high``, among those of the area where the person lives in
    the second year, the same or another of its type; ``died`` in either year; ``left_area_or_gone``, without a row for
    the area in the second year; ``no_longer_high``.

    Parameters
    ----------
    before, after : str
        SQL of the tables of people of a year and of the next, as the module describes them, with the same areas.

    Returns
    -------
    str
        SQL with one row per ``area_type`` and ``area_code`` of the first year, with columns

        - ``high_before``, people; and of them ``still_high``, ``died``, ``left_area_or_gone`` and ``no_longer_high``,
          which add up to it. All are 0 for an area without cost;
        - ``low_number``: fewer than 10 people make half of the cost of the first year, or one of the four groups has
          somebody but fewer than 10, since a small group tells of single people as well; ``dominated``: one person
          makes more than one tenth of the cost of the first year.
    """
    groups = ("still_high", "died", "left_area_or_gone", "no_longer_high")
    return f"""
        with half as materialized ({_half(before)}), half_after as ({_half(after)}),
            high as materialized (select * from ({_who_is_high(before, "half")}) where high),
            later as (select * from ({_who_is_high(after, "half_after")}) where person in (select person from high)),
            dead as (select distinct person from ({after}) where died)
        select area_type, area_code, count(became) as high_before,
            {", ".join(f"count(*) filter (where became = '{group}') as {group}" for group in groups)},
            any_value(n50_crossing) < {LOW_BELOW}
                or {" or ".join(f"{group} between 1 and {LOW_BELOW - 1}" for group in groups)} as low_number,
            any_value(half.dominated) as dominated
        from half
        left join (
            select high.area_type, high.area_code, high.person,
                case when bool_or(later.high) then 'still_high'
                    when bool_or(high.died or dead.person is not null) then 'died'
                    when bool_or(later.area_code = high.area_code) then 'no_longer_high'
                    else 'left_area_or_gone' end as became
            from high
            left join later on later.person = high.person and later.area_type = high.area_type
            left join dead on dead.person = high.person
            group by high.area_type, high.area_code, high.person) using (area_type, area_code)
        group by area_type, area_code"""


def _checked(people: str) -> str:
    """SQL of the people of areas, without nulls: ``pence``, ``died``, and ``counts``, whether they are of the area."""
    return f"""
        select area_type, area_code, person, coalesce(died, false) as died,
            coalesce(cost_pence > 0 or weight > 0, weight is null) as counts,
            case when cost_pence < 0 then error('A cost is below nought; costs are whole pence, 0 or more.')
                else coalesce(cost_pence, 0) end as pence
        from ({people})
        where area_code is not null"""


def _by_cost(people: str, deaths: tuple[str, ...] = tuple(_DEATHS)) -> str:
    """SQL with one row per area, ``deaths`` and ``cost``: how many cost so much, and who comes before them.

    ``n`` people make the row (0 if all died), ``people_before`` are dearer and make ``cost_before``; ``people`` and
    ``total`` are those of the whole area; in one row the cost ``crosses`` half of the total. Those without cost are
    one row of an area: they are counted but not sorted.
    """
    counted = ", ".join(f"count(*) filter (where {_DEATHS[kind]}) as n_{kind}" for kind in deaths)
    sums = ", ".join(
        f"sum(n_{kind}) over {rows} as people_{rows}_{kind}, sum(cost * n_{kind}) over {rows} as cost_{rows}_{kind}"
        for kind in deaths
        for rows in ("so_far", "whole")
    )
    kinds = ", ".join(
        f"{{'deaths': '{kind}', 'n': n_{kind}, 'people': people_whole_{kind}::bigint, 'total': cost_whole_{kind}, "
        f"'people_before': (people_so_far_{kind} - n_{kind})::bigint, "
        f"'cost_before': cost_so_far_{kind} - cost * n_{kind}}}"
        for kind in deaths
    )
    return f"""
        select *, 2 * cost_before < total and 2 * (cost_before + cost * n) >= total as crosses
        from (
            select area_type, area_code, cost, unnest([{kinds}], recursive := true)
            from (
                select *, {sums}
                from (
                    select area_type, area_code, pence::hugeint as cost, {counted}
                    from ({_checked(people)})
                    group by area_type, area_code, pence)
                window so_far as (partition by area_type, area_code order by cost desc
                        rows between unbounded preceding and current row),
                    whole as (partition by area_type, area_code order by cost desc
                        rows between unbounded preceding and unbounded following)))"""


def _half(people: str) -> str:
    """SQL with one row per area: the cost of the last who makes half (``cut``), how many do, and whether one dominates.

    An area without cost has no ``cut``.
    """
    return f"""
        select area_type, area_code, cut, {_N50_CROSSING} as n50_crossing, {_DOMINATED} as dominated
        from (
            select area_type, area_code, {_OF_AREA}
            from ({_by_cost(people, ("with",))})
            group by area_type, area_code)"""


def _who_is_high(people: str, half: str) -> str:
    """SQL of people with whether each is ``high``: costs no less than the one with whom half of the cost is made."""
    return f"""
        select area_type, area_code, person, died, coalesce(pence >= cut, false) as high
        from ({_checked(people)})
        join {half} using (area_type, area_code)"""
