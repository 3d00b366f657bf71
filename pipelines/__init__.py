"""Prefect flows that read as recipes. The only place that knows that Prefect exists.

Each task wraps one step of ``locality_profiles.building`` at the call; tasks pass paths and small
descriptions, never rows. Results are kept by content in the workspace's own store, so Prefect's cache
is switched off: what was made from the same bytes by the same code is found, not made again.
"""
