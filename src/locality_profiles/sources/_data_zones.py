"""Which edition of data zones a file is about: its codes tell. Not a source itself."""

from __future__ import annotations

from locality_profiles.geography.vintages import USUAL, one_vintage, plural
from locality_profiles.tables.cells import Cells


def block_type_of(cells: Cells, column: str) -> str:
    """The edition that the codes of a column are of, as a block type; codes of another are a problem.

    What is no code of a data zone is left to the check of codes.
    """
    spelling = cells.raw.find(column)
    assert spelling is not None, f"the layout promised the column '{column}'"
    vintage = one_vintage(cells.raw.columns[spelling])
    if vintage.what:
        cells.reject(
            column, vintage.others, f"{vintage.what}; one edition was expected",
            "Keep the zones of one edition in a file, and put those of another in a file of their own.",
        )  # fmt: skip
    return vintage.block_type


def marked(claim: str, block_type: str) -> str:
    """A claim that also names the edition, where it is not the usual one."""
    return claim if block_type == USUAL else f"{claim}, {plural(block_type)}"
