"""A real Prometheus on loopback, with the rules as they are shipped and targets of the test's own."""

import json
import math
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.deploy.board import PROMETHEUS, RULES, read_yaml

SCRAPE = "500ms"
_PATIENCE_SECONDS = 60

Samples = list[float]


@dataclass(slots=True)
class Prometheus:
    """Started with the shipped configuration, but for its targets and how often it looks at them."""

    folder: Path
    targets: Sequence[str]
    address: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default_factory=time.time)

    def __enter__(self) -> Self:
        config = read_yaml(PROMETHEUS / "prometheus.yml")
        config["global"] = {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": SCRAPE}
        config["rule_files"] = [str(RULES)]
        (job,) = config["scrape_configs"]
        job["static_configs"] = [{"targets": list(self.targets)}]
        file = self.folder / "prometheus.yml"
        file.write_text(json.dumps(config))  # JSON is YAML
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        flags = [f"--config.file={file}", f"--storage.tsdb.path={self.folder / 'data'}"]
        with (self.folder / "prometheus.log").open("wb") as log:
            command = ["prometheus", *flags, f"--web.listen-address={self.address}"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(30)

    def at_end(self, expr: str) -> Samples:
        """The values of an instant query, now."""
        result = self.ask("query", query=expr)["result"]
        return [float(series["value"][1]) for series in result]

    def over_time(self, expr: str, step: str = "1s") -> Samples:
        """All values of a range query since the start."""
        span = {"start": f"{self.started}", "end": f"{time.time()}", "step": step}
        result = self.ask("query_range", query=expr, **span)["result"]
        return [float(value) for series in result for _, value in series["values"]]

    def groups(self) -> list[dict[str, Any]]:
        """The rules' groups, with the state of each rule."""
        found: list[dict[str, Any]] = self.ask("rules")["groups"]
        return found

    def ask(self, what: str, **parameters: str) -> Any:
        """The data of an answer. Raises AssertionError with Prometheus' word on what is wrong."""
        query = urllib.parse.urlencode(parameters).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"http://{self.address}/api/v1/{what}"
        try:
            with opener.open(url, data=query or None, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as err:
            raise AssertionError(err.read().decode()) from None

    def wait_scraped(self) -> None:
        """Until every target was scraped, and every rule evaluated, twice after now."""
        after = time.time() + 1.5
        self._until(lambda: self._scraped_after(after) and self._evaluated_after(after))

    def _scraped_after(self, moment: float) -> bool:
        seen = self.at_end('timestamp(up{job="tightlip"} == 1)')
        return len(seen) == len(self.targets) and min(seen) > moment

    def _evaluated_after(self, moment: float) -> bool:
        (oldest, *_) = sorted(group["lastEvaluation"] for group in self.groups())
        return str(oldest) > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))

    def _wait_ready(self) -> None:
        self._until(lambda: self._answers())

    def _answers(self) -> bool:
        try:
            return bool(self.groups()) and len(self.at_end('up{job="tightlip"} == 1')) == len(self.targets)
        except (OSError, AssertionError):
            return False

    def _until(self, holds: Any) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, (self.folder / "prometheus.log").read_text()
            time.sleep(0.2)


def finite(samples: Samples) -> Samples:
    return [value for value in samples if math.isfinite(value)]
