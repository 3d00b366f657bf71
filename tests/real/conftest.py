"""The real Shetland and Scotland, built once for all tests that look at them."""

from __future__ import annotations

from pathlib import Path

import pytest
import running


@pytest.fixture(scope="session")
def shetland(real_extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> running.Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALITY_PROFILES_EXTRACTS", str(real_extracts))
        return running.publish(running.example("shetland", tmp_path_factory.mktemp("shetland")))[0]


@pytest.fixture(scope="session")
def scotland(real_extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> running.Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALITY_PROFILES_EXTRACTS", str(real_extracts))
        return running.publish(running.example("scotland", tmp_path_factory.mktemp("scotland")), ("site",), ())[0]
