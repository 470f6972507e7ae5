"""What the service reports about its requests: one JSON line each, and metrics in the text format of Prometheus.

Invariants: a line and a metric contain the pattern of a route, never an address, a query, a header or a body, so that
none of them can contain the reference of a subject.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Final

from inforce.ledger.keys import now_milliseconds

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode
_NAMESPACE: Final = "inforce_ledger"
Sample = tuple[str, str, str, Iterable[tuple[Mapping[str, object], float]]]


@dataclass(slots=True)
class Exchange:
    """One request and its response; what is unknown is empty."""

    method: str
    route: str = ""
    caller: str = ""
    status: int = 0
    fault: Exception | None = None
    began: float = field(default_factory=time.perf_counter)


class Journal:
    """The log and the counts of requests.

    :param log: function that writes one line; None: no log
    """

    def __init__(self, log: Callable[[str], object] | None = None) -> None:
        self._log = log
        self._requests: dict[tuple[str, str, int], list[float]] = defaultdict(lambda: [0, 0.0])

    def add(self, exchange: Exchange) -> None:
        """Count `exchange`, and log it."""
        seconds = time.perf_counter() - exchange.began
        method = exchange.method if exchange.method in _METHODS else ""
        counted = self._requests[method, exchange.route, exchange.status]
        counted[0] += 1
        counted[1] += seconds
        if self._log:
            line: dict[str, Any] = {
                "time": _now(),
                "method": method,
                "route": exchange.route,
                "status": exchange.status,
                "ms": round(seconds * 1_000, 3),
                "caller": exchange.caller,
            }
            if exchange.fault:
                line |= {"fault": type(exchange.fault).__name__, "at": _place(exchange.fault)}
            self._log(_encode(line))

    def metrics(self, samples: Iterable[Sample]) -> bytes:
        """Return the counts of requests and `samples` in the text format of Prometheus.

        :param samples: each with a name, its type, a description, and values by their labels
        """
        keys = [({"method": m, "route": r, "status": s}, counted) for (m, r, s), counted in self._requests.items()]
        requests: list[Sample] = [
            ("requests_total", "counter", "Requests.", [(labels, counted[0]) for labels, counted in keys]),
            (
                "request_seconds_total",
                "counter",
                "Seconds to answer.",
                [(labels, counted[1]) for labels, counted in keys],
            ),
        ]
        return "".join(line + "\n" for sample in (*requests, *samples) for line in _lines(*sample)).encode()


def _now() -> str:
    seconds, milliseconds = divmod(now_milliseconds(), 1_000)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _lines(name: str, kind: str, text: str, values: Iterable[tuple[Mapping[str, object], float]]) -> Iterator[str]:
    yield f"# HELP {_NAMESPACE}_{name} {text}"
    yield f"# TYPE {_NAMESPACE}_{name} {kind}"
    for labels, value in values:
        listed = ",".join(f'{label}="{of}"' for label, of in labels.items())
        yield f"{_NAMESPACE}_{name}{{{listed}}} {value:.15g}" if listed else f"{_NAMESPACE}_{name} {value:.15g}"


def _place(fault: Exception) -> str:
    """Return the file and line that raised `fault`; its message may contain what a client sent."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
