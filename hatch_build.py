"""Hatchling's hook: a wheel or an sdist is built with desk and widget inside."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "tooling"))

import frontend

EDITABLE = "editable"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Builds the front end before the files of a distribution are collected."""

    def dependencies(self) -> list[str]:
        """Ask for Node.js from the package index only when something must be built without one."""
        needed = frontend.exists() and not frontend.is_current() and not frontend.system_node()
        return [frontend.NODE_REQUIREMENT] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build, except for an editable install: there `make build` does it."""
        if version != EDITABLE:
            frontend.build()
