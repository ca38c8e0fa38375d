"""A bill of materials in CycloneDX 1.6 (ECMA-424): what the lock pins, as installed, and what needs what.

Made from metadata alone, so that the same lock gives the same bytes: no clock, no random serial number. Written here
rather than by a tool, since those either list the whole environment, tests and all, or know nothing of licences.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, distribution
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.licence import licence_of
from supply.lock import Pin

Component = dict[str, Any]
_PRODUCT = "tightlip"


def bill(pins: Sequence[Pin]) -> dict[str, Any]:
    """The document. Raises PackageNotFoundError for a pin that is not installed, ValueError for another version."""
    product = distribution(_PRODUCT)
    root = Pin(_PRODUCT, product.version, ())
    refs = {pin.name: pin.purl for pin in pins}
    installed = {pin.name: _installed(pin) for pin in pins}
    content = " ".join([root.purl, *(f"{pin.purl} {' '.join(pin.hashes)}" for pin in pins)])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": _component(root, product, "application")},
        "components": [_component(pin, installed[pin.name], "library") for pin in pins],
        "dependencies": [
            {"ref": root.purl, "dependsOn": sorted(_needed(product, refs))},
            *({"ref": pin.purl, "dependsOn": sorted(_needed(installed[pin.name], refs))} for pin in pins),
        ],
    }


def _installed(pin: Pin) -> Distribution:
    found = distribution(pin.name)
    if found.version != pin.version:
        raise ValueError(f"{pin.name}: expected {pin.version} as locked, found {found.version} installed")
    return found


def _component(pin: Pin, found: Distribution, kind: str) -> Component:
    licence = licence_of(pin.name, found)
    component: Component = {"type": kind, "bom-ref": pin.purl, "name": pin.name, "version": pin.version}
    if summary := found.metadata.get("Summary"):
        component["description"] = summary
    if pin.hashes:  # of each file that may be installed: one a platform
        component["hashes"] = [{"alg": "SHA-256", "content": value} for value in pin.hashes]
    if licence.expression:
        component["licenses"] = [{"expression": licence.expression}]
    component["purl"] = pin.purl
    return component


def _needed(found: Distribution, refs: Mapping[str, str]) -> Iterator[str]:
    """What a package asks for here, without its extras, as far as it is pinned."""
    for text in found.requires or ():
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if name in refs and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            yield refs[name]
