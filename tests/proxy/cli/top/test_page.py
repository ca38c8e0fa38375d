"""Pages as Prometheus' clients write them."""

from proxy.cli.top.page import Page

TEXT = r"""# HELP tightlip_requests_total Requests.
# TYPE tightlip_requests_total counter
tightlip_requests_total{vendor="openai",decision="allow"} 3.0
tightlip_requests_total{decision="block",vendor="openai"} 2.0
tightlip_requests_total{vendor="xai",decision="allow"} 1.0 1700000000000
tightlip_workers 4
odd{text="a \"b\", c=\"d\"\\n\n"} 1e3
not a sample
tightlip_nothing{x="y"} many
up{le="+Inf"} +Inf
"""


def test_samples_are_summed_by_a_label() -> None:
    page = Page.parse(TEXT)
    assert page.total("tightlip_requests_total") == 6
    assert page.by("tightlip_requests_total", "vendor") == {"openai": 5, "xai": 1}
    assert page.by("tightlip_requests_total", "decision") == {"allow": 4, "block": 2}


def test_what_is_not_there_is_nothing() -> None:
    page = Page.parse(TEXT)
    assert (page.total("tightlip_gone"), page.by("tightlip_gone", "x"), page.has("tightlip_gone")) == (0, {}, False)
    assert page.label("tightlip_gone", "x") == ""


def test_labels_are_told_without_their_escapes() -> None:
    assert Page.parse(TEXT).label("odd", "text") == 'a "b", c="d"\\n\n'


def test_lines_that_are_no_samples_are_passed_over() -> None:
    assert set(Page.parse(TEXT).samples) == {"tightlip_requests_total", "tightlip_workers", "odd", "up"}
    assert Page.parse("<html>\n\x00\n{}\n").samples == {}
