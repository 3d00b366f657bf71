"""A synthetic workspace: a made-up country whose extracts are laid out as the real ones are.

It shows what the toolkit does, and the tests and benchmarks run on it, where no real extract may be.
The layouts and their oddities are the publishers'; every name, code and number is invented.

``names``
    Words for places that are nowhere.
``land``
    Outlines: islands and a mainland, cut into small zones.
``country``
    Which zone belongs to which locality, council, partnership and board.
``people``
    Who lives in each zone, year by year, and how well off they are.
``services``
    What they need: practices, home care, hospital, money.
``extracts``
    Those figures, written as each publisher writes them (``files`` knows the file formats).
``settings``
    ``profiles.toml`` and the note that says that all of it is synthetic.
``linked``
    Records about people who do not exist, of any number, in files like Source's; some for the home partnership.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SIZES = ("shetland", "scotland")


@dataclass(frozen=True)
class SampleSummary:
    """What was written where."""

    folder: Path
    size: str
    seed: int
    country: str
    partnerships: int
    localities: int
    neighbourhoods: int
    practices: int
    clusters: int
    wards: int
    data_zones: int
    people: int
    files: tuple[str, ...]
    """Paths from ``folder``, in order of name."""

    def sentence(self) -> str:
        """The summary as a person would say it."""
        return (
            f"{self.country} is synthetic: {self.people:,} people in {self.data_zones:,} data zones, "
            f"{self.localities} localities and {self.partnerships} partnerships, none of which exists."
        )


def write_sample(folder: Path, size: str = "shetland", seed: int = 2026) -> SampleSummary:
    """Write a synthetic workspace: extracts in ``data/raw`` and ``profiles.toml``.

    The same ``size`` and ``seed`` give the same bytes.

    Parameters
    ----------
    folder
        The workspace. Files of the same names are replaced, others are left alone.
    size
        ``shetland``: one island partnership of seven localities inside a country of four
        partnerships. ``scotland``: a country of Scotland's size, for benchmarks.
    seed
        Any whole number; another one gives another country of the same shape.

    Raises
    ------
    ValueError
        If ``size`` is not known.
    """
    if size not in SIZES:
        raise ValueError(f"a sample has the size {' or '.join(SIZES)}, not '{size}'")
    from locality_profiles.sample.country import found_country
    from locality_profiles.sample.extracts import write_extracts
    from locality_profiles.sample.people import settle
    from locality_profiles.sample.services import provide
    from locality_profiles.sample.settings import write_readme, write_settings

    folder = Path(folder)
    raw = folder / "data" / "raw"
    country = found_country(size, seed)
    people = settle(country, seed)
    services = provide(country, people, seed)
    written = write_extracts(raw, country, people, services, seed, records=size == "shetland")
    written.append(write_readme(raw, country))
    written.append(write_settings(folder, size, country, services.practices))
    return SampleSummary(
        folder=folder,
        size=size,
        seed=seed,
        country=country.name,
        partnerships=len(country.partnerships),
        localities=len(country.localities),
        neighbourhoods=len(country.neighbourhoods),
        practices=len(services.practices.code),
        clusters=len({name for name in services.practices.cluster if not name.endswith("Undefined")}),
        wards=len(country.wards),
        data_zones=country.zones,
        people=int(people.persons[-1].sum()),
        files=tuple(sorted(path.relative_to(folder).as_posix() for path in written)),
    )
