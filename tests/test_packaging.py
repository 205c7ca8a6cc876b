"""The wheel holds all that a user needs; tracked files hold nothing private; modules stay short."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_MODULE = 400
KNOWN_LONG = {"model/agents.py": 410}
"""Modules over the limit, with the length that they must not pass; to be emptied."""

REQUIRED = {
    "model/py.typed",
    "scenarios/py.typed",
    "viz/py.typed",
    "model/data/SOURCES.toml",
    "model/data/input_output/technical_coefficients.csv",
    "model/data/territory/zones.csv",
    "model/data/procurement/category_mix.csv",
    "model/indicators/register.toml",
    "model/procurement/lever_register/access.toml",
    "model/structure/measures.toml",
    "scenarios/library/full-spaser.toml",
    "scenarios/validation/patterns.toml",
}

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(
    "|".join((r"(?<![\w.])/ro" + "ot/", r"(?<![\w.])/ho" + r"me/\w", r"(?<![\w.])/wo" + "rk/"))
    + "|"
    + "|".join((r"(?<![\w.])/tm" + "p/", "[A-Z]:" + r"\\Us" + "ers"))
)
REGISTRIES = re.compile(
    "|".join(
        ("index-" + "url", "pypi" + r"\.org/simple", "/opt/" + "pypi", "://[^/ ]*" + "artifactory")
    )
)
WORKPLACE = re.compile(
    "|".join((r"\bCla" + "ude", "Anth" + "ropic", "Chat" + "GPT", "Cop" + "ilot")), re.I
)


def tracked_files() -> list[Path]:
    """Return the files that git tracks, or skip outside a clone."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in found.stdout.split("\0") if name]


def run(*command: str, cwd: Path, **environment: str) -> str:
    """Run a command and return what it prints; fail with what it says on stderr."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=clean | environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the build tools of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    run(*build, str(ROOT), cwd=folder)
    (found,) = folder.glob("ancrage-*.whl")
    return found


def test_the_wheel_holds_tables_registers_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= REQUIRED
    held = {
        path.relative_to(ROOT).as_posix()
        for package in ("model", "scenarios", "viz")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".csv", ".toml", ".vue", ".js"}
    }
    assert held <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]


def test_the_wheel_works_installed_alone(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", str(place), cwd=tmp_path)
    python = place / "bin" / "python"
    site = Path(
        run(
            str(python), "-c", "import site; print(site.getsitepackages()[0])", cwd=tmp_path
        ).strip()
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # dependencies come from this environment, whose own .pth files (an editable install) do not run
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = run(str(python), "-c", "import scenarios; print(scenarios.__file__)", cwd=elsewhere)
    assert Path(where.strip()).is_relative_to(place)
    metadata = (site / f"{wheel.name.split('-py3')[0]}.dist-info" / "entry_points.txt").read_text()
    module, function = re.search(r"ancrage = (\S+):(\S+)", metadata).groups()
    start = f"import sys; from {module} import {function}; sys.argv[0] = 'ancrage'; {function}()"
    printed = run(str(python), "-c", start, "scenarios", "--json", cwd=elsewhere)
    assert "full-spaser" in json.dumps(json.loads(printed))


def test_no_tracked_file_names_a_machine_a_registry_or_a_workplace_tool() -> None:
    found: list[str] = []
    for path in tracked_files():
        if not path.is_file() or path.suffix in {".png", ".parquet"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in (MACHINE_PATHS, REGISTRIES, WORKPLACE):
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(ROOT)}:{line}: {match.group()}")
    assert found == []


def test_git_tracks_no_link_and_no_environment() -> None:
    wrong = [p for p in tracked_files() if p.is_symlink() or ".venv" in p.parts]
    assert wrong == []


@pytest.mark.parametrize("package", ["model", "scenarios", "viz"])
def test_modules_stay_short(package: str) -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / package).rglob("*.py")
    }
    too_long = {n: k for n, k in lengths.items() if k >= KNOWN_LONG.get(n, LONGEST_MODULE)}
    assert too_long == {}
