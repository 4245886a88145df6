"""What a stage's result depends on besides its files and its config: code, data files, lock.

Snakemake does not see the modules behind a command, so each rule carries this hash in its
`params`: an edit of a module reruns the stages that import it, and nothing else; a touch reruns
nothing. Modules are read with `ast`, never imported.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
LOCK = "requirements.lock"
_LEFT_BY_TOOLS = ("__pycache__", "~", ".pyc", ".swp", ".part")


def fingerprint(stage: str, package: Path = PACKAGE) -> str:
    """Hash all that a stage's code consists of.

    Parameters
    ----------
    stage
        Name of a module or package directly within `package`.
    package
        Folder of the package.

    Returns
    -------
    str
        32 hexadecimal digits over names and contents of the modules that `stage` imports (at any
        depth, within functions too), of the data files of their packages, and of the lock file
        where the package lies in its project.
    """
    digest = hashlib.sha256()
    for path in files(stage, package):
        digest.update(f"{path.relative_to(package.parent).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    lock = package.parent.parent / LOCK
    if lock.is_file():
        digest.update(hashlib.sha256(lock.read_bytes()).digest())
    return digest.hexdigest()[:32]


def files(stage: str, package: Path = PACKAGE) -> list[Path]:
    """List the modules and data files behind a stage, sorted by path.

    A data file belongs to the innermost package around it, and counts for the stages that import
    a module of that package.
    """
    found = {package / "__init__.py"}
    waiting = _modules(f"{package.name}.{stage}", package)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting |= set(_imports(path, package))
    for folder in {path.parent for path in found}:
        found |= set(_data(folder))
    return sorted(path for path in found if path.is_file())


def _imports(path: Path, package: Path) -> Iterator[Path]:
    """Yield the files of `package` that a module's import statements run."""
    for level, base, names in _statements(path, path.stat().st_mtime_ns):
        target = base
        if level:
            folder = path.parents[level - 1]
            parts = folder.relative_to(package.parent).parts
            target = ".".join([*parts, base] if base else parts)
        yield from _modules(target, package)
        for name in names:
            yield from _modules(f"{target}.{name}", package)


@cache
def _statements(path: Path, _mtime: int) -> list[tuple[int, str, tuple[str, ...]]]:
    """Read the imports of a module: level of relativity, module named, names taken from it.

    The stages share most of their modules, hence the cache; the time of the last change is part
    of its key so that a long-lived process sees an edit.
    """
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            found += [(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.append((node.level, node.module or "", names))
    return found


def _modules(dotted: str, package: Path) -> set[Path]:
    """Return the files that importing a dotted name runs: its own and those of its parents."""
    first, *rest = dotted.split(".")
    if first != package.name:
        return set()
    found = set()
    folder = package
    for part in rest:
        module = folder / f"{part}.py"
        folder /= part
        inner = folder / "__init__.py"
        if inner.is_file():
            found.add(inner)
        elif module.is_file():
            found.add(module)
            break
        else:
            break
    return found


def _data(folder: Path) -> Iterator[Path]:
    """Yield the files of a package that are no modules, not those of packages within it."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.endswith(_LEFT_BY_TOOLS):
            continue
        if path.is_dir():
            if not (path / "__init__.py").is_file():
                yield from _data(path)
        elif path.suffix != ".py":
            yield path
