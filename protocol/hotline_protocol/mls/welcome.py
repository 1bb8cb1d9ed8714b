"""The Welcome: how added members learn the epoch's secrets (RFC 9420 §12.4.3.1), and the GroupInfo inside.

Rules enforced: the Welcome names our key package and its suite; the joiner secret is as long as the hash; the
GroupInfo opens under the welcome secret, is of the same suite, and is signed by the member it names. Tree, confirmation tag and membership are for whoever joins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import Extension, encode_extensions, read_extensions
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex

_SECRETS_LABEL = "Welcome"
_INFO_LABEL = "GroupInfoTBS"


@dataclass(frozen=True, slots=True)
class GroupSecrets:
    """What one joiner learns. `path_secret` is that of the lowest node above joiner and committer."""

    joiner_secret: bytes = field(repr=False)
    path_secret: bytes | None = field(default=None, repr=False)
    psks: tuple[PreSharedKeyID, ...] = ()

    def encode(self) -> bytes:
        """The struct `GroupSecrets`."""
        path_secret = None if self.path_secret is None else codec.opaque(self.path_secret)
        psks = codec.vector(psk.encode() for psk in self.psks)
        return codec.opaque(self.joiner_secret) + codec.optional(path_secret) + psks

    @classmethod
    def read(cls, r: Reader) -> GroupSecrets:
        """The struct `GroupSecrets`."""
        return cls(r.opaque(), r.optional(Reader.opaque), tuple(r.vector(PreSharedKeyID.read)))


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """An epoch as a member vouches for it to those outside (RFC 9420 §12.4.3)."""

    group_context: GroupContext
    extensions: tuple[Extension, ...]
    confirmation_tag: bytes
    signer: LeafIndex
    signature: bytes = b""

    def encode(self) -> bytes:
        """The struct `GroupInfo`."""
        return self._tbs() + codec.opaque(self.signature)

    @classmethod
    def read(cls, r: Reader) -> GroupInfo:
        """The struct `GroupInfo`."""
        return cls(GroupContext.read(r), read_extensions(r), r.opaque(), LeafIndex(r.u32()), r.opaque())

    def sign(self, suite: CipherSuite, private: bytes) -> GroupInfo:
        """The group info with its signature."""
        return replace(self, signature=suite.sign_with_label(private, _INFO_LABEL, self._tbs()))

    def verify(self, suite: CipherSuite, public: bytes) -> None:
        """Refuse, as `signature`, what the signer's key did not sign."""
        suite.verify_with_label(public, _INFO_LABEL, self._tbs(), self.signature)

    def _tbs(self) -> bytes:
        return (
            self.group_context.encode()
            + encode_extensions(self.extensions)
            + codec.opaque(self.confirmation_tag)
            + codec.u32(self.signer)
        )


@dataclass(frozen=True, slots=True)
class EncryptedGroupSecrets:
    """The group secrets for the holder of one key package."""

    new_member: bytes
    """The key package's reference."""
    encrypted_group_secrets: HPKECiphertext

    def encode(self) -> bytes:
        """The struct `EncryptedGroupSecrets`."""
        return codec.opaque(self.new_member) + self.encrypted_group_secrets.encode()

    @classmethod
    def read(cls, r: Reader) -> EncryptedGroupSecrets:
        """The struct `EncryptedGroupSecrets`."""
        return cls(r.opaque(), HPKECiphertext.read(r))


@dataclass(frozen=True, slots=True)
class Welcome:
    """One group info for all joiners, and to each the secrets that open it."""

    cipher_suite: int
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: bytes

    def encode(self) -> bytes:
        """The struct `Welcome`."""
        secrets = codec.vector(one.encode() for one in self.secrets)
        return codec.u16(self.cipher_suite) + secrets + codec.opaque(self.encrypted_group_info)

    @classmethod
    def read(cls, r: Reader) -> Welcome:
        """The struct `Welcome`."""
        return cls(r.u16(), tuple(r.vector(EncryptedGroupSecrets.read)), r.opaque())

    @classmethod
    def encrypt(
        cls,
        suite: CipherSuite,
        welcome_secret: bytes,
        group_info: GroupInfo,
        joiners: Iterable[tuple[KeyPackage, GroupSecrets]],
    ) -> Welcome:
        """The Welcome for these joiners; `group_info` is signed already."""
        key, nonce = _info_keys(suite, welcome_secret)
        sealed_info = suite.seal(key, nonce, b"", group_info.encode())
        secrets = tuple(
            EncryptedGroupSecrets(
                key_package.ref(suite),
                suite.encrypt_with_label(
                    key_package.init_key, _SECRETS_LABEL, sealed_info, group_secrets.encode()
                ),
            )
            for key_package, group_secrets in joiners
        )
        return cls(suite.id, secrets, sealed_info)

    def decrypt_secrets(
        self, suite: CipherSuite, key_package: KeyPackage, init_private: bytes
    ) -> GroupSecrets:
        """Our group secrets; refused as `welcome` if it is not for this key package, as `decrypt` if it does not open."""
        if self.cipher_suite != suite.id or key_package.cipher_suite != suite.id:
            raise RefusedError("suite", f"expected a welcome and a key package for suite {suite.id:#06x}")
        own = key_package.ref(suite)
        mine = [one.encrypted_group_secrets for one in self.secrets if one.new_member == own]
        if len(mine) != 1:
            raise RefusedError("welcome", f"expected one entry for our key package, found {len(mine)}")
        opened = suite.decrypt_with_label(init_private, _SECRETS_LABEL, self.encrypted_group_info, mine[0])
        group_secrets = codec.decode(GroupSecrets.read, opened)
        # HMAC pads its key with zeros: a secret with some more or fewer at its end would open the same.
        got = len(group_secrets.joiner_secret)
        if got != suite.hash_length:
            raise RefusedError("decrypt", f"expected a joiner secret of {suite.hash_length} bytes, got {got}")
        return group_secrets

    def decrypt_group_info(self, suite: CipherSuite, welcome_secret: bytes) -> GroupInfo:
        """The group info; its signature is not yet verified, since the signer's key is in the tree."""
        key, nonce = _info_keys(suite, welcome_secret)
        info = codec.decode(GroupInfo.read, suite.open(key, nonce, b"", self.encrypted_group_info))
        if info.group_context.cipher_suite != suite.id:
            raise RefusedError("suite", "the group info is for another suite than the welcome")
        return info


def _info_keys(suite: CipherSuite, welcome_secret: bytes) -> tuple[bytes, bytes]:
    return (
        suite.expand_with_label(welcome_secret, "key", b"", suite.key_length),
        suite.expand_with_label(welcome_secret, "nonce", b"", suite.nonce_length),
    )
