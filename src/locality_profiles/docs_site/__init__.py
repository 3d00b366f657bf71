"""The documents of this repository as a site: for a browser, from a folder, without a network.

``python -m locality_profiles.docs_site FOLDER`` writes it; ``contents.toml`` says what stands where. It has the
stylesheet of the profiles, so it follows the dark, prints, and is read by whatever reads them.
"""
