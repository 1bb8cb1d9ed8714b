"""The key schedule: from the last epoch's init secret and a commit's secrets to everything an epoch needs (RFC 9420 §8)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.suites import CipherSuite, cipher_suite


@dataclass(frozen=True, slots=True)
class EpochSecrets:
    """The secrets of one epoch.

    `joiner_secret` and `welcome_secret` serve to write a Welcome and, with `encryption_secret`, would bring back every key of
    the secret tree: `forget_roots` drops all three, and the first two are never stored.
    """

    suite: CipherSuite
    sender_data_secret: bytes = field(repr=False)
    encryption_secret: bytes = field(repr=False)
    exporter_secret: bytes = field(repr=False)
    external_secret: bytes = field(repr=False)
    confirmation_key: bytes = field(repr=False)
    membership_key: bytes = field(repr=False)
    resumption_psk: bytes = field(repr=False)
    epoch_authenticator: bytes = field(repr=False)
    init_secret: bytes = field(repr=False)
    joiner_secret: bytes = field(default=b"", repr=False)
    welcome_secret: bytes = field(default=b"", repr=False)

    @classmethod
    def next(
        cls, suite: CipherSuite, init_secret: bytes, commit_secret: bytes, psk_secret: bytes, context: bytes
    ) -> EpochSecrets:
        """The epoch after one with `init_secret`; `context` is the encoded GroupContext of the new epoch."""
        extracted = suite.extract(init_secret, commit_secret)
        joiner_secret = suite.expand_with_label(extracted, "joiner", context, suite.hash_length)
        return cls.from_joiner(suite, joiner_secret, psk_secret, context)

    @classmethod
    def from_joiner(
        cls, suite: CipherSuite, joiner_secret: bytes, psk_secret: bytes, context: bytes
    ) -> EpochSecrets:
        """The epoch that a Welcome's joiner secret leads into."""
        intermediate = suite.extract(joiner_secret, psk_secret)
        epoch_secret = suite.expand_with_label(intermediate, "epoch", context, suite.hash_length)
        return replace(
            cls.from_epoch_secret(suite, epoch_secret),
            joiner_secret=joiner_secret,
            welcome_secret=welcome_secret(suite, joiner_secret, psk_secret),
        )

    @classmethod
    def from_epoch_secret(cls, suite: CipherSuite, epoch_secret: bytes) -> EpochSecrets:
        """The epoch of an epoch secret: drawn at random for a group's first (RFC 9420 §11)."""
        return cls(
            suite=suite,
            sender_data_secret=suite.derive_secret(epoch_secret, "sender data"),
            encryption_secret=suite.derive_secret(epoch_secret, "encryption"),
            exporter_secret=suite.derive_secret(epoch_secret, "exporter"),
            external_secret=suite.derive_secret(epoch_secret, "external"),
            confirmation_key=suite.derive_secret(epoch_secret, "confirm"),
            membership_key=suite.derive_secret(epoch_secret, "membership"),
            resumption_psk=suite.derive_secret(epoch_secret, "resumption"),
            epoch_authenticator=suite.derive_secret(epoch_secret, "authentication"),
            init_secret=suite.derive_secret(epoch_secret, "init"),
        )

    def export(self, label: str, context: bytes, length: int) -> bytes:
        """MLS-Exporter (RFC 9420 §8.5): up to 255 hashes of bytes, a `UsageError` for any other length."""
        most = 255 * self.suite.hash_length
        if not 0 <= length <= most:
            raise UsageError(f"an exported secret has up to {most} bytes, not {length}")
        secret = self.suite.derive_secret(self.exporter_secret, label)
        return self.suite.expand_with_label(secret, "exported", self.suite.hash(context), length)

    def confirmation_tag(self, confirmed_transcript_hash: bytes) -> bytes:
        """The MAC that a commit or GroupInfo carries to confirm the epoch (RFC 9420 §8.1)."""
        return self.suite.mac(self.confirmation_key, confirmed_transcript_hash)

    def external_key_pair(self) -> tuple[bytes, bytes]:
        """(private, public) of the key to which external joiners encrypt (RFC 9420 §8.3)."""
        return self.suite.derive_key_pair(self.external_secret)

    def forget_roots(self) -> EpochSecrets:
        """The secrets without those that lead to message keys, once tree and Welcome are made (RFC 9420 §9.2)."""
        return replace(self, joiner_secret=b"", welcome_secret=b"", encryption_secret=b"")

    def encode(self) -> bytes:
        """For the caller's encrypted storage; without joiner and welcome secret."""
        return codec.u16(self.suite.id) + b"".join(
            map(
                codec.opaque,
                (
                    self.sender_data_secret,
                    self.encryption_secret,
                    self.exporter_secret,
                    self.external_secret,
                    self.confirmation_key,
                    self.membership_key,
                    self.resumption_psk,
                    self.epoch_authenticator,
                    self.init_secret,
                ),
            )
        )

    @classmethod
    def read(cls, r: Reader) -> EpochSecrets:
        """What `encode` wrote."""
        return cls(cipher_suite(r.u16()), *(r.opaque() for _ in range(9)))


def welcome_secret(suite: CipherSuite, joiner_secret: bytes, psk_secret: bytes) -> bytes:
    """The secret under which a Welcome's group info is sealed (RFC 9420 §8)."""
    return suite.derive_secret(suite.extract(joiner_secret, psk_secret), "welcome")
