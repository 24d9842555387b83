"""The one door to GitHub's API: pacing, retries that are right, and errors in words.

PyGithub carries addresses, authentication and connections; its own retries are switched off, because they repeat a
POST that got a 502 (two pull requests) and give up on a 429 without headers (measured on 2.10).
What is right instead:
- a rate limit was refused before anything was done: wait as told and repeat, whatever the method;
- after a 5xx or a cut connection a GET, PATCH, PUT, DELETE or query is repeated, and so is a POST that only stores
  content by its hash; any other POST first looks whether its object stands there already.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.edge.github.call import Call, Spare, innermost, parsed, spared
from bot.edge.github.errors import Broken, Limited, LimitReached, Troubled, limit_of, refusal, said
from bot.errors import ForgeError
from bot.model.sweep import Allowance

if TYPE_CHECKING:
    from github.Requester import Requester


_LOG = logging.getLogger("loadguard.github")


_RENEWALS_APART = 300.0
"""Seconds: a token that dies sooner than this after its renewal is refused for another reason."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, all in seconds. GitHub asks for 1 s between writes and more after one that notifies people.

    `limit_wait` answers a rate limit that names no time; `longest` is all the waiting for limits that one run may do.
    """

    attempts: int = 5
    error_wait: float = 1.0
    limit_wait: float = 60.0
    longest: float = 900.0
    between_writes: float = 1.0
    after_notifying: float = 3.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time


class Door:
    """Every request of a run goes through one of these."""

    def __init__(self, requester: Requester, *, patience: Patience) -> None:
        self._requester = requester
        self._patience = patience
        self._waited = 0.0
        self._limits: dict[str, Allowance] = {}
        self._next_write = 0.0
        self._renewed_at = float("-inf")

    @property
    def limits(self) -> Mapping[str, Allowance]:
        """What GitHub last said is left of each hourly limit, by resource (`core`, `graphql`)."""
        return self._limits

    @property
    def waited(self) -> float:
        """Seconds spent on waiting for limits."""
        return self._waited

    @property
    def patience(self) -> Patience:
        return self._patience

    @property
    def token(self) -> str:
        """The token in force, for git, which does not come through here. An App's is renewed before it ends."""
        auth = self._requester.auth
        return auth.token if auth is not None else ""

    @property
    def base_url(self) -> str:
        """GITHUB_API_URL, without a slash at its end."""
        return str(self._requester.base_url).rstrip("/")

    # -- verbs -----------------------------------------------------------------------------------------------
    def get(self, path: str, **query: Any) -> Any:
        return self._send(Call("GET", path, query=query))

    def where(self, path: str) -> str:
        """The address a GET is sent on to, such as a tarball's on the download host. It is not followed: whoever does
        must not show our token there.
        """
        return str(self._send(Call("GET", path, elsewhere=True)))

    def put(self, path: str, body: Any, *, method: str, needs: str) -> Any:
        """A write that may be repeated: PATCH, PUT, DELETE, or a POST that stores by hash or adds to a set."""
        return self._send(Call(method, path, body=body, needs=needs))

    def post(self, path: str, body: Any, *, needs: str, standing: Callable[[], Any], notifies: bool = False) -> Any:
        """A write that must not be done twice. `standing` answers the object where it stands already, else None."""
        return self._send(
            Call("POST", path, body=body, needs=needs, notifies=notifies, repeatable=False, standing=standing)
        )

    def add(self, path: str, body: Any, *, needs: str, standing: Callable[[], Any]) -> Any:
        """A PATCH that adds to what is there, so that it must not be done twice either; as `post`."""
        return self._send(Call("PATCH", path, body=body, needs=needs, repeatable=False, standing=standing))

    def ask(self, text: str, variables: Mapping[str, Any], *, needs: str = "", spare: Spare | None = None) -> Any:
        """A GraphQL query, or (with `needs`) a mutation that may be repeated; its `data`.

        A field in `spare` that is not there for a reason named there is None, no error.
        """
        body = {"query": text, "variables": dict(variables)}
        address = self._requester.graphql_url
        return self._send(Call("POST", address, body=body, needs=needs, graphql=True, spare=spare or {}))

    # -- one call, to its end --------------------------------------------------------------------------------
    def _send(self, call: Call) -> Any:
        attempt = limits = 0
        while True:
            outcome = self._once(call)
            if isinstance(outcome, Limited):
                limits += 1
                self._wait_for_limit(call, outcome, limits)
            elif isinstance(outcome, Broken):
                attempt += 1
                self._wait_after_error(call, outcome, attempt)
                if not call.repeatable and call.standing is not None:
                    there = call.standing()
                    if there is not None:
                        return there
            else:
                return outcome.value

    def _once(self, call: Call) -> _Done | Limited | Broken:
        import requests
        from github.GithubException import GithubException

        self._pace(call)
        try:
            return self._answered(call)
        except GithubException as error:  # the token of an App that could not be made
            return self._judged(call, error.status, error.headers or {}, error.data)
        except requests.RequestException as error:
            return Broken(f"{type(error).__name__}: {innermost(error)}")
        except RuntimeError as error:  # PyGithub's word for a redirect to another host
            raise ForgeError(f"{call}: {error}", hint="Look at the address of the API.") from error
        finally:
            self._mark(call)

    def _answered(self, call: Call) -> _Done | Limited | Broken:
        query = {key: value for key, value in (call.query or {}).items() if value is not None}
        status, headers, text = self._requester.requestJson(call.method, call.address, query, None, call.body)
        self._note(headers)
        if call.elsewhere and status in (302, 303, 307) and headers.get("location"):
            return _Done(headers["location"])
        data, whole = parsed(text)
        if call.elsewhere and status < 300:
            return Broken(f"GitHub said {status} where it sends elsewhere")
        if status >= 300:
            return self._judged(call, status, headers, data)
        if not whole:
            return Broken(f"GitHub said {status} and no JSON: {text[:80]!r}")
        return self._read_graphql(call, headers, data) if call.graphql else _Done(data)

    def _read_graphql(self, call: Call, headers: Mapping[str, str], answer: Any) -> _Done | Limited | Broken:
        errors = [one for one in answer.get("errors") or [] if not spared(one, call.spare)]
        if not errors:
            return _Done(answer["data"])
        if any(one.get("type") == "RATE_LIMITED" for one in errors):
            return limit_of(429, headers, errors[0], now=self._patience.clock()) or Limited(said(errors[0]), None)
        if any(one.get("type") == "FORBIDDEN" for one in errors):
            raise refusal(403, headers, errors[0], what="GraphQL", needs=call.needs)
        if any(one.get("type") == "NOT_FOUND" for one in errors):
            raise refusal(404, headers, errors[0], what="GraphQL", needs=call.needs)
        if answer.get("data") is None and "something went wrong" in said(errors[0]).lower():
            return Broken(said(errors[0]))
        raise ForgeError(f"GraphQL: {'; '.join(said(one) for one in errors)}")

    def _judged(self, call: Call, status: int, headers: Mapping[str, str], data: Any) -> Limited | Broken:
        limited = limit_of(status, headers, data, now=self._patience.clock())
        if limited:
            return limited
        if status >= 500:
            return Broken(f"GitHub said {status}: {said(data)}")
        if status == 401 and self._renewed():
            return Broken(f"the token had ended ({said(data)})")
        what = "GraphQL" if call.graphql else str(call)
        raise refusal(status, headers, data, what=what, needs=call.needs)

    def _note(self, headers: Mapping[str, str]) -> None:
        """Remember what the `x-ratelimit-*` headers of an answer say."""
        try:
            limit, left, reset = (float(headers[f"x-ratelimit-{each}"]) for each in ("limit", "remaining", "reset"))
        except (KeyError, ValueError):
            return
        resource = headers.get("x-ratelimit-resource", "core")
        self._limits[resource] = Allowance(resource, int(limit), int(left), reset)

    def _renewed(self) -> bool:
        """Whether another token was asked for: an App's, once in a while. Of a person's there is no other."""
        renew, now = getattr(self._requester.auth, "renew", None), self._patience.clock()
        if renew is None or now < self._renewed_at + _RENEWALS_APART:
            return False
        self._renewed_at = now
        renew()
        return True

    # -- waiting ---------------------------------------------------------------------------------------------
    def _wait_for_limit(self, call: Call, limited: Limited, times: int) -> None:
        patience = self._patience
        wait = limited.wait if limited.wait is not None else patience.limit_wait * 2.0 ** (times - 1)
        if self._waited + wait > patience.longest:
            resume = datetime.fromtimestamp(patience.clock() + wait, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            raise LimitReached(
                f"{call}: GitHub's rate limit is reached ({limited.reason})",
                resume=patience.clock() + wait,
                hint=f"Run again after {resume}; what was done so far stands and is not done twice.",
            )
        self._waited += wait
        # Without a handler logging writes warnings to stderr: nobody should wonder why a job stands still.
        _LOG.warning("GitHub's rate limit is reached (%s): waiting %.0f s", limited.reason, wait)
        patience.sleep(wait)

    def _wait_after_error(self, call: Call, broken: Broken, times: int) -> None:
        if times >= self._patience.attempts:
            raise Troubled(f"{call}: {broken.reason}, {times} times", hint="GitHub or the network is in trouble.")
        self._patience.sleep(self._patience.error_wait * 2.0 ** (times - 1))

    def _pace(self, call: Call) -> None:
        wait = self._next_write - self._patience.clock()
        if call.writes and wait > 0:
            self._patience.sleep(wait)

    def _mark(self, call: Call) -> None:
        if call.writes:
            gap = self._patience.after_notifying if call.notifies else self._patience.between_writes
            self._next_write = self._patience.clock() + gap


@dataclass(frozen=True, slots=True)
class _Done:
    value: Any
