"""The house's shape, read from its imports: who may know whom, what is loaded when, how long a file may be."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES = 320
SOURCES = sorted([*ROOT.glob("proxy/**/*.py"), *ROOT.glob("detectors/**/*.py")])

ONE_FILE = {
    "prometheus_client": "proxy/metrics/page.py",
    "hyperscan": "detectors/prefilter.py",
    "pypdf": "proxy/attachments/pdf.py",
    "opentelemetry": "proxy/traceexport.py",
}
"""Packages that one file alone may import."""

LAZY = {
    "presidio_analyzer": {"detectors/presidio.py", "detectors/names/nlpengine.py"},
    "spacy": {"detectors/names/pack.py", "detectors/names/language.py", "detectors/names/model.py"},
}
"""Packages that take long to import: who may, and not before a text needs them."""

AT_ITS_IMPORT = {"detectors/names/language.py": {"detectors/names/model.py"}}
"""What can't but import one of them at once, since it defines a class of its; by whom it is imported, as lazily."""

HEAVY = ("spacy", "presidio_analyzer", "thinc", "numpy", "phonenumbers", "pypdf", "proxy.pipeline", "proxy.scanner")
"""What the scan workers load and the proxy's own process must not."""


@functools.cache
def imports(path: Path, *, at_import: bool = False) -> tuple[str, ...]:
    """Every module that a file imports; with `at_import` those that importing the file loads."""
    return tuple(_imports(path, at_import))


def _imports(path: Path, at_import: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = _outside_functions(tree) if at_import else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield str(node.module)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or _is_for_types(child):
            continue
        yield child
        yield from _outside_functions(child)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def importers(package: str, *, at_import: bool = False) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if any(name.split(".")[0] == package for name in imports(path, at_import=at_import))
    }


def test_there_is_something_to_read() -> None:
    assert len(SOURCES) > 50
    assert "mitmproxy" in {name.split(".")[0] for path in SOURCES for name in imports(path)}


def test_detectors_know_nothing_of_the_proxy() -> None:
    assert not [name for name in importers("proxy") if name.startswith("detectors/")]


def test_only_interception_knows_mitmproxy() -> None:
    outside = [name for name in importers("mitmproxy") if not name.startswith("proxy/intercept/")]
    assert outside == []


@pytest.mark.parametrize("package", ONE_FILE)
def test_a_package_that_one_file_imports(package: str) -> None:
    assert importers(package) == {ONE_FILE[package]}


@pytest.mark.parametrize("package", LAZY)
def test_models_are_imported_where_they_are_used_and_not_at_its_import(package: str) -> None:
    assert importers(package) == LAZY[package]
    eager = importers(package, at_import=True)
    assert eager <= AT_ITS_IMPORT.keys()
    for path in eager:
        module = path.removesuffix(".py").replace("/", ".")
        users = {one.relative_to(ROOT).as_posix() for one in SOURCES if module in imports(one)}
        assert users == AT_ITS_IMPORT[path]
        assert not any(module in imports(one, at_import=True) for one in SOURCES)


def test_only_the_worker_builds_the_pipeline() -> None:
    """The front process asks; it never scans."""
    named = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if {"proxy.pipeline", "proxy.inspection", "proxy.scanner"} & set(imports(path, at_import=True))
    }
    assert named <= {"proxy/pipeline.py", "proxy/inspection.py", "proxy/judgement.py", "proxy/plea.py"}


def test_no_detector_is_asked_for_by_the_proxy_but_through_public_names() -> None:
    inner = {"engine", "matcher", "prefilter", "codec", "generic", "presidio", "overlap", "shape", "checks", "card"}
    reached = {
        (path.name, name)
        for path in SOURCES
        if path.is_relative_to(ROOT / "proxy")
        for name in imports(path)
        if name.startswith("detectors.") and name.split(".")[1] in inner
    }
    assert reached == set()


def test_the_proxys_own_process_loads_no_scanner_and_no_model() -> None:
    script = f"import sys, proxy.serve, proxy.cli\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES
    assert ast.get_docstring(ast.parse(text)), "no module docstring"


def test_every_unit_test_of_the_proxy_has_its_module() -> None:
    modules = {path.stem for path in (ROOT / "proxy").iterdir()}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "proxy").glob("test_*.py")}
    assert tests - modules == set()
