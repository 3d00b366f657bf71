"""The annual financial statement: what an integration authority intends to spend, in tables that add up to one another.

Public Bodies (Joint Working) (Scotland) Act 2014, section 39: each year the total resource that the authority intends
to spend in carrying out its strategic plan. Here the same resource (see ``resource``) is told in several tables, and
every total that stands in more than one of them is the same to the penny, which ``statement_check`` sees to.
"""

from __future__ import annotations

from collections.abc import Mapping

from locality_profiles.finance.allocation import FOR_OTHERS
from locality_profiles.finance.coding import text
from locality_profiles.finance.resource import FAMILY, LEDGER, SUMS, for_others, own_lines, whole_years
from locality_profiles.ledger.codes import services, words

#: What nothing tells.
NOT_STATED = "NOT_STATED"
#: What is told beside the statement, and is in none of its totals.
BESIDE = "beside"

#: Payments to the board stand by who pays them; hosted services, the set-aside and reserves by themselves.
_PAYER = """case when scope in ('delegated', 'housing') then partner
    when scope in ('hosted_in', 'hosted_out') then 'hosted' else scope end"""
_PAID_FOR = """case when part = 'for_others' then 'hosted_for_others'
    when scope in ('hosted_in', 'hosted_out') then scope
    when scope in ('delegated', 'housing') then partner || '/' || scope else scope || '/' || partner end"""
#: Tables of the statement, each with what its rows of level 1 and, where it has any, of level 2 are by.
TABLES: Mapping[str, tuple[str, str]] = {
    "resource": (_PAYER, _PAID_FOR),
    "service": (FAMILY, "service_code"),
    "split": ("split", ""),
    "care_group": ("care_group", ""),
    "recurring": (f"coalesce(recurring, '{NOT_STATED}')", ""),
    "ringfence": (f"coalesce(ringfence_code, '{NOT_STATED}')", ""),
}
_HOSTED = {
    "hosted": "Services that one partnership runs for several", "hosted_in": "Our part of what others run",
    "hosted_out": "All of what we run for several", "hosted_for_others": "Less what others use of what we run",
}  # fmt: skip


def financial_statement(ledger: str, allocation: str) -> str:
    """SQL of ``financial_statement``: the resource of each partnership, year and version, in long form.

    Parameters
    ----------
    ledger, allocation : str
        SQL of ``ledger_line`` and ``allocation``.

    Returns
    -------
    str
        Rows of these tables (``table_id``): ``resource`` (who pays for what), ``service``, ``split``, ``care_group``,
        ``recurring``, ``ringfence``, one for each kind of area (by what its people used, with what is placed on no
        area), and ``beside``. The row of ``level`` 0 is the total, rows of level 1 are its parts, rows of level 2 the
        parts of the row of level 1 that ``part_of`` names. What there is no line of has no row, and is not nought.
        By area only net money is known: gross and income are empty there.
    """
    above = "if(level = 2, part_of, row_id)"
    return f"""
        with summed as (
            select {LEDGER}, table_id, level, row_id, part_of, {SUMS}
            from ({_by_line(ledger, allocation)} union all by name {_by_area(ledger, allocation)}
                union all by name {_beside(ledger, allocation)})
            group by all),
        place as ({_places()})
        select {LEDGER}, table_id, level, row_id, part_of,
            row_number() over (partition by {LEDGER}, table_id
                order by level > 0, first.place nulls last, {above}, level, own.place nulls last, row_id) as position,
            coalesce(own.title, row_id) as title, gross_pence, income_pence, net_pence
        from summed
        left join place own using (table_id, row_id)
        left join (select table_id, row_id as above, place from place) first
            on first.table_id = summed.table_id and first.above = {above.replace("row_id", "summed.row_id")}"""


def _by_line(ledger: str, allocation: str) -> str:
    """SQL of every line of the own resource, once for each row that it counts in."""
    rows = []
    for table, (one, two) in TABLES.items():
        rows.append(_row(table, 0, "'total'", "null"))
        rows.append(_row(table, 1, one, "'total'"))
        if two:
            rows.append(_row(table, 2, two, one))
    return f"""
        select {LEDGER}, unnest([{", ".join(rows)}], recursive := true), gross_pence, income_pence, net_pence
        from ({own_lines(ledger, allocation)})"""


def _row(table: str, level: int, row: str, part_of: str) -> str:
    return (f"struct_pack(table_id := '{table}', level := {level}::bigint, row_id := {row}, "
            f"part_of := {part_of}::varchar)")  # fmt: skip


def _by_area(ledger: str, allocation: str) -> str:
    """SQL of what areas use of the own resource; what others use of what is run for them is in no area here."""
    rows = ", ".join((_row("", 0, "'total'", "null"), _row("", 1, "part.area_code", "'total'")))
    return f"""
        select {LEDGER}, area_type as table_id, level, row_id, part_of, net_pence
        from (
            select {LEDGER}, part.area_type, unnest([{rows}], recursive := true), amount_pence as net_pence
            from ({allocation}) part join ({whole_years(ledger)}) line using (line_id)
            where basis = 'used' and scope <> 'managed' and not ends_with(part.area_code, '/{FOR_OTHERS}'))"""


def _beside(ledger: str, allocation: str) -> str:
    """SQL of what is in no total: what is managed but not delegated, and what is run for others."""
    return f"""
        select {LEDGER}, '{BESIDE}' as table_id, 1::bigint as level, 'managed' as row_id, null::varchar as part_of,
            gross_pence, income_pence, net_pence
        from ({whole_years(ledger)}) where scope = 'managed'
        union all by name
        select {LEDGER}, '{BESIDE}' as table_id, 1::bigint as level, 'hosted_for_others' as row_id,
            null::varchar as part_of, other.net_pence as gross_pence, 0::bigint as income_pence, other.net_pence
        from ({for_others(allocation)}) other join ({whole_years(ledger)}) line using (line_id)
        where scope = 'hosted_out'"""


def _places() -> str:
    """SQL of the rows that are declared, with their places and titles."""
    rows = [
        f"({text(table)}, {text(row)}, {place}, {text(title)})"
        for table, titles in _titles().items()
        for place, (row, title) in enumerate(titles.items())
    ]
    return f"select * from (values {', '.join(rows)}) as told(table_id, row_id, place, title)"


def _titles() -> dict[str, dict[str, str]]:
    """Titles of rows by table, in the order in which they stand."""
    told = words()
    payers, scopes = told["partner"], told["scope"]
    paid = {f"{partner}/{scope}": scopes[scope] for partner in payers for scope in ("delegated", "housing")}
    kept = {f"{scope}/{partner}": payers[partner] for scope in ("set_aside", "reserve") for partner in payers}
    total = {"total": "Total resource"}
    by = {
        "resource": {**{partner: f"Payment by: {title}" for partner, title in payers.items()},
                     "set_aside": scopes["set_aside"], **_HOSTED, "reserve": scopes["reserve"], **paid, **kept},
        "service": {code: service.title for code, service in services().items()},
        "split": told["split"], "care_group": told["care_group"],
        "recurring": {**told["recurring"], NOT_STATED: "Not stated"}, "ringfence": {NOT_STATED: "In no fund"},
    }  # fmt: skip
    beside = {"managed": scopes["managed"], "hosted_for_others": "What others use of what we run"}
    return {**{table: {**total, **titles} for table, titles in by.items()}, BESIDE: beside}


# --- the check ------------------------------------------------------------------------------------


def statement_check(statement: str, flow: str, split: str, programmes: str, localities: str, hosted: str) -> str:
    """SQL of ``statement_check``: each total beside every table that tells it.

    Parameters
    ----------
    statement, flow, split, programmes, localities, hosted : str
        SQL of ``financial_statement``, ``money_flow``, ``statutory_split``, ``programme_matrix``, ``locality_budget``
        and ``hosted_matrix``.

    Returns
    -------
    str
        One row for each partnership, year, version, ``total`` and table that should tell it (``told_by``), with
        ``net_pence`` there (empty where that table does not tell it), ``statement_pence``, the sum in the statement,
        and ``difference_pence``, the one less the other. Every difference is 0, or something is counted twice or lost;
        it is empty where one of the two does not tell the total.
    """
    told = " union all ".join((
        _told_by_statement(statement), _told_by_flow(flow, statement), _told_by_split(split),
        _told_by_programmes(programmes), _told_by_localities(localities), _told_by_hosted(statement, hosted),
    ))  # fmt: skip
    ledger = "hscp_code, period_start, version"
    return f"""
        with told as ({told}),
        reference as (
            select {ledger}, total, net_pence from told where starts_with(told_by, 'financial_statement: ')
            qualify row_number() over (partition by {ledger}, total
                order by told_by <> 'financial_statement: resource', told_by) = 1),
        -- A table that tells totals of a kind should tell all of them of every ledger; the statutory split tells one
        -- version of a year only, and there all of them.
        teller as (
            select distinct kind, told_by, {ledger} from told where starts_with(told_by, 'statutory_split')
            union
            select kind, told_by, {ledger}
            from (select distinct kind, told_by from told where not starts_with(told_by, 'statutory_split'))
            cross join (select distinct {ledger} from told)),
        expected as (
            select distinct {ledger}, total, kind, told_by
            from (select distinct {ledger}, kind, total from told) join teller using ({ledger}, kind))
        select distinct hscp_code, 'financial_year' as period_type, period_start,
            (period_start + interval 1 year - interval 1 day)::date as period_end, version, total, told_by,
            told.net_pence, reference.net_pence as statement_pence,
            told.net_pence - reference.net_pence as difference_pence
        from expected
        left join told using ({ledger}, total, kind, told_by)
        left join reference using ({ledger}, total)"""


def _total(
    kind: str, by: str, told_by: str, table: str, where: str = "true", pence: str = "net_pence", group: str = ""
) -> str:
    """SQL of one kind of total as one table tells it.

    ``by`` is SQL of what tells the totals of the kind apart. Tables that tell totals of one ``group`` (the kind, unless
    it is given) should all tell the same totals.
    """
    name = f"'{kind}: ' || {by}" if by else f"'{kind}'"
    return f"""
        select hscp_code, period_start, version, '{group or kind}' as kind, {name} as total, {told_by} as told_by,
            sum({pence})::bigint as net_pence
        from ({table}) where {where} group by all"""


#: A scope is the sum of rows of level 2: what is delegated, for one, of those of each partner.
_SCOPE = """case when row_id in ('hosted_in', 'hosted_out', 'hosted_for_others') then row_id
    when part_of in ('set_aside', 'reserve') then part_of else split_part(row_id, '/', 2) end"""


def _told_by_statement(statement: str) -> str:
    told_by = "'financial_statement: ' || table_id"
    with_parts = " and ".join(("level = 2", f"table_id in ({', '.join(text(t) for t, by in TABLES.items() if by[1])})"))
    return " union all ".join((
        _total("all", "", told_by, statement, "level = 0"),
        _total("all", "", "'parts of financial_statement: ' || table_id", statement,
               f"level = 1 and table_id <> '{BESIDE}'"),
        _total("all", "", "'parts of parts of financial_statement: ' || table_id", statement, with_parts),
        _total("scope", _SCOPE, told_by, statement, "table_id = 'resource' and level = 2"),
        _total("family", "row_id", told_by, statement, "table_id = 'service' and level = 1"),
        _total("split", "row_id", told_by, statement, "table_id = 'split' and level = 1"),
        _total("care group", "row_id", told_by, statement, "table_id = 'care_group' and level = 1"),
        _total("beside", "row_id", told_by, statement, f"table_id = '{BESIDE}'"),
    ))  # fmt: skip


def _told_by_flow(flow: str, statement: str) -> str:
    # What others use is no line of a ledger: the flow tells all of what is run for several.
    own = f"""
        select hscp_code, period_start, version, scope, net_pence from ({flow}) where scope <> 'managed'
        union all
        select hscp_code, period_start, version, row_id, net_pence from ({statement})
        where table_id = 'resource' and row_id = 'hosted_for_others'"""
    managed = f"select * from ({flow}) where scope = 'managed'"
    return " union all ".join((
        _total("all", "", "'money_flow'", own), _total("scope", "scope", "'money_flow'", own),
        _total("beside", "scope", "'money_flow'", managed, group="managed"),
        _total("beside", "row_id", f"'financial_statement: {BESIDE}'", statement,
               f"table_id = '{BESIDE}' and row_id = 'managed'", group="managed"),
    ))  # fmt: skip


def _told_by_split(split: str) -> str:
    # A part of which a ledger has no line is told as nought there, and has no row in the statement.
    now = f"select * from ({split}) where years_before = 0 and lines > 0"
    return " union all ".join((
        _total("all", "", "'statutory_split'", now, "breakdown = 'split'"),
        _total("all", "", "'statutory_split: care groups'", now, "breakdown = 'care_group'"),
        _total("split", "part", "'statutory_split'", now, "breakdown = 'split'"),
        _total("care group", "part", "'statutory_split: care groups'", now, "breakdown = 'care_group'"),
    ))  # fmt: skip


def _told_by_programmes(programmes: str) -> str:
    return " union all ".join((
        _total("all", "", "'programme_matrix'", programmes),
        _total("care group", "care_group", "'programme_matrix'", programmes),
    ))  # fmt: skip


def _told_by_localities(localities: str) -> str:
    told_by = "'locality_budget: ' || area_type"
    return " union all ".join((
        _total("all", "", told_by, localities, pence="used_pence"),
        _total("family", FAMILY, told_by, localities, pence="used_pence"),
    ))  # fmt: skip


def _told_by_hosted(statement: str, hosted: str) -> str:
    of_host = f"select host_hscp as hscp_code, * from ({hosted}) where host_pence is not null"
    of_user = f"select user_hscp as hscp_code, * from ({hosted}) where user_pence is not null"
    for_others = f"select * from ({of_host}) where user_hscp not in (host_hscp, 'NOT_TOLD')"
    told_by = "'financial_statement: ' || table_id"
    return " union all ".join((
        _total("beside", "'hosted_for_others'", "'hosted_matrix'", for_others, pence="host_pence", group="for others"),
        _total("beside", "row_id", told_by, statement, f"table_id = '{BESIDE}' and row_id = 'hosted_for_others'",
               group="for others"),
        _total("scope", "'hosted_in'", "'hosted_matrix'", of_user, pence="user_pence", group="hosted in"),
        _total("scope", "row_id", told_by, statement, "row_id = 'hosted_in'", group="hosted in"),
        _total("scope", "'hosted_out'", "'hosted_matrix'", of_host, pence="host_pence", group="hosted out"),
        _total("scope", "row_id", told_by, statement, "row_id = 'hosted_out'", group="hosted out"),
    ))  # fmt: skip
