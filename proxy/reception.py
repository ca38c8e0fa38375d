"""Builds the door and the portal, for each edition anew. Glue only."""

from cryptography.hazmat.primitives.serialization import Encoding

from proxy import __version__
from proxy.ca import CA
from proxy.cabundle import BUNDLE_FILE
from proxy.clientsetup.tool import Values
from proxy.config import Config
from proxy.configtype import Address
from proxy.door import Door
from proxy.pac import proxy_script
from proxy.portal import Portal
from proxy.portalpage import Facts, pages
from proxy.terms import Terms


def door_of(config: Config, authority: CA, edition: Terms, listening: Address) -> Door:
    """What is answered and let in at the proxy's own address."""
    gate = edition.gate
    reach = config.advertise or Address(config.listen.host, listening.port)
    names = frozenset({config.listen.host, reach.host})
    door = Door(
        gate.catalogue,
        base_urls=config.is_on(config.base_urls),
        names=names,
        origins=frozenset(origin.lower().rstrip("/") for origin in config.base_url_origins),
    )
    if not gate.answers_itself:
        return door
    policy = edition.charter.policy.id
    folder = config.state_dir / "ca" if config.listen.is_loopback else None  # another machine has other paths
    facts = Facts(
        version=__version__,
        policy=policy,
        fingerprint=authority.fingerprint,
        expires=f"{authority.not_after:%Y-%m-%d}",
        values=Values(
            f"http://{reach}",
            ca=str(authority.path) if folder else "/path/to/tightlip-ca.pem",
            bundle=str(folder / BUNDLE_FILE) if folder else "/path/to/bundle.pem",
        ),
        base_urls=door.base_urls_of() if door.base_urls else (),
        wants_password=config.users is not None,
    )
    script = proxy_script(gate.catalogue, str(reach))
    made = pages(facts, authority.cert_pem, authority.certificate.public_bytes(Encoding.DER), script)
    return door.with_portal(Portal(made, f"read by Tightlip {__version__}, policy {policy}", names))
