import pickle

import pytest

from proxy.reason import Reason, RequestError


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.TOO_LARGE, 413),
        (Reason.RATIO, 413),
        (Reason.UNSUPPORTED_ENCODING, 415),
        (Reason.CORRUPT_ENCODING, 415),
        (Reason.BAD_JSON, 400),
        (Reason.SCAN_TIMEOUT, 400),  # clients repeat a 503, and it would take as long again
        (Reason.SCAN_FAILED, 400),
        (Reason.WORKER_LOST, 503),
        (Reason.BUSY, 503),
        (Reason.UPSTREAM_FAILED, 502),
        (Reason.AUTH_REQUIRED, 407),
    ],
)
def test_status_fits_the_reason(reason: Reason, status: int) -> None:
    assert RequestError(reason).status == status


def test_message_is_the_code_and_the_place() -> None:
    assert str(RequestError(Reason.BAD_JSON, 17)) == "bad_json at byte 17"
    assert str(RequestError(Reason.BUSY)) == "busy"


def test_error_crosses_a_pipe() -> None:
    err = pickle.loads(pickle.dumps(RequestError(Reason.DUPLICATE_KEY, 3)))
    assert (err.reason, err.offset, str(err)) == (Reason.DUPLICATE_KEY, 3, "duplicate_key at byte 3")
