"""Columns of the linked files, as Source names, types and orders them: those that a locality profile needs."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from locality_profiles.sample.linked_draws import MONTHS

TEXT, WHOLE, NUMBER, DAY, YES_NO, POUNDS = (
    pa.string(), pa.int32(), pa.float64(), pa.date32(), pa.bool_(), pa.decimal128(12, 2)
)  # fmt: skip

CONDITIONS = (
    "arth", "asthma", "atrialfib", "cancer", "cvd", "liver", "copd", "dementia", "diabetes", "epilepsy", "chd",
    "hefailure", "ms", "parkinsons", "refailure", "congen", "bloodbfo", "endomet", "digestive",
)  # fmt: skip
QUARTERS = ("q1", "q2", "q3", "q4")
PLACES: Mapping[str, pa.DataType] = {
    "gpprac": WHOLE, "cluster": TEXT, "datazone2011": TEXT, "locality": TEXT, "hscp2018": TEXT, "ca2018": TEXT,
    "hb2019": TEXT, "simd2020v2_sc_quintile": WHOLE,
}  # fmt: skip
COHORTS: Mapping[str, pa.DataType] = {
    "demographic_cohort": TEXT, "service_use_cohort": TEXT, "sparra_start_fy": WHOLE,
}  # fmt: skip


def _all(names: tuple[str, ...], kind: pa.DataType) -> dict[str, pa.DataType]:
    return dict.fromkeys(names, kind)


def _measures(group: str, *measures: str) -> dict[str, pa.DataType]:
    return {f"{group}_{m}": POUNDS if m == "cost" else NUMBER if m == "beddays" else WHOLE for m in measures}


EPISODE: Mapping[str, pa.DataType] = {
    **_all(("year", "recid", "smrtype", "anon_chi"), TEXT),
    "record_keydate1": DAY, "record_keydate2": DAY,
    "gender": WHOLE, "dob": DAY, "age": WHOLE, "deceased": YES_NO, "death_date": DAY,
    **PLACES,
    **_all(("hbtreatcode", "location", "commhosp", "spec"), TEXT),
    **_all(tuple(f"diag{n}" for n in range(1, 7)), TEXT),
    **_all(("op1a", "deathdiag1", "ipdc", "tadm", "disch"), TEXT),
    "cij_marker": WHOLE, "cij_start_date": DAY, "cij_end_date": DAY, "cij_pattype_code": WHOLE,
    **_all(("cij_pattype", "cij_ipdc", "cij_admtype"), TEXT),
    **_all(("cij_ppa", "cij_delay"), WHOLE),
    **_all(("stay", "yearstay", *(f"{month}_beddays" for month in MONTHS)), NUMBER),
    **_all(("cost_total_net", "cost_total_net_inc_dnas", *(f"{month}_cost" for month in MONTHS)), POUNDS),
    "attendance_status": WHOLE,
    **_all(("refsource", "ae_attendcat", "ae_disdest"), TEXT),
    "falls_adm": WHOLE,
    **_all(("dd_responsible_lca", "primary_delay_reason", "secondary_delay_reason"), TEXT),
    "ch_postcode": TEXT, "ch_provider": TEXT, "ch_nursing": WHOLE,
    **_all(("hc_hours_annual", *(f"hc_hours_{q}" for q in QUARTERS)), NUMBER),
    **_all(tuple(f"hc_cost_{q}" for q in QUARTERS), POUNDS),
    "hc_provider": TEXT, "hc_reablement": WHOLE, "sc_send_lca": TEXT,
    **_all(("no_paid_items", "total_no_dn_contacts"), NUMBER),
    "hl1_application_ref": TEXT, "hl1_sending_lca": TEXT,
}  # fmt: skip

_STAYS = ("episodes", "beddays", "cost")
INDIVIDUAL: Mapping[str, pa.DataType] = {
    **_all(("year", "anon_chi"), TEXT),
    "gender": WHOLE, "dob": DAY, "age": WHOLE, "deceased": YES_NO, "death_date": DAY,
    **PLACES,
    "nsu": WHOLE, "keep_population": WHOLE,
    **_all(("cij_total", "cij_el", "cij_non_el", "cij_mat", "cij_delay", "preventable_admissions"), WHOLE),
    "preventable_beddays": NUMBER,
    "health_net_cost": POUNDS, "health_net_cost_inc_dnas": POUNDS,
    **_measures("acute", "episodes", "cost"),
    **_measures("acute_inpatient", *_STAYS),
    **_measures("acute_el_inpatient", *_STAYS),
    **_measures("acute_non_el_inpatient", *_STAYS),
    **_measures("acute_daycase", "episodes", "cost"),
    **_measures("gls", "episodes", "cost"),
    **_measures("gls_inpatient", *_STAYS),
    **_measures("mh", "episodes", "cost"),
    **_measures("mh_inpatient", *_STAYS),
    **_measures("mat", "episodes", "cost"),
    **_measures("mat_inpatient", *_STAYS),
    **_measures("mat_daycase", "episodes", "cost"),
    "op_newcons_attendances": WHOLE, "op_cost_attend": POUNDS, "op_newcons_dnas": WHOLE, "op_cost_dnas": POUNDS,
    "ae_attendances": WHOLE, "ae_cost": POUNDS, "pis_paid_items": NUMBER, "pis_cost": POUNDS,
    "ooh_cases": WHOLE, "ooh_cost": POUNDS,
    **_all(("ooh_homev", "ooh_advice", "ooh_dn", "ooh_nhs24", "ooh_pcc", "ooh_other"), WHOLE),
    **_measures("dd_noncode9", "episodes", "beddays"),
    **_measures("dd_code9", "episodes", "beddays"),
    "dn_episodes": WHOLE, "dn_contacts": NUMBER, "dn_cost": POUNDS, "cmh_contacts": WHOLE,
    "ch_cis_episodes": WHOLE, "ch_beddays": NUMBER, "ch_cost": POUNDS,
    "hc_episodes": WHOLE, "hc_total_hours": NUMBER, "hc_total_cost": POUNDS,
    "hc_personal_episodes": WHOLE, "hc_personal_hours": NUMBER,
    "hc_non_personal_episodes": WHOLE, "hc_non_personal_hours": NUMBER,
    "hc_reablement_episodes": WHOLE, "hc_reablement_hours": NUMBER,
    **_all(("at_alarms", "at_telecare", *(f"sds_option_{n}" for n in range(1, 5)), "hl1_in_fy"), WHOLE),
    # The ranks of people by cost need everybody at once; the files are made slice by slice.
    **_all(("hri_scot", "hri_hb", "hri_lca"), WHOLE), **_all(("hri_scotp", "hri_hbp", "hri_lcap"), NUMBER),
    **_all(CONDITIONS, WHOLE),
    **COHORTS,
}  # fmt: skip
