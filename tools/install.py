"""Install a lock into an environment: `python tools/install.py LOCK ENVIRONMENT INSTALLER`.

INSTALLER is the environment that has uv, which takes a third of pip's time. pip does the same where uv is not to be had, or
cannot do it. Either installs what the lock names, each file by its hash, and nothing else.

Both go to the registry that pip is set up for. What else is set for uv in the environment or in a file of its own would make
it install other things, or elsewhere, and is left out; the Makefile does that for pip. Neither makes bytecode of it all:
Python does, of what is used.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCKED = ("--quiet", "--no-deps", "--require-hashes", "-r")
OF_PIP = ("--disable-pip-version-check", "--root-user-action=ignore", "--no-compile")
OF_UV = ("--no-config",)
KEPT = ("UV_CACHE_DIR", "UV_CONCURRENT_", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_HTTP_", "UV_INDEX",
        "UV_INSECURE_HOST", "UV_KEYRING_PROVIDER", "UV_LINK_MODE", "UV_NATIVE_TLS", "UV_NO_CACHE", "UV_OFFLINE",
        "UV_REQUEST_TIMEOUT", "UV_SYSTEM_CERTS")  # fmt: skip
"""How the variables of uv's begin that name a registry, the way to it, or a cache."""
SAME = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}
"""What pip calls it, and uv."""


def main(lock: str, environment: str, installer: str) -> None:
    """Install by uv, else by pip; the status is pip's then."""
    python = str(Path(environment) / "bin" / "python")
    if not by_uv(lock, python, Path(installer)):
        print(f"uv could not install {lock}. pip does it, which takes longer.", file=sys.stderr)  # noqa: T201 - a command
        pip = [str(Path(installer) / "bin" / "python"), "-m", "pip", "--python", python, "install"]
        sys.exit(subprocess.run([*pip, *OF_PIP, *LOCKED, lock], check=False).returncode)  # noqa: S603 - written here


def by_uv(lock: str, python: str, installer: Path) -> bool:
    """Whether uv installed it."""
    uv = installer / "bin" / "uv"
    if not uv.exists():
        return False
    command = [str(installer / "bin" / "python"), "-m", "pip", "config", "list"]
    configured = settings(subprocess.run(command, check=False, capture_output=True, text=True).stdout)  # noqa: S603
    if "no-index" in configured:
        return False
    command = [str(uv), "pip", "install", *OF_UV, "--python", python, *LOCKED, lock]
    return subprocess.run(command, check=False, env=variables(os.environ, configured)).returncode == 0  # noqa: S603


def variables(outer: Mapping[str, str], configured: Mapping[str, str]) -> dict[str, str]:
    """What uv finds in its environment: `outer` without what would mislead it, and with what pip is set to."""
    kept = {name: value for name, value in outer.items() if not name.startswith("UV_") or name.startswith(KEPT)}
    found = {SAME[name]: value for name, value in configured.items() if name in SAME}
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = found["UV_FIND_LINKS"].replace(" ", ",")
    if "UV_INDEX" in found:  # pip takes the best of all; the hashes say whether it is the right one
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return kept | found


def settings(configured: str) -> dict[str, str]:
    """What pip is set to, by name, where a line is such as `global.index-url='https://...'` or `:env:.cert='...'`."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in configured.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found:
            found[section][name] = " ".join(str(ast.literal_eval(value)).split())
    return found["global"] | found["install"] | found[":env:"]


if __name__ == "__main__":
    main(*sys.argv[1:])
