"""Write the documents as a site, or say what in them leads nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

from locality_profiles.docs_site.links import faults
from locality_profiles.docs_site.writing import write_docs
from locality_profiles.errors import LocalityProfilesError

ROOT = Path(__file__).resolve().parents[3]


def main(arguments: list[str]) -> int:
    """``[--check] [FOLDER]``: check the links, then write the site into the folder."""
    out = next((Path(given) for given in arguments if not given.startswith("-")), ROOT / "workspaces" / "docs")
    try:
        found = faults(ROOT)
        if found:
            sys.stderr.write("\n".join(problem.sentence() for problem in found) + "\n")
            return 1
        if "--check" not in arguments:
            pages = write_docs(ROOT, out)
            sys.stdout.write(f"{len(pages)} pages. Open {out / 'index.html'} in a browser.\n")
    except LocalityProfilesError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
