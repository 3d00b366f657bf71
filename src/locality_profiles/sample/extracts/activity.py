"""Hospital activity: delayed discharges, emergency attendances and weekly admissions."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import rounded, write_csv
from locality_profiles.sample.services import (
    ADMISSION_TYPES,
    AGE_GROUPS,
    DELAY_REASONS,
    FIRST_WEEK,
    MONTHS,
    WEEKS,
    Hospitals,
    Services,
)

#: Fewer admissions than this in a week are left out.
FEWEST_SHOWN = 5
DISCHARGES = (
    "DischargeDestinationAdmissionToSame", "DischargeDestinationOtherSpecialty", "DischargeDestinationResidence",
    "DischargeDestinationTransfer", "DischargeDestinationUnknown",
)  # fmt: skip


def write_delayed_discharges(raw: Path, country: Country, services: Services) -> Path:
    """Bed days by month, council, age and reason: totals marked 'd', and a blank council for 'other'."""
    days = services.delayed_days
    days = np.concatenate([days, days.sum(axis=1, keepdims=True)], axis=1)
    days = np.concatenate([days.sum(axis=2, keepdims=True), days], axis=2)
    days = np.concatenate([days.sum(axis=3, keepdims=True), days], axis=3)
    month_at, place_at, age_at, reason_at = (at.ravel() for at in np.indices(days.shape))
    codes = [*(council.code for council in country.councils), "", country.code]
    length = np.array([monthrange(*month)[1] for month in MONTHS])[month_at]
    return write_csv(
        raw / "service_activity" / "delayed-discharge-beddays-council-area.csv",
        {
            "MonthOfDelay": np.array([f"{year}{month:02d}" for year, month in MONTHS])[month_at],
            "CA": np.array(codes)[place_at],
            "CAQF": np.where(place_at == len(codes) - 1, "d", ""),
            "AgeGroup": np.array(["18plus", *AGE_GROUPS])[age_at],
            "AgeGroupQF": np.where(age_at == 0, "d", ""),
            "ReasonForDelay": np.array(["All Delay Reasons", *DELAY_REASONS])[reason_at],
            "ReasonForDelayQF": np.where(reason_at == 0, "d", ""),
            "NumberOfDelayedBedDays": days.ravel(),
            "AverageDailyNumberOfDelayedBeds": np.round(days.ravel() / length).astype(int),
        },
    )


def write_attendances(raw: Path, country: Country, hospitals: Hospitals) -> Path:
    """Monthly attendances in the older set of columns; minor injury units tell totals only ('z')."""
    rng = np.random.default_rng([len(hospitals.code), len(MONTHS)])
    attended, in_time = hospitals.attendances, hospitals.in_time
    late = attended - in_time
    after_eight = rng.binomial(late, 0.16)
    after_twelve = rng.binomial(after_eight, 0.35)
    left_for = rng.multinomial(attended, [0.24, 0.01, 0.73, 0.012, 0.008])
    episodes = np.broadcast_to(hospitals.is_department, attended.shape).ravel()

    def told(values: np.ndarray) -> list[int | None]:
        return [int(value) if shown else None for value, shown in zip(values.ravel(), episodes, strict=True)]

    qualifier = np.where(episodes, "", "z")
    month_at, place_at = (at.ravel() for at in np.indices(attended.shape))
    columns: dict[str, Any] = {
        "Month": np.array([f"{year}{month:02d}" for year, month in MONTHS])[month_at],
        "Country": np.full(attended.size, country.code),
        "HBT": np.array([board.code for board in country.boards])[hospitals.board[place_at]],
        "TreatmentLocation": np.array(hospitals.code)[place_at],
        "DepartmentType": np.where(episodes, "Emergency Department", "Minor Injury Unit or Other"),
    }
    for name, values in (("Attendances", attended), ("MeetingTarget", in_time)):
        stem = f"NumberOf{name}" if name == "Attendances" else f"Number{name}"
        columns |= {f"{stem}Aggregate": values.ravel(), f"{stem}Episode": told(values), f"{stem}EpisodeQF": qualifier}
    detailed = {name: left_for[:, :, number] for number, name in enumerate(DISCHARGES)}
    detailed |= {"AttendanceGreater8hrs": after_eight, "AttendanceGreater12hrs": after_twelve}
    for name, values in detailed.items():
        columns |= {name: told(values), f"{name}QF": qualifier}
    return write_csv(raw / "service_activity" / "monthly_ae_waitingtimes.csv", columns, quoted=True)


def write_admissions(raw: Path, country: Country, services: Services) -> Path:
    """Weekly admissions of a partnership's residents by deprivation; rows below five are left out."""
    number = np.concatenate([services.admissions.sum(axis=3, keepdims=True), services.admissions], axis=3)
    usual = np.concatenate([services.usual_admissions.sum(axis=3, keepdims=True), services.usual_admissions], axis=3)
    shown = (number >= FEWEST_SHOWN) & (usual > 0)
    # Weeks, then types, then partnerships and quintiles: the order of the rows.
    week_at, type_at, place_at, quintile_at = np.nonzero(shown.transpose(0, 3, 1, 2))
    counted, mean = (values[week_at, place_at, quintile_at, type_at] for values in (number, usual))
    days = [FIRST_WEEK + timedelta(days=7 * week) for week in range(WEEKS)]
    return write_csv(
        raw / "service_activity" / "hospital_admissions_hscp_simd.csv",
        {
            "WeekEnding": np.array([f"{day:%Y%m%d}" for day in days])[week_at],
            "HSCP": np.array([place.code for place in country.partnerships])[place_at],
            "SIMDQuintile": quintile_at + 1,
            "AdmissionType": np.array(["All", *ADMISSION_TYPES])[type_at],
            "AdmissionTypeQF": np.where(type_at == 0, "d", ""),
            "NumberAdmissions": counted,
            "Average20182019": rounded(mean),
            "PercentVariation": rounded(100 * (counted - mean) / mean),
        },
    )
