"""The nightly flow, end to end on the sample, as Prefect runs it."""

from __future__ import annotations

import shutil

import pytest
import samples

from locality_profiles.errors import ExtractRefused
from locality_profiles.publish.releases import current_release
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


def test_a_night_reads_checks_and_publishes_and_says_so(tmp_path):
    from pipelines.nightly import nightly

    make_workspace(tmp_path / "w", sample=True)
    identity = nightly(str(tmp_path / "w"))
    release = current_release(tmp_path / "w" / "data" / "published")
    assert release.id == identity
    assert (release.folder / "site" / "index.html").is_file()
    assert identity in artifacts("published")[0].data
    assert "home_care" in artifacts("extracts-read")[0].data
    assert "no release before this one" in artifacts("what-changed")[0].data


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
    assert "data_homecare_locality.csv" in told
    assert "the file is empty" in told
    assert "stays current" in told


def test_the_flow_gives_the_same_release_as_its_steps_in_order(sample, tmp_path):
    """The orchestrator orders steps and runs some side by side; it changes no byte of what is published."""
    from pipelines.nightly import nightly

    shutil.copytree(sample, tmp_path / "w", ignore=shutil.ignore_patterns("curated", "published"))
    (tmp_path / "w" / "data" / "curated").mkdir()
    nightly(str(tmp_path / "w"))
    stepwise = current_release(sample / "data" / "published").about["files"]
    flowing = current_release(tmp_path / "w" / "data" / "published").about["files"]
    assert {name: told["sha256"] for name, told in flowing.items()} == {
        name: told["sha256"] for name, told in stepwise.items()
    }


def test_the_other_flows_run_on_their_own(sample, tmp_path):
    from pipelines.build import build
    from pipelines.ingest import ingest
    from pipelines.publish import publish

    folder = samples.copy_of(sample, tmp_path / "w")
    assert len(ingest(str(folder)).files) > 20
    assert "profile" in build(str(folder)).made.tables
    assert publish(str(folder)) == current_release(folder / "data" / "published").id


def test_the_deployment_names_a_flow_that_exists():
    from importlib import import_module

    import yaml
    from running import EXAMPLES

    told = yaml.safe_load((EXAMPLES.parent / "prefect.yaml").read_text(encoding="utf-8"))
    (deployment,) = told["deployments"]
    path, name = deployment["entrypoint"].split(":")
    flow = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
    assert flow.name == "nightly"
    assert set(deployment["parameters"]) <= set(flow.parameters.properties)
