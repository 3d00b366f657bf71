"""``python -m locality_profiles``."""

from locality_profiles.cli import main

main()
