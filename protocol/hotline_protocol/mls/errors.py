"""What can go wrong in the MLS engine, by whose fault it is.

MLSError
├── UsageError           the caller asked for something that cannot be done
├── MalformedError       bytes that are not a valid encoding
├── RefusedError         well-formed, but a check of RFC 9420 failed; `kind` names the check
└── UnsupportedError     well-formed, but a suite, version or type this engine does not speak
"""

from __future__ import annotations


class MLSError(Exception):
    """Base of everything the engine raises on purpose. State is unchanged whenever it is raised."""


class UsageError(MLSError):
    """The caller's own mistake: a wrong argument, or an operation the group's state does not allow."""


class MalformedError(MLSError):
    """The bytes are no valid encoding of what was expected (RFC 9420 §2, §6)."""


class UnsupportedError(MLSError):
    """A well-formed object names a version, suite, credential or type that is not supported."""


class RefusedError(MLSError):
    """A check of RFC 9420 failed.

    `kind` is a short stable word for tests and callers: `signature`, `membership-tag`, `confirmation-tag`,
    `epoch`, `group`, `replay`, `generation`, `tree-hash`, `parent-hash`, `path`, `leaf`, `key-package`,
    `proposal`, `link`, `credential`, `padding`, `decrypt`, `sender`, `welcome`, `psk`, `suite`, `content-type`,
    `public-key`.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class PrivatelyRefusedError(RefusedError):
    """A commit passed every check that all members make alike, and failed one that only this member can make.

    Its own part of the path does not open, or does not fit the public keys that all see. Others may have accepted the commit: the
    caller must not take it for one that everybody skips. A wrong confirmation tag is another thing: whoever got as far as to
    compute it computed the same, unless a pre-shared key was in play that not everybody need have.
    """
