"""The apps of the documentation for Starlette and FastAPI, with a page, signing in, and an API to protect."""

from __future__ import annotations

import asyncio
import re
import types
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

PAGE = Path(__file__).parents[2] / "docs" / "apps" / "fastapi.md"
HTML, PYTHON = (re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) for kind in ("html", "python"))
EXAMPLES = dict(zip(("fastapi", "starlette"), PYTHON[:2], strict=True))
(WITH_LEDGER,) = PYTHON[2:]
SHOP = "https://policies.shop.example/"
Visit = Callable[[httpx2.AsyncClient], Any]


def load(framework: str, monkeypatch: pytest.MonkeyPatch, site: str, records: str = ":memory:") -> types.ModuleType:
    """Run the example for `framework` as a module, and add the routes of the shop to its app."""
    monkeypatch.setenv("RECORDS", records)
    return shop(framework, EXAMPLES[framework], monkeypatch, site)


def load_with_ledger(monkeypatch: pytest.MonkeyPatch, site: str, ledger: str, key: str) -> types.ModuleType:
    """Run the example with a ledger as a module, and add the routes of the shop to its app."""
    monkeypatch.setenv("LEDGER", ledger)
    monkeypatch.setenv("LEDGER_KEY", key)
    return shop("fastapi", WITH_LEDGER, monkeypatch, site)


def shop(framework: str, example: str, monkeypatch: pytest.MonkeyPatch, site: str) -> types.ModuleType:
    """Run `example` as a module, and add the routes of the shop to its app."""
    monkeypatch.setenv("POLICIES_SITE", site)
    module = types.ModuleType(f"shop_{framework}")
    exec(compile(example, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - trusted code of the documentation
    routes = [
        Route("/", lambda request: _page(request, site)),
        Route("/favicon.ico", lambda _: Response(status_code=204)),
        Route("/login/{user}", _login),
        Route("/visit", _visit(module.acceptance)),
        Route("/api/stream", _stream),
        Route("/api/support", lambda _: Response(b"open")),
        WebSocketRoute("/api/live", _live),
    ]
    module.app.router.routes.extend(routes)
    if framework == "fastapi":
        module.app.add_api_route("/api/orders", _orders)
    else:
        module.app.router.routes.append(Route("/api/orders", lambda _: JSONResponse([])))
    module.app.add_middleware(SessionMiddleware, secret_key="tests")  # noqa: S106 - no secret
    return module


def _page(request: Request, site: str) -> Response:
    user = request.session["user"]
    body = HTML[0].replace(SHOP, site).replace("u_8f3c", user)
    return HTMLResponse(f'<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>{body}</main></html>')


def _login(request: Request) -> Response:
    request.session["user"] = request.path_params["user"]
    return Response()


def _visit(acceptance: Any) -> Callable[[Request], Any]:
    async def visit(request: Request) -> Response:
        return Response(await acceptance.reference(request))

    return visit


async def _orders() -> list[str]:
    return []


async def _stream(_: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number

    return StreamingResponse(chunks())


async def _live(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


def visiting(app: Any, visit: Visit, user: str | None = "u_mia") -> Any:
    """Start `app`, sign `user` in, return the result of `visit`, and stop the app."""

    async def run() -> Any:
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://shop.example") as client,
        ):
            if user:
                await client.get(f"/login/{user}")
            return await visit(client)

    return asyncio.run(run())
