"""Fuzz the forwarder: look for inputs that break a promise of `sfu_container/forwarder/fuzz`, guided by coverage.

The corpus is kept as text, one input a line; a run unpacks it and goes on from what earlier runs on this machine found.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

FORWARDER = Path(__file__).resolve().parent.parent / "sfu_container" / "forwarder"
CORPUS = FORWARDER / "fuzz" / "corpus"
REGRESSIONS = FORWARDER / "fuzz" / "regressions"
WORK = FORWARDER / "target" / "fuzzing"

# What libFuzzer needs to see which branches an input takes. They are flags of stable Rust, as cargo-fuzz passes them.
COVERAGE_FLAGS = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
]
# An input that takes longer, or that makes a process grow larger, breaks a promise too.
INPUT_SECONDS = 25
MEMORY_MB = 1024
MAX_INPUT_BYTES = 4096
# Longer inputs are not worth their place in the repository.
MAX_KEPT_BYTES = 400


@dataclass(frozen=True)
class Fuzzer:
    """The fuzzer's program, for one target."""

    program: Path
    target: str

    @property
    def folder(self) -> Path:
        return WORK / self.target

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus"

    def run(self, seconds: int) -> str | None:
        """Fuzz; returns what went wrong, if anything."""
        unpack(self.target, self.corpus)
        crashes = self.folder / "crashes"
        crashes.mkdir(parents=True, exist_ok=True)
        known = set(crashes.iterdir())
        log = self.folder / "log.txt"
        with log.open("wb") as output:
            done = self._start([f"-max_total_time={seconds}", f"-artifact_prefix={crashes}/", str(self.corpus)], output)
        if done == 0:
            return None
        lines = log.read_text(errors="replace").splitlines()
        panic = [line for line in lines if "panicked at" in line or "ERROR: libFuzzer" in line]
        inputs = [f"  {path.read_bytes().hex()}" for path in sorted(set(crashes.iterdir()) - known)]
        place = REGRESSIONS / f"{self.target}.txt"
        return "\n".join([f"{self.target} failed, see {log}", *panic, f"mend it and add to {place}:", *inputs])

    def keep(self) -> int:
        """Write the fewest inputs that cover what all short ones do to the repository; returns how many."""
        fewest, short = self.folder / "fewest", self.folder / "short"
        for folder in (fewest, short):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        for path in self.corpus.iterdir():
            if path.stat().st_size <= MAX_KEPT_BYTES:
                shutil.copy(path, short)
        with (self.folder / "merge.txt").open("wb") as output:
            if self._start(["-merge=1", str(fewest), str(short)], output):
                raise SystemExit(f"merging failed, see {output.name}")
        kept = sorted((path.read_bytes() for path in fewest.iterdir()), key=lambda data: (len(data), data))
        (CORPUS / f"{self.target}.txt").write_text("".join(f"{data.hex()}\n" for data in kept))
        return len(kept)

    def _start(self, arguments: list[str], output: BinaryIO) -> int:
        limits = [f"-timeout={INPUT_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={MAX_INPUT_BYTES}"]
        environment = {**os.environ, "PARLEY_FUZZ_TARGET": self.target}
        command = [str(self.program), *limits, *arguments]
        done = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False)
        return done.returncode


def unpack(target: str, folder: Path) -> None:
    """Write each line of a target's corpus into a file of its own, as libFuzzer wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (CORPUS / f"{target}.txt", REGRESSIONS / f"{target}.txt"):
        lines = source.read_text().splitlines() if source.exists() else []
        for number, line in enumerate(line for line in lines if not line.startswith("#")):
            (folder / f"{source.parent.name}-{number}").write_bytes(bytes.fromhex(line))


def build() -> Path:
    """Build the fuzzer with coverage; returns the program."""
    host = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    triple = re.search(r"^host: (.+)$", host, re.MULTILINE)
    assert triple is not None
    # With a target named, the flags are not used for build scripts.
    command = ["cargo", "build", "--quiet", "--locked", "--profile", "fuzz", "--package", "parley_forwarder_fuzz"]
    command += ["--features", "libfuzzer", "--target", triple[1]]
    environment = {**os.environ, "RUSTFLAGS": " ".join(COVERAGE_FLAGS)}
    subprocess.run(command, cwd=FORWARDER, env=environment, check=True)
    return FORWARDER / "target" / triple[1] / "fuzz" / "parley_fuzz"


def targets() -> list[str]:
    """The names in the crate's list."""
    return re.findall(r'^    \("(\w+)", ', (FORWARDER / "fuzz" / "src" / "lib.rs").read_text(), re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="target", help=f"{', '.join(targets())}; none means all")
    parser.add_argument("--seconds", type=int, default=10, help="for each target (default 10)")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time (default 2)")
    parser.add_argument("--keep", action="store_true", help="keep in the repository what was found")
    arguments = parser.parse_args()
    program = build()
    fuzzers = [Fuzzer(program, target) for target in arguments.targets or targets()]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        failures = [failure for failure in pool.map(lambda fuzzer: fuzzer.run(arguments.seconds), fuzzers) if failure]
    print("\n".join(failures), file=sys.stderr, end="\n" if failures else "")
    if arguments.keep and not failures:
        for fuzzer in fuzzers:
            print(f"{fuzzer.target}: {fuzzer.keep()} inputs kept")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
