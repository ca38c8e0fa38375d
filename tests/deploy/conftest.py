"""The lab of the end-to-end tests, for what is deployed around the proxy."""

from tests.e2e.conftest import authority, lab, vendor, vendor_server

__all__ = ["authority", "lab", "vendor", "vendor_server"]
