"""Traces are off unless an endpoint is named, and then nothing of OpenTelemetry is even imported."""

import subprocess
import sys

import pytest

from proxy.configfile import ConfigError
from proxy.configsection import TraceConfig
from proxy.trace import UNTRACED, tracer_of

_OFF = """
import sys, proxy.serve
from proxy.configsection import TraceConfig
from proxy.trace import tracer_of
tracer_of(TraceConfig())
print([name for name in sys.modules if name.startswith(("opentelemetry", "google"))])
"""


@pytest.mark.slow
def test_off_is_the_default_and_nothing_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", _OFF], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert tracer_of(TraceConfig()) is UNTRACED


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "proxy.traceexport", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"pip install 'tightlip\[otel\]'"):
        tracer_of(TraceConfig(endpoint="http://127.0.0.1:1/v1/traces"))


@pytest.mark.parametrize("endpoint", ["", "collector:4318", "ftp://h/v1", "http://", "http://ada:x@h/v1/traces", 7])
def test_an_endpoint_is_a_whole_address(endpoint: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        TraceConfig.model_validate({"endpoint": endpoint})


@pytest.mark.parametrize("sample", [0, -1, 1.5])
def test_the_share_lies_between_none_and_all(sample: float) -> None:
    with pytest.raises(ValueError, match="sample"):
        TraceConfig.model_validate({"sample": sample})
