"""Install the wheel into an empty environment, look at what landed, start the demo from it and fetch its home page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STRANGE = ("migrations", "tests", "benchmarks", "docs", "deploy")


def check_contents(wheel: Path) -> None:
    """Only our three packages, with migrations and demo data inside the portal."""
    names = zipfile.ZipFile(wheel).namelist()
    roots = {name.split("/", 1)[0] for name in names if ".dist-info/" not in name}
    assert roots == {"portal", "catalog", "datasets"}, f"the wheel brings {sorted(roots)}"
    assert not roots & set(STRANGE)
    for wanted in ("portal/_migrations/versions/0001_first_schema.py", "portal/templates/base.html", "portal/static/"):
        assert any(name.startswith(wanted) for name in names), f"the wheel lacks {wanted}"


def install(wheel: Path, folder: Path) -> Path:
    """An empty environment with the locked dependencies and the wheel; gives its `bin`."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "core.txt")], check=True, cwd=folder)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, cwd=folder)
    return folder / "bin"


def start_demo(binaries: Path, home: Path) -> float:
    """Start `kaifang demo` on a free port, fetch the home page, stop it; gives the seconds until the page came."""
    environment = {**os.environ, "KAIFANG_HOME": str(home), "PORT": "0", "PYTHONPATH": "", "LANG": "en_GB.UTF-8"}
    started = time.monotonic()
    process = subprocess.Popen(
        [str(binaries / "kaifang"), "demo"], cwd=home.parent, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            print("   ", line.rstrip())
            if "portal running" in line and (found := re.search(r"http://\S+", line)):
                with urllib.request.urlopen(f"{found[0]}/", timeout=30) as answer:  # noqa: S310  our own http address
                    assert answer.status == 200
                    assert b"<html" in answer.read(2000)
                return time.monotonic() - started
        raise AssertionError("the demo ended before it was running")
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    """Check the one wheel in dist/."""
    wheel = next((ROOT / "dist").glob("*.whl"))
    check_contents(wheel)
    with tempfile.TemporaryDirectory() as folder:
        binaries = install(wheel, Path(folder) / "env")
        size = sum(path.stat().st_size for path in (Path(folder) / "env").rglob("*") if path.is_file())
        seconds = start_demo(binaries, Path(folder) / "home")
    print(f"wheel {wheel.name}: environment {size // 1_000_000} MB, demo up after {seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
