"""What follows from one stay in hospital to the next of the same person."""

from __future__ import annotations

#: A readmission is within this many days of discharge.
READMITTED_WITHIN = 28


def with_readmissions(stays: str, last_day: str) -> str:
    """SQL of stays, each with whether it was discharged alive, could be followed, and was followed by a readmission.

    A readmission is the person's next stay, if that is an emergency and begins within 28 days of discharge. Only a
    discharge alive can be followed by one: whoever died is in neither number. A stay that ended within 28 days of
    the extract's last day has not been followed for long enough and is in neither number either, so the last month
    is not too low.

    Parameters
    ----------
    stays : str
        SQL of a table with columns ``person``, ``start_day``, ``end_day`` (null while the stay lasts), ``emergency``
        and ``died`` (both boolean), one row per stay; any further columns are kept.
    last_day : str
        SQL of the last day that the extract covers.

    Returns
    -------
    str
        The same rows with ``discharged_alive`` (counts below) and ``readmitted`` (counts above).

    Source: core suite of integration indicators, indicator 14 (Public Health Scotland).
    """
    return f"""
        select * exclude (next_start, next_emergency),
            end_day is not null and not died and end_day + {READMITTED_WITHIN} <= {last_day} as discharged_alive,
            coalesce(end_day is not null and not died and end_day + {READMITTED_WITHIN} <= {last_day}
                and next_emergency and date_diff('day', end_day, next_start) between 0 and {READMITTED_WITHIN},
                false) as readmitted
        from (
            select *, lead(start_day) over following as next_start, lead(emergency) over following as next_emergency
            from ({stays})
            window following as (partition by person order by start_day, end_day nulls last, emergency desc))"""
