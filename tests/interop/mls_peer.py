"""A driver of our MLS engine for other implementations: line-JSON on stdin, one answer a line on stdout, until `quit`.

    python tests/interop/mls_peer.py

Byte strings are base64. A refusal is `{"ok": false, "error": …, "kind": …}` and changes nothing: `kind` is the engine's (see
`hotline_protocol.mls.errors`), or `malformed`, `unsupported`, `usage`; for a wrong request `json`, `command`, `field`, `handle`;
for a fault of the driver `internal`, with its trace on stderr.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

# Run by its path, a script sees its own directory only; its rooms are imported as `tests.interop`.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hotline_protocol.mls.errors import (
    MalformedError,
    MLSError,
    RefusedError,
    UnsupportedError,
    UsageError,
)
from tests.interop.peer_commands import run
from tests.interop.peer_fields import BadRequestError, Fields, read_request
from tests.interop.peer_state import PeerState

_KINDS = {MalformedError: "malformed", UnsupportedError: "unsupported", UsageError: "usage"}


def answer(state: PeerState, line: bytes) -> dict[str, object]:
    """The answer to one line, whatever it holds."""
    request_id: object = None
    try:
        request = read_request(line)
        request_id = request.get("id")
        return {"id": request_id, "ok": True, **run(state, Fields(request))}
    except (BadRequestError, RefusedError) as error:
        kind = error.kind
        refused: Exception = error
    except MLSError as error:
        kind = _KINDS[type(error)]
        refused = error
    except Exception as error:  # noqa: BLE001  # a fault of ours must not end another implementation's test bench
        traceback.print_exc()
        kind, refused = "internal", error
    return {"id": request_id, "ok": False, "error": str(refused), "kind": kind}


def main() -> None:
    state = PeerState()
    while not state.done and (line := sys.stdin.buffer.readline()):
        sys.stdout.write(json.dumps(answer(state, line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
