"""Draw all figures, on two processors where that is safe.

The second process only draws: it hands bytes over and writes nothing, so that a stage whose run
has died leaves nothing half done.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Sequence

from slr.report import style
from slr.report.page import Drawn

Task = tuple[int, str]
"""A picture by its place, and a language."""
Files = dict[str, bytes]
_PR_SET_PDEATHSIG = 1


def draw(pictures: Sequence[style.Picture], dpi: int) -> list[Drawn]:
    """Return each picture with its files in both languages.

    Parameters
    ----------
    dpi
        Dots an inch of the PNG.
    """
    tasks = [(at, lang) for at in range(len(pictures)) for lang in style.LANGS]
    if _may_fork():
        made = _in_two(pictures, tasks, dpi)
    else:
        made = {task: _draw(pictures, task, dpi) for task in tasks}
    return [
        Drawn(picture, {lang: made[at, lang] for lang in style.LANGS})
        for at, picture in enumerate(pictures)
    ]


def _draw(pictures: Sequence[style.Picture], task: Task, dpi: int) -> Files:
    at, lang = task
    picture = pictures[at]
    return style.render(
        picture.draw(lang),
        f"{picture.name}.{lang}",
        title=picture.title[lang],
        alt=picture.alt[lang],
        note=picture.note.get(lang, ""),
        foot=not picture.has_note,
        dpi=dpi,
    )


def _may_fork() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _in_two(
    pictures: Sequence[style.Picture], tasks: Sequence[Task], dpi: int
) -> dict[Task, Files]:
    """Draw every other task in a child process; all here, should the child fail."""
    mine, theirs = tasks[::2], tasks[1::2]
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # numpy's idle threads; they stay here
        child = os.fork()
    if not child:
        _draw_in_child(pictures, theirs, dpi, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        made = {task: _draw(pictures, task, dpi) for task in mine}
        received = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        return made | {task: _draw(pictures, task, dpi) for task in theirs}
    drawn: dict[Task, Files] = pickle.loads(received)  # noqa: S301  (from our own child)
    return made | drawn


def _die_with_parent() -> None:
    """Have the kernel end this process with the stage, so that it never outlives a killed run."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _draw_in_child(
    pictures: Sequence[style.Picture], tasks: Sequence[Task], dpi: int, reading: int, writing: int
) -> None:
    """Draw, hand over, and end without running anything that belongs to the parent."""
    failed = True
    try:
        os.close(reading)
        _die_with_parent()
        made = {task: _draw(pictures, task, dpi) for task in tasks}
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(made, pipe)
        failed = False
    finally:
        os._exit(int(failed))
