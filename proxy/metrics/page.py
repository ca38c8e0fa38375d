"""The page that is scraped, in the format that was asked for, and the only importer of prometheus_client.

Shown is what all processes of the instance have counted together. OpenMetrics, where asked for, has units and
exemplars besides.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar as Sampled
from prometheus_client.utils import floatToGoString

from proxy.metrics import fleet
from proxy.metrics.catalogue import FAMILIES
from proxy.metrics.instrument import Buckets, Family, Histogram, Values

_SUFFIX = {"counter": "_total", "info": "_info", "gauge": ""}


class _Families(Collector):
    def collect(self) -> Iterator[Metric]:
        for family in FAMILIES:
            metric = Metric(family.name, family.help, family.kind, family.unit)
            if isinstance(family, Histogram):
                for values, buckets in fleet.buckets(family).items():
                    _add_buckets(metric, family, _labelled(family, values), buckets)
            else:
                for values, number in fleet.numbers(family).items():
                    metric.add_sample(family.name + _SUFFIX[family.kind], _labelled(family, values), number)
            yield metric


_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_registry.register(_Families())


def render(accept: str | None) -> tuple[str, bytes]:
    """Content type and page, in the exposition format that an `Accept` header asks for."""
    encode, content_type = choose_encoder(accept or "")
    return content_type, encode(_registry)


def _labelled(family: Family, values: Values) -> dict[str, str]:
    return {label.name: value for label, value in zip(family.labels, values, strict=True)}


def _bound(bound: float) -> str:
    text: str = floatToGoString(bound)  # type: ignore[no-untyped-call]
    return text


def _add_buckets(metric: Metric, family: Histogram, labels: Mapping[str, str], buckets: Buckets) -> None:
    name = family.name
    for number, (bound, count) in enumerate(
        zip((*family.bounds, float("inf")), accumulate(buckets.counts), strict=True)
    ):
        kept = buckets.exemplars.get(number)
        exemplar = Sampled({"reference": kept.reference}, kept.value, kept.time) if kept else None
        metric.add_sample(f"{name}_bucket", {**labels, "le": _bound(bound)}, count, exemplar=exemplar)
    metric.add_sample(f"{name}_count", dict(labels), sum(buckets.counts))
    metric.add_sample(f"{name}_sum", dict(labels), buckets.total)
