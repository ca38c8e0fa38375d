"""Views of texts written backwards or in ROT13, opened where the first pass saw a well-known prefix so disguised."""

import string
from collections.abc import Iterator

from detectors.views.view import Budget, View

GATES: tuple[bytes, ...] = (
    # AKIA/ASIA ids, GitHub, GitLab, Slack, Stripe and Anthropic keys, PEM headers and `password`, in ROT13
    rb"(?:NX|NF)VN[A-Z2-7]{14}|tu[cbfhe]_[A-Za-z0-9]{20}|tvguho_cng_|tycng-[A-Za-z0-9_-]{16}"
    rb"|xbx[opnef]-[0-9]|fx_yvir_|fx-nag-|-----ORTVA|(?i:cnffjbeq|cnffjq|frperg_xrl|ncv_xrl)",
    # the same, backwards
    rb"[A-Z2-7]{14}AI[KS]A|[A-Za-z0-9]{20}_[posur]hg|_tap_buhtig|-----NIGEB|-----YEK ETAVIRP"
    rb"|[a-z0-9]-[bpars]xox|_evil_ks|-tna-ks|(?i:drowssap|dwssap|yek_terces|yek_ipa)",
)

_ROT13 = str.maketrans(
    string.ascii_letters, string.ascii_lowercase[13:] + string.ascii_lowercase[:13]
    + string.ascii_uppercase[13:] + string.ascii_uppercase[:13],
)  # fmt: skip
REACH_CHARS = 4096


class _Rotated(View):
    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self.start + start, self.start + end


class _Reversed(View):
    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self.end - end, self.end - start


def mirrors(text: str, hits: list[tuple[int, int]], budget: Budget) -> Iterator[View]:
    """The views that `hits` of `GATES` promise, one for each stretch of them."""
    for kind in (0, 1):
        done = 0
        for end in sorted(at for number, at in hits if number == kind):
            if end < done:
                continue
            low, done = max(0, end - REACH_CHARS, done), min(len(text), end + REACH_CHARS)
            if not budget.take(done - low):
                return
            seen = text[low:done]
            if kind == 0:
                yield _Rotated("rot13", seen.translate(_ROT13), text, low, done)
            else:
                yield _Reversed("reversed", seen[::-1], text, low, done)
