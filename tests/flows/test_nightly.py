"""The nightly flow, end to end on the sample, as Prefect runs it."""

from __future__ import annotations

import pytest
import samples
from running import what_is_published
from small_country import country_at

from locality_profiles.errors import ExtractRefused
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.starting import make_workspace

pytestmark = [pytest.mark.flow, pytest.mark.usefixtures("prefect_server")]

CARE = "data/raw/social_care/data_homecare_locality.csv"


def artifacts(key: str) -> list:
    """Artifacts of that key, newest first."""
    import asyncio

    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    async def read() -> list:
        async with get_client() as client:
            return await client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))

    return sorted(asyncio.run(read()), key=lambda found: found.created, reverse=True)


@pytest.fixture(scope="module")
def first_night(prefect_server, tmp_path_factory) -> tuple[str, Release, list[str]]:
    """The id that the first night gives, its release, and what its artifacts say."""
    from pipelines.nightly import nightly

    folder = tmp_path_factory.mktemp("night") / "w"
    make_workspace(folder, sample=True)
    identity = nightly(str(folder))
    told = [artifacts(key)[0].data for key in ("published", "extracts-read", "what-changed")]
    return identity, current_release(folder / "data" / "published"), told


def test_a_night_reads_checks_and_publishes_and_says_so(first_night):
    identity, release, (published, read, changed) = first_night
    assert release.id == identity
    assert (release.folder / "site" / "index.html").is_file()
    assert identity in published
    assert "home_care" in read
    assert "no release before this one" in changed


def test_the_flow_gives_the_same_release_as_its_steps_in_order(first_night, sample):
    """The orchestrator orders steps and runs some side by side; it changes no byte of what is published."""
    _, flowing, _ = first_night
    assert what_is_published(flowing) == what_is_published(current_release(sample / "data" / "published"))


def test_the_next_night_with_nothing_new_changes_nothing(sample, tmp_path):
    from pipelines.nightly import nightly

    folder = samples.copy_of(sample, tmp_path / "w")
    before = current_release(folder / "data" / "published")
    assert nightly(str(folder)) == before.id
    assert current_release(folder / "data" / "published").about["finished"] == before.about["finished"]
    assert "Nothing has changed" in artifacts("published")[0].data


def test_a_night_with_a_broken_extract_fails_says_why_and_leaves_the_release(sample, tmp_path):
    from pipelines.nightly import nightly

    folder = samples.copy_of(sample, tmp_path / "w")
    before = current_release(folder / "data" / "published")
    (folder / CARE).write_bytes(b"")
    with pytest.raises(ExtractRefused):
        nightly(str(folder))
    assert current_release(folder / "data" / "published").id == before.id
    told = artifacts("failed")[0].data
    assert r"data\_homecare\_locality.csv" in told, "a name is told as text, not as Markdown"
    assert "the file is empty" in told
    assert "stays current" in told


def test_the_other_flows_run_on_their_own(tmp_path):
    from pipelines.build import build
    from pipelines.ingest import ingest
    from pipelines.publish import publish

    folder = country_at(tmp_path / "w")
    assert len(ingest(str(folder)).files) == 4
    assert "profile" in build(str(folder)).made.tables
    assert publish(str(folder)) == current_release(folder / "data" / "published").id
