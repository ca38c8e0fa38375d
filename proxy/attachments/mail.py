"""Mail messages: headers decoded, every text body decoded, every attachment opened."""

import email
import email.policy
from email.header import decode_header, make_header
from email.message import Message

from proxy.attachments.opening import Opening, join
from proxy.attachments.recognise import is_known_file
from proxy.attachments.text import is_binary
from proxy.reason import Reason

MAX_PARTS = 1000


def read_mail(content: bytes, opening: Opening, within: str) -> None:
    """Reads an RFC 5322 message with its MIME parts. What its boundaries leave out shows in the plain text part.

    So does what calls itself base64 and is none, such as a value cut out: its bytes are no file.
    """
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    opening.text(join(within, "headers"), "", _headers(message))
    for number, part in enumerate(message.walk(), 1):
        if number > MAX_PARTS:
            opening.fail(Reason.TOO_LARGE)
            return
        if number > 1:
            opening.text(join(within, f"entry:{number}"), "headers", _headers(part))
        if part.is_multipart():
            if part.defects:
                opening.fail()
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and (is_known_file(data) or not (part.defects and is_binary(data))):
            opening.read(data, join(within, f"entry:{number}"), part.get("content-type"), part.get_filename())


def _headers(message: Message) -> str:
    return "\n".join(f"{name}: {_decoded(str(value))}" for name, value in message.items())


def _decoded(value: str) -> str:
    """A header's value with its encoded words (RFC 2047) undone, as far as they can be."""
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return value
