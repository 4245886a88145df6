"""Running the whole workflow: checks first, one run at a time, Snakemake within this process.

Snakemake runs in this process so that its start is paid once and that killing the one process
ends the scheduling at once. Its own lock is not used: it outlives a killed run. The lock here is
one that the system lets go of with the process. Stages die with the run that started them.
"""

from __future__ import annotations

import fcntl
import filecmp
import getpass
import logging
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config as configuration
from slr import kept, ledger
from slr.errors import ConfigError, Problem, SlrError
from slr.io import RUN_PID, files_below, orphaned, read_bytes, remove, write_bytes, write_text
from slr.paths import CHANGES, CONFIG, PROCESSED, RAW

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

STAGES = ("pull", "dedup", "screen", "code", "cocite", "report")
LOCK = Path(".slr.lock")
CHECKED = Path(".snakemake/slr/checked")
_BACKUPS = Path(".snakemake/backups")
_PR_SET_PDEATHSIG = 1
_SIGNALLED = 128  # an exit status above it names the signal that ended the process
_LOST = re.compile(r"output files are missing[\s\S]*?^(data/processed/.*?)(?: \(|$)", re.MULTILINE)
_NAME_WIDTH = max(map(len, STAGES)) + 2


def run(root: Path, cores: int | None = None) -> None:
    """Bring every stage up to date and tell the flow.

    Parameters
    ----------
    root
        Folder of the review: `Snakefile`, `config.yaml`, `data/`.
    cores
        How many stages may run at once; all that the machine lends this process if None.

    Raises
    ------
    SlrError
        If another run is at work, if anything in `data/raw` is at fault, or if a stage fails.
        Nothing has been changed in the first two cases; the files of the last good run of a stage
        that failed are still there.
    ConfigError
        If the config is at fault, or there is no workflow in `root`.
    """
    if not (root / "Snakefile").is_file():
        fix = "Go to the folder of the review."
        raise ConfigError(Problem("there is no Snakefile here.", fix, root))
    with chdir(root):  # so that messages name files as seen from the review
        here = Path()
        settings = configuration.load(CONFIG)
        from slr import waits

        if not waits.has_records(here):
            print(waits.NO_RECORDS)
            return
        with alone(here):
            _check_raw(here)
            _sweep(here)
            config = read_bytes(CONFIG)
            done = _snakemake(here, cores or _cores_lent())
            _keep_run(here, config, done)
        if not done:
            print("nothing to do: every stage is up to date", file=sys.stderr)
        _tell_flow(here, settings)


def _keep_run(root: Path, config: bytes, done: Collection[str]) -> None:
    """Keep a complete run for `slr diff`; that it cannot be kept makes it no less complete."""
    try:
        kept.keep(root, config, done)
    except (OSError, SlrError) as error:
        print(f"This run is complete, but `slr diff` cannot tell of it: {error}", file=sys.stderr)


def raw(pattern: str, root: Path = Path()) -> list[str]:
    """List what people made, for the rules: files of `data/raw`, none hidden and no README."""
    found = (path for path in (root / RAW).glob(pattern) if path.is_file())
    named = (path for path in found if not path.name.startswith((".", "README")))
    return sorted(path.relative_to(root).as_posix() for path in named)


def die_with_parent() -> None:
    """Tie a stage to the run that started it; does nothing for a stage started by hand.

    On Linux the kernel kills this process when the run dies. Everywhere a process whose run is
    gone already ends here, and `slr.io` asks again before each file takes its place. The shared
    lock lets the next run wait until stages of a killed one are gone.
    """
    if RUN_PID not in os.environ:
        return
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    folder = os.open(".", os.O_RDONLY)  # held until the process ends
    with suppress(OSError):  # some network file systems lock no folders
        fcntl.flock(folder, fcntl.LOCK_SH)
    if orphaned():
        raise SlrError("The run that started this stage has ended; nothing was done.")


@contextmanager
def at_work(root: Path) -> Iterator[None]:
    """Be the only one at work on a review: as a stage of the run that holds the lock, or alone."""
    if RUN_PID in os.environ:
        die_with_parent()
        yield
    elif (root / CONFIG).exists():
        with alone(root):
            outdate(root)
            yield
    else:
        yield  # the stage will say what is missing


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the lock of the project; a second run is refused with the process id of the first."""
    path = root / LOCK
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise _not_writable(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            found = f"another `slr run` is at work here (process {pid})."
            raise SlrError(Problem(found, "Wait until it has ended.")) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        _wait_for_orphans(root)
        yield


def _wait_for_orphans(root: Path) -> None:
    """Wait until no stage of a killed run is left: each holds a shared lock on the folder."""
    folder = os.open(root, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_EX)
    finally:
        os.close(folder)


def _check_raw(root: Path) -> None:
    """Check every raw file, unless the very same contents passed the very same check before."""
    from slr.fingerprint import fingerprint

    found = [CONFIG.as_posix()]
    found += [p.relative_to(root).as_posix() for p in files_below(root / RAW)]
    stamp = "\n".join(f"{value}  {path}" for path, value in ledger.hashes(root, found).items())
    stamp += f"\n{fingerprint('check')}\n"
    with suppress(OSError, UnicodeDecodeError):
        if (root / CHECKED).read_text("utf-8") == stamp:
            return
    from slr.check import check_raw

    check_raw(root)
    write_text(root / CHECKED, stamp)


def _check_writable(root: Path) -> None:
    """Refuse to start where a stage could not write; nothing is written to find out."""
    folders = [root / PROCESSED, root / "logs"]
    folders += [p for p in (root / PROCESSED).glob("**/") if p != root / PROCESSED]
    for folder in folders:
        nearest = _nearest(folder)
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            fix = "Permit writing there, and run again."
            raise SlrError(Problem("cannot be written to.", fix, nearest))
    outputs = (p for folder in folders[:2] for p in sorted(folder.rglob("*")) if p.is_file())
    locked = next((p for p in outputs if not os.access(p, os.W_OK)), None)
    if locked:
        raise _read_only(locked)


def outdate(root: Path) -> None:
    """Remove the page of changes, before anything that it tells of changes again."""
    remove(root / CHANGES)


def _read_only(path: Path | str) -> SlrError:
    fix = f"Permit it with `chmod -R u+w {PROCESSED} logs`, and run again."
    return SlrError(Problem("is read-only.", fix, path))


def _nearest(path: Path) -> Path:
    """Return the path itself if it is there, else the nearest folder above it that is."""
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path


def _find_a_home() -> None:
    """Keep caches in the project where the home is not ours, as for a bare uid in a container."""
    home = Path("~").expanduser() if os.environ.get("HOME") else Path("/nonexistent")
    cache = Path(".snakemake/cache").absolute()
    for name, place, instead in (
        ("XDG_CACHE_HOME", home / ".cache/snakemake/source-cache", cache),
        ("MPLCONFIGDIR", home / ".config/matplotlib", cache / "matplotlib"),
    ):
        if name not in os.environ and not os.access(_nearest(place), os.W_OK | os.X_OK):
            os.environ[name] = str(instead)
    try:
        getpass.getuser()
    except (KeyError, OSError):  # a uid without a name; the latter since Python 3.13
        os.environ["LOGNAME"] = str(os.getuid())


def _sweep(root: Path) -> None:
    """Delete what a killed run left behind: unfinished files, and copies kept by Snakemake.

    Snakemake would restore such a copy, of whatever age, if the stage now failed.
    """
    for path in (root / PROCESSED).rglob(".*.part"):
        path.unlink(missing_ok=True)
    shutil.rmtree(root / _BACKUPS, ignore_errors=True)


def _snakemake(root: Path, cores: int) -> Collection[str]:
    """Run what is not up to date; return the stages that ran.

    Files count by content, which the ledger knows. Snakemake looks at times whatever its triggers,
    and compares contents where an input is newer: of files of every size, so that a touch reruns
    nothing.
    """
    _find_a_home()
    socket.has_ipv6 = False  # else urllib3, which Snakemake imports, binds a port of ::1 to try it
    from snakemake import api
    from snakemake.exceptions import ProtectedOutputException, WorkflowError
    from snakemake.persistence.file import FilePersistence
    from snakemake.scheduling import greedy
    from snakemake.settings import enums, types

    os.environ[RUN_PID] = str(os.getpid())
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    triggers = {types.RerunTrigger.PARAMS, types.RerunTrigger.INPUT, types.RerunTrigger.CODE}
    FilePersistence.restore_output = _restore
    FilePersistence.cleanup_backup = _keep
    # Params here are texts, lists and dicts; Snakemake would import pandas to see that they are.
    FilePersistence._serialize_param = FilePersistence._serialize_param_builtin
    progress = _Progress(root)
    quiet = types.OutputSettings(quiet={enums.Quietness.ALL}, enable_file_logging=False)
    try:
        with api.SnakemakeApi(quiet) as snakemake:
            logging.getLogger("snakemake.logging").addHandler(progress)
            workflow = snakemake.workflow(
                resource_settings=types.ResourceSettings(cores=cores),
                snakefile=root / "Snakefile",
                workdir=root,
            )
            dag = workflow.dag(
                types.DAGSettings(
                    forcerun=ledger.stale(root, STAGES),
                    force_incomplete=True,
                    rerun_triggers=triggers,
                    max_checksum_file_size=sys.maxsize,
                )
            )
            dag.execute_workflow(
                execution_settings=types.ExecutionSettings(lock=False),
                scheduling_settings=types.SchedulingSettings(scheduler="greedy"),
                scheduler_settings=greedy.SchedulerSettings(),
            )
    except ProtectedOutputException as error:
        _check_writable(root)
        raise _read_only(PROCESSED) from error
    except WorkflowError as error:
        raise progress.failure(str(error)) from error
    except OSError as error:
        raise _not_writable(error.filename or root, error) from error
    return progress.done


def _restore(notes: Any, path: Path) -> bool:
    """Put back an output of a stage that failed, whole: Snakemake would copy into the open file.

    A file that the stage had not replaced yet is left alone.
    """
    backup: Path = notes._get_backup_path(path)
    if not backup.is_file():
        return False
    if not path.is_file() or not filecmp.cmp(backup, path, shallow=False):
        write_bytes(path, backup.read_bytes())
    backup.unlink()
    return True


def _keep(_notes: Any, _path: Path) -> None:
    """Keep the backup of an output until its stage has left every file that it should.

    Snakemake would drop it as soon as the command has ended, before it looks for the files.
    """


class _Progress(logging.Handler):
    """Turns Snakemake's events into one line a stage, and keeps the ledger as stages finish."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.done: list[str] = []
        self._jobs: dict[int, tuple[str, list[str], float]] = {}
        self._inputs: dict[str, ledger.Hashes] = {}
        self._entries = ledger.read(root)
        self._failed: list[str] = []
        self._errors: list[str] = []
        self._status = 1
        self._stopped = False
        self._missing = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Take one event of Snakemake; events are named as in its logger plugin interface.

        What is raised here ends the run, except for errors: those come from other threads.
        """
        event = getattr(getattr(record, "event", None), "value", None)
        fields = record.__dict__
        if event == "run_info":  # there is something to do, and nothing has been done yet
            _check_writable(self.root)
            outdate(self.root)
        elif event == "job_info" and fields["rule_name"] in STAGES:
            self._begin(fields)
        elif event == "job_finished" and fields["job_id"] in self._jobs:
            self._end(*self._jobs.pop(fields["job_id"]))
        elif event == "job_error" and fields["rule_name"] in STAGES:
            self._failed.append(fields["rule_name"])
        elif record.levelno >= logging.ERROR:
            self._note(record.getMessage())

    def failure(self, otherwise: str) -> SlrError:
        """Show what the failed stages said; return the error that the run ends with."""
        if self._missing:
            stage = Path(self._missing).relative_to(PROCESSED).parts[0]
            kept = "The files of its last good run are still there. " * (stage in self._entries)
            found = f"was not made, though {stage} ended well: a fault of slr."
            return SlrError(Problem(found, f"{kept}Please report this line.", self._missing))
        if not self._failed:
            return SlrError("\n".join(self._errors) or otherwise)
        for line in (line for stage in self._failed for line in self._log(stage)):
            print(line, file=sys.stderr, flush=True)
        stages = " and ".join(self._failed)
        if self._stopped:
            return SlrError(Problem(f"stopped during {stages}.", "Run again to go on."))
        logs = " and ".join(f"logs/{stage}.log" for stage in self._failed)
        fix = "Mend it and run again."
        if any(stage in self._entries for stage in self._failed):
            fix = "Mend it and run again; the files of its last good run are still there."
        problem = Problem(f"{stages} failed, see above and {logs}.", fix)
        return ConfigError(problem) if self._status == ConfigError.status else SlrError(problem)

    def _begin(self, fields: dict[str, Any]) -> None:
        stage = fields["rule_name"]
        outputs = [path.removesuffix(" (update)") for path in fields["output"]]
        self._jobs[fields["jobid"]] = (stage, outputs, time.monotonic())
        self._inputs[stage] = ledger.hashes(self.root, fields["input"])
        if sys.stderr.isatty():
            print(f"{stage:<{_NAME_WIDTH}}...", end="\r", file=sys.stderr, flush=True)

    def _end(self, stage: str, outputs: list[str], begun: float) -> None:
        self._entries[stage] = {
            "inputs": self._inputs[stage],
            "outputs": ledger.hashes(self.root, outputs),
        }
        ledger.write(self.root, self._entries)
        for path in outputs:
            (self.root / _BACKUPS / path).unlink(missing_ok=True)
        self.done.append(stage)
        *before, summary = self._log(stage) or [""]
        for line in before:
            print(line, file=sys.stderr)
        took = f"{time.monotonic() - begun:.1f} s"
        summary = summary.removeprefix(f"{stage}: ")  # said by the command; the line begins with it
        print(f"{stage:<{_NAME_WIDTH}}{summary} ({took})", file=sys.stderr, flush=True)

    def _note(self, message: str) -> None:
        """Keep what Snakemake says of an error, and the exit status of the stage behind it."""
        self._errors.append(message)
        if lost := _LOST.search(message):
            self._missing = lost[1]
        if status := re.search(r"returned non-zero exit status (\d+)", message):
            self._status = max(self._status, int(status[1]))
        self._stopped |= self._status > _SIGNALLED or "died with <Signals." in message

    def _log(self, stage: str) -> list[str]:
        try:
            text = (self.root / "logs" / f"{stage}.log").read_text("utf-8", "replace")
        except OSError:
            return []
        return text.rstrip().splitlines()


def _tell_flow(root: Path, settings: Mapping[str, Any]) -> None:
    from slr import waits
    from slr.report.flow import summary_lines

    for line in [*summary_lines(root), *waits.lines(root, settings)]:
        print(line)
    print(PROCESSED / "report" / "index.html")


def _cores_lent() -> int:
    """Count the cores that this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _not_writable(path: Path | str, error: OSError) -> SlrError:
    fix = "Make room or permit writing, and run again."
    return SlrError(Problem(f"cannot be written: {error.strerror}.", fix, path))
