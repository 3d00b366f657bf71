"""A small map at the head of an area's page: where it lies in its partnership, or a partnership in the country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from locality_profiles.publish.system_maps import Layer

if TYPE_CHECKING:
    from locality_profiles.publish.maps import Sheet
    from locality_profiles.publish.reading import Profile
    from locality_profiles.publish.site import Site

#: Letters of all paths of one small map, above which it is drawn more coarsely, so many times at the most.
LARGEST, COARSEST = 13_000, 4


@dataclass
class Locators:
    """Small maps of areas among those around them; the areas of one kind in one partnership share a sheet."""

    layers: Mapping[str, Layer] = field(default_factory=dict)
    _around: dict[tuple[str, str], tuple[Layer, Sheet] | None] = field(default_factory=dict)

    def of(self, profile: Profile, site: Site) -> Markup | None:
        """The map of one area; none where fewer than two areas have an outline, or this one has none."""
        found = self._sheet(profile.area_type, "" if profile.area_type == "hscp" else site.homes[profile.key], site)
        if found is None or profile.area_code not in found[0].codes:
            return None
        from locality_profiles.publish.maps import locator

        layer, sheet = found
        drawn = locator(layer.names, sheet, layer.codes.index(profile.area_code), identifier="locator",
                        title=f"Where {profile.name} is")  # fmt: skip
        return Markup(f'<div class="map locator">{drawn.svg}</div>')

    def _sheet(self, kind: str, home: str, site: Site) -> tuple[Layer, Sheet] | None:
        if (kind, home) not in self._around:
            self._around[kind, home] = self._drawn(kind, home, site)
        return self._around[kind, home]

    def _drawn(self, kind: str, home: str, site: Site) -> tuple[Layer, Sheet] | None:
        from locality_profiles.publish.maps import COARSE, sheet_of

        layer = self.layers.get(kind)
        if layer is not None and kind != "hscp":
            layer = layer.only({p.area_code for p in site.members.get(home, ()) if p.area_type == kind})
        if layer is None or len(layer.codes) < 2:
            return None
        sheet, coarser = sheet_of(layer.shapes, COARSE), 1
        while sum(map(len, sheet.paths)) > LARGEST and coarser < COARSEST:
            coarser += 1
            sheet = sheet_of(layer.shapes, COARSE * coarser)
        return layer, sheet
