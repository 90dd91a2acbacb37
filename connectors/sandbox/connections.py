"""Cutting the TCP connection a request came on, which the ASGI interface has no word for."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import Receive, Scope

_LINGER_NONE = struct.pack("ii", 1, 0)


class Connections:
    """Finds a request's connection among those of the running server; `of_server` is set once it exists."""

    def __init__(self) -> None:
        self.of_server: Callable[[], Iterable[Any]] = tuple

    async def close(self, scope: Scope, receive: Receive) -> None:
        """Close the connection after what was sent, and return when it is gone."""
        self._transport(scope).close()
        await _gone(receive)

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Reset the connection, so that the client sees ECONNRESET, and return when it is gone."""
        transport = self._transport(scope)
        found: socket.socket = transport.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        transport.abort()
        await _gone(receive)

    def _transport(self, scope: Scope) -> asyncio.Transport:
        for connection in self.of_server():
            if connection.transport and connection.client == scope["client"]:
                transport: asyncio.Transport = connection.transport
                return transport
        raise LookupError(f"no connection of {scope['client']} is open on this server")


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
