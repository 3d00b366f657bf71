"""Episode files as text, for ``episodes_datatable.R``: Debian's R has no reader of Parquet.

``python benchmarks/episodes_csv.py FOLDER CSV`` writes a file of CSV for each episode file in FOLDER, with the columns
that are counted, and prints the seconds that it took, which are no part of R's. A hundred million rows are some ten
gigabytes.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
DAYS, COSTS = (tuple(f"{month}_{what}" for month in MONTHS) for what in ("beddays", "cost"))
OF_ALL = ("smrtype", "anon_chi", "record_keydate1", "record_keydate2", "gender", "age", "datazone2011")
STAY = ("location", "ipdc", "cij_marker", "cij_start_date", "cij_pattype_code", "cij_admtype", "yearstay",
        "cost_total_net", *DAYS, *COSTS)  # fmt: skip
#: Columns of each kind of record, besides those of all.
COLUMNS = {
    **dict.fromkeys(("GLS", "02B", "04B"), STAY), "01B": (*STAY, "tadm", *(f"diag{n}" for n in range(1, 7))),
    "00B": ("attendance_status", "cost_total_net"), "AE2": ("ae_disdest", "cost_total_net"),
    "OoH": ("cost_total_net",), "PIS": ("no_paid_items", "cost_total_net"),
    "DN": ("total_no_dn_contacts", "cost_total_net"), "CH": ("ch_provider", *DAYS, *COSTS),
    "HC": ("hc_provider", "hc_reablement", *(f"hc_{what}_q{n}" for what in ("hours", "cost") for n in range(1, 5))),
    "DD": ("primary_delay_reason", "secondary_delay_reason", *DAYS),
}  # fmt: skip


def as_text(folder: Path, out: Path) -> None:
    """Write each episode file of a folder as CSV."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for path in sorted(folder.glob("source-episode-file-*.parquet")):
            columns = ", ".join((*OF_ALL, *COLUMNS.get(path.stem.rpartition("-")[2], ())))
            target = out / f"{path.stem}.csv"
            connection.execute(f"copy (select {columns} from '{path}') to '{target}' (format csv, header)")


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("python benchmarks/episodes_csv.py FOLDER CSV\n")
        return 2
    folder, out = map(Path, arguments)
    begun = time.monotonic()
    as_text(folder, out)
    told = {
        "seconds": round(time.monotonic() - begun, 3),
        "bytes": sum(path.stat().st_size for path in out.glob("*.csv")),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
