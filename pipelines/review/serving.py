"""Serves the workbench: on this machine alone, or with a certificate."""

import ipaddress
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from features.errors import UsageError

# Longer than any page takes; a browser that says nothing is let go.
_KEEP_ALIVE_SECONDS = 20
_MOST_CONNECTIONS = 500


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where to listen, and with which certificate."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def is_tls(self) -> bool:
        """Tell whether it is HTTPS."""
        return self.certificate is not None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Give the names under which browsers may ask."""
        own = ("127.0.0.1", "localhost", "[::1]") if is_loopback(self.host) else ()
        listened = () if _is_any(self.host) else (self.host,)
        return tuple(dict.fromkeys((*own, *listened, *self.names)))

    def url(self, port: int) -> str:
        """Write the address to open in a browser."""
        name = self.names[0] if self.names else self.host
        shown = f"[{name}]" if ":" in name else name
        return f"{'https' if self.is_tls else 'http'}://{shown}:{port}/"

    def check(self) -> None:
        """Refuse what would send passwords in the clear, or answer to any name.

        Raises:
            UsageError: no certificate beyond this machine, half of one, or no name.
        """
        if (self.certificate is None) != (self.key is None):
            message = "--tls-cert and --tls-key belong together; give both"
            raise UsageError(message)
        for path in (self.certificate, self.key):
            if path is not None and not path.is_file():
                message = f"{path} is no file; give the certificate and its key in PEM"
                raise UsageError(message)
        if not self.is_tls and not is_loopback(self.host):
            message = f"plain HTTP is served on this machine alone, not on {self.host}; give --tls-cert and --tls-key"
            raise UsageError(message)
        if not self.hosts:
            message = f"{self.host} is every address of the machine; say with --name under which name browsers ask"
            raise UsageError(message)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def server(app: ASGIApp, address: Address) -> uvicorn.Server:
    """Make the server; nothing of a request goes into its log but what we write."""
    address.check()
    # Its lines name addresses and cases; that no log is configured does not stop it.
    logging.getLogger("uvicorn.access").disabled = True
    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    return uvicorn.Server(config)


def log_to_stderr() -> None:
    """Write our lines, and uvicorn's when something is wrong, to the standard error."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s"
    )
    logging.getLogger("shian.review").setLevel(logging.INFO)


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
