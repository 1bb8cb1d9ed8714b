"""What a delegate's request can meet besides the errors of `hotline_protocol.errors`; each has an exit code of its own."""

from __future__ import annotations

from typing import Final

from hotline_protocol.errors import HotlineError, StorageError, TrustError, UsageError


class NotInstalled(UsageError):  # noqa: N818 - named for the state
    """There is a key on this device, and no certificate and charter yet."""


class Unreachable(HotlineError):  # noqa: N818 - named for the outcome
    """The relay is not reachable now; what was to be sent is kept in the outbox."""


class Refused(HotlineError):  # noqa: N818 - named for the outcome
    """The relay, or a rule of the channel, refused or rate-limited the request."""


class AckTimeout(HotlineError):  # noqa: N818 - named for the outcome
    """The message is in the log, but nobody acknowledged it in the time given."""


class Declined(HotlineError):  # noqa: N818 - named for the outcome
    """The other side answered, and its answer is no."""


class KeyReused(UsageError):  # noqa: N818 - named for the outcome
    """An idempotency key names a message with other content."""


class HaltedChannel(TrustError):  # noqa: N818 - named for the outcome
    """The channel is halted because its log does not match what was signed; a person has to decide."""


RECOVER: Final = "`hotline recover`: this device leaves its groups and asks to be admitted anew; what it holds and what waits is kept"


class OldVault(StorageError):  # noqa: N818 - named for the outcome
    """The vault may be older than words that were said with its keys: nothing is sealed with it until a person decides."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.add_note(RECOVER)
