"""Rules M1 to M13: for founding, commit and Welcome the untouched change passes, and each broken rule is named.

One function, `certify`, serves all three; a Welcome shows neither the tree before nor the proposals, so M6, M10 and M13 cannot
be broken there in a way that its reader could see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from hotline_protocol.errors import MembershipError
from hotline_protocol.identity.certificate import Certificate, parse_certificate
from hotline_protocol.identity.charter import Channel
from hotline_protocol.identity.membership import Roster, certify
from hotline_protocol.identity.trust import Trust
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.content import Sender
from hotline_protocol.mls.credential import BasicCredential, Credential, X509Credential
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.proposal import GroupContextExtensions, PreSharedKey, Remove
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.state import Member
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.terms import Arena, Role
from tests.protocol.identity.parties import DAY, NOW, crl, identified, issue, trust

SUITE = 0x004E
AT = NOW + DAY
AIR = frozenset({Arena.AIR})
AIR_CHANNEL = Channel("air", "ab", Arena.AIR)
CONTEXT = GroupContext(SUITE, b"group", 7, b"", b"")
A_HEAD = issue("a", "A head", Role.HEAD, 101)
A_DEPUTY = issue("a", "A deputy", Role.DEPUTY, 102)
A_OFFICER = issue("a", "A officer", Role.OFFICER, 103, arenas=AIR)
A_PLAIN = issue("a", "A plain", Role.OFFICER, 104)
A_EXPIRED = issue("a", "A expired", Role.OFFICER, 105, arenas=AIR, not_after=NOW + 10)
A_WATCH = issue("a", "A watch", Role.WATCH, 106, arenas=AIR)
A_BOT = issue("a", "A bot", Role.BOT, 107, arenas=AIR)
B_HEAD = issue("b", "B head", Role.HEAD, 201)
B_OFFICER = issue("b", "B officer", Role.OFFICER, 202, arenas=AIR)
B_DEPUTY = issue("b", "B deputy", Role.DEPUTY, 203)
STRANGER = issue("stranger", "A head", Role.HEAD, 301)
A_HEAD_DEMOTED = issue("a", "A head", Role.OFFICER, 101, arenas=AIR)
A_HEAD_RENEWED = issue("a", "A head", Role.DEPUTY, 101, not_before=NOW + 1)
NEWCOMER = 4


def certificate(der: bytes) -> Certificate:
    return identified(der)


def leaf(
    der: bytes, *, state: bytes = b"0", credential: Credential | None = None, key: bytes | None = None
) -> LeafNode:
    return LeafNode(
        encryption_key=state,
        signature_key=identified(der).public_key if key is None else key,
        credential=credential or X509Credential((der,)),
        capabilities=Capabilities(),
        source=LeafNodeSource.COMMIT,
    )


@dataclass
class Change:
    """A change that passes, to be broken in one place."""

    kind: str
    before: dict[int, LeafNode]
    after: dict[int, LeafNode]
    committer: bytes = A_HEAD
    channel: Channel = AIR_CHANNEL
    trust: Trust = field(default_factory=trust)
    founding: bool = False
    at: int = AT
    context: GroupContext = CONTEXT
    proposals: list[Proposed] = field(default_factory=list)
    newcomer: int = NEWCOMER

    def certify(self) -> Roster:
        if self.kind == "welcome":
            self.before = {index: one for index, one in self.after.items() if index != self.newcomer}
        return certify(
            self.channel,
            self.trust,
            [Member(LeafIndex(index), one) for index, one in sorted(self.before.items())],
            [Member(LeafIndex(index), one) for index, one in sorted(self.after.items())],
            certificate(self.committer),
            at=self.at,
            founding=self.founding,
            suite=SUITE,
            context=self.context,
            proposals=self.proposals,
        )

    def commit_by(self, index: int, der: bytes) -> None:
        """Let the member at `index` be the committer; everybody else keeps the leaf."""
        self.after[0] = self.before[0]
        self.after[index] = leaf(der, state=b"1")
        self.committer = der


def founding() -> Change:
    return Change(
        "founding",
        {0: leaf(A_HEAD)},
        {0: leaf(A_HEAD, state=b"1"), 1: leaf(B_HEAD), 2: leaf(A_DEPUTY), NEWCOMER: leaf(A_OFFICER)},
        founding=True,
    )


def commit() -> Change:
    before = {0: leaf(A_HEAD), 1: leaf(B_HEAD), 2: leaf(A_WATCH), 3: leaf(B_OFFICER)}
    after = {**before, 0: leaf(A_HEAD, state=b"1"), NEWCOMER: leaf(A_OFFICER)}
    return Change("commit", before, after)


def welcome() -> Change:
    change = commit()
    return replace(change, kind="welcome")


KINDS = {"founding": founding, "commit": commit, "welcome": welcome}


# --- one way to break each rule; the kinds in which its breach can be seen


def unknown_root(change: Change) -> None:
    key = device_key(STRANGER)
    change.after[NEWCOMER] = leaf(A_HEAD, credential=X509Credential((STRANGER,)), key=key)


def device_key(der: bytes) -> bytes:
    return parse_certificate(der).public_key


def bare_name(change: Change) -> None:
    change.after[NEWCOMER] = leaf(A_OFFICER, credential=BasicCredential(b"A officer"))


def two_certificates(change: Change) -> None:
    change.after[NEWCOMER] = leaf(A_OFFICER, credential=X509Credential((A_OFFICER, A_DEPUTY)))


def other_signature_key(change: Change) -> None:
    change.after[NEWCOMER] = leaf(A_OFFICER, key=b"\x01" * 32)


def same_key_twice(change: Change) -> None:
    change.after[NEWCOMER + 1] = leaf(A_OFFICER)


def not_entitled(change: Change) -> None:
    change.after[NEWCOMER] = leaf(A_PLAIN)


def other_sides_caucus(change: Change) -> None:
    change.channel = Channel("caucus.a", "a")


def expired_newcomer(change: Change) -> None:
    change.after[NEWCOMER] = leaf(A_EXPIRED)


def revoked_newcomer(change: Change) -> None:
    change.trust = change.trust.with_crl(crl("a", 103))


def not_yet_valid_newcomer(change: Change) -> None:
    late = issue("a", "A late", Role.OFFICER, 108, arenas=AIR, not_before=AT + 1)
    change.after[NEWCOMER] = leaf(late)


def stale_key_package(change: Change) -> None:
    change.after[NEWCOMER] = replace(leaf(A_OFFICER), lifetime=Lifetime(NOW, AT - 1))


def premature_key_package(change: Change) -> None:
    change.after[NEWCOMER] = replace(leaf(A_OFFICER), lifetime=Lifetime(AT + 1, AT + DAY))


def other_name_in_the_path(change: Change) -> None:
    change.after[0] = leaf(issue("a", "Somebody", Role.HEAD, 113), state=b"1")


def other_side_in_the_path(change: Change) -> None:
    change.after[0] = leaf(issue("b", "A head", Role.HEAD, 213), state=b"1")


def another_key_in_the_path(change: Change) -> None:
    change.after[0] = leaf(issue("a", "A head", Role.HEAD, 114), state=b"1")


def earlier_certificate_in_the_path(change: Change) -> None:
    change.after[0] = leaf(issue("a", "A head", Role.HEAD, 101, not_before=NOW - DAY), state=b"1")


def revoked_committer(change: Change) -> None:
    change.trust = change.trust.with_crl(crl("a", 101))


def expired_committer(change: Change) -> None:
    change.at = NOW + 101 * DAY


def foreign_committer(change: Change) -> None:
    change.committer = B_DEPUTY


def vanished_committer(change: Change) -> None:
    del change.after[0]


def officer_admits(change: Change) -> None:
    change.commit_by(2, A_WATCH)


def officer_renews(change: Change) -> None:
    change.after = {**change.before, 2: leaf(A_WATCH, state=b"1")}
    change.committer = A_WATCH


def bot_admits(change: Change) -> None:
    change.before[2] = leaf(A_BOT)
    change.commit_by(2, A_BOT)


def head_admits_the_other_side(change: Change) -> None:
    change.commit_by(1, B_HEAD)


def head_removes_the_other_side(change: Change) -> None:
    del change.after[3]


def head_replaces_a_leaf_of_the_other_side(change: Change) -> None:
    change.after[3] = leaf(B_OFFICER, state=b"planted")


def officer_founds(change: Change) -> None:
    change.before[0] = leaf(A_WATCH)
    change.after[0] = leaf(A_WATCH, state=b"1")
    change.committer = A_WATCH


def founding_adds_their_officer(change: Change) -> None:
    change.after[3] = leaf(B_OFFICER)


def founding_without_the_other_side(change: Change) -> None:
    del change.after[1]


def founding_with_company(change: Change) -> None:
    change.before[2] = change.after[2]


def last_head_steps_down(change: Change) -> None:
    change.after[0] = leaf(A_HEAD_DEMOTED, state=b"1")
    change.after.pop(NEWCOMER)
    if change.founding:
        del change.after[2]


def revoked_member_stays(change: Change) -> None:
    change.trust = change.trust.with_crl(crl("a", 106))


def other_suite(change: Change) -> None:
    change.context = replace(change.context, cipher_suite=0x0001)


def group_extension(change: Change) -> None:
    change.context = replace(change.context, extensions=(Extension(5, b"\x00"),))


def proposal_of_another(change: Change) -> None:
    change.proposals = [Proposed(Sender.member(LeafIndex(1)), Remove(LeafIndex(2)))]


def changes_extensions(change: Change) -> None:
    change.proposals = [Proposed(Sender.member(LeafIndex(0)), GroupContextExtensions(()))]


def external_psk(change: Change) -> None:
    change.proposals = [
        Proposed(Sender.member(LeafIndex(0)), PreSharedKey(PreSharedKeyID.external(b"words", b"nonce")))
    ]


def resumption_psk(change: Change) -> None:
    use = ResumptionPSK(ResumptionPSKUsage.BRANCH, b"group", 3)
    change.proposals = [
        Proposed(Sender.member(LeafIndex(0)), PreSharedKey(PreSharedKeyID(b"nonce", resumption=use)))
    ]


ALL = ("founding", "commit", "welcome")
BREACHES: list[tuple[str, Callable[[Change], None], tuple[str, ...]]] = [
    ("M1", unknown_root, ALL),
    ("M1", bare_name, ALL),
    ("M1", two_certificates, ALL),
    ("M2", other_signature_key, ALL),
    ("M3", same_key_twice, ALL),
    ("M4", not_entitled, ALL),
    ("M4", other_sides_caucus, ALL),
    ("M5", expired_newcomer, ALL),
    ("M5", revoked_newcomer, ALL),
    ("M5", not_yet_valid_newcomer, ALL),
    ("M5", stale_key_package, ALL),
    ("M5", premature_key_package, ALL),
    ("M6", other_name_in_the_path, ("founding", "commit")),
    ("M6", other_side_in_the_path, ("founding", "commit")),
    ("M7", revoked_committer, ALL),
    ("M7", expired_committer, ALL),
    ("M7", foreign_committer, ALL),
    ("M7", vanished_committer, ALL),
    ("M7", officer_admits, ("commit", "welcome")),
    ("M7", bot_admits, ("commit", "welcome")),
    ("M7", officer_renews, ("commit",)),
    ("M6", another_key_in_the_path, ("founding", "commit")),
    ("M6", earlier_certificate_in_the_path, ("founding", "commit")),
    ("M8", head_admits_the_other_side, ("commit", "welcome")),
    ("M8", head_removes_the_other_side, ("commit",)),
    ("M8", head_replaces_a_leaf_of_the_other_side, ("commit",)),
    ("M7", officer_founds, ("founding",)),
    ("M9", founding_adds_their_officer, ("founding",)),
    ("M9", founding_without_the_other_side, ("founding",)),
    ("M9", founding_with_company, ("founding",)),
    ("M10", last_head_steps_down, ("founding", "commit")),
    ("M11", revoked_member_stays, ("commit", "welcome")),
    ("M12", other_suite, ALL),
    ("M12", group_extension, ALL),
    ("M13", proposal_of_another, ("founding", "commit")),
    ("M13", changes_extensions, ("founding", "commit")),
    ("M13", external_psk, ("founding", "commit")),
    ("M13", resumption_psk, ("founding", "commit")),
]
CASES = [
    pytest.param(kind, rule, breach, id=f"{kind}-{rule}-{breach.__name__}")
    for rule, breach, kinds in BREACHES
    for kind in kinds
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_untouched_change_passes_and_names_everybody(kind: str) -> None:
    change = KINDS[kind]()
    roster = change.certify()
    assert {one.index for one in roster} == set(change.after)
    assert roster.at(NEWCOMER).name == "A officer"
    assert roster.side("b")[0].certificate.name == "B head"


@pytest.mark.parametrize(("kind", "rule", "breach"), CASES)
def test_exactly_the_broken_rule_is_named(kind: str, rule: str, breach: Callable[[Change], None]) -> None:
    change = KINDS[kind]()
    breach(change)
    with pytest.raises(MembershipError) as caught:
        change.certify()
    assert caught.value.rule == rule


def test_every_rule_has_a_breach() -> None:
    assert {rule for rule, _, _ in BREACHES} == {f"M{number}" for number in range(1, 14)}


# --- what must stay possible


def self_update(change: Change, index: int, der: bytes) -> Change:
    change.after = {**change.before, index: leaf(der, state=b"1")}
    change.committer = der
    return change


@pytest.mark.parametrize(("index", "der"), [(0, A_HEAD), (1, B_HEAD)])
def test_who_admits_updates_their_own_leaf(index: int, der: bytes) -> None:
    assert len(self_update(commit(), index, der).certify()) == 4


def test_a_pure_self_update_may_leave_a_lapsed_colleague_in_place() -> None:
    change = self_update(commit(), 0, A_HEAD)
    change.trust = change.trust.with_crl(crl("a", 106))
    assert len(change.certify()) == 4


def test_a_revoked_member_can_be_removed_and_the_other_sides_lapsed_one_does_not_hinder() -> None:
    change = commit()
    change.trust = change.trust.with_crl(crl("a", 106)).with_crl(crl("b", 202))
    del change.after[2]
    assert {one.index for one in change.certify()} == {0, 1, 3, NEWCOMER}


def test_a_committer_renews_to_a_certificate_of_the_same_name_and_side() -> None:
    change = commit()
    change.after[0] = leaf(A_HEAD_RENEWED, state=b"1")
    assert change.certify().at(0).role is Role.DEPUTY


def test_readmitting_a_device_replaces_its_leaf() -> None:
    change = commit()
    change.after[2] = leaf(A_WATCH, state=b"fresh")
    assert change.certify().find(certificate(A_WATCH)) == 2


def test_a_newcomer_may_take_the_leaf_of_one_who_was_removed() -> None:
    change = commit()
    change.after[2] = change.after.pop(NEWCOMER)
    assert change.certify().at(2).name == "A officer"


def test_one_side_founds_its_caucus_alone() -> None:
    change = founding()
    change.channel = Channel("caucus.a", "a")
    change.after = {0: leaf(A_HEAD, state=b"1")}
    assert len(change.certify()) == 1


def test_own_proposals_of_the_allowed_kinds_pass() -> None:
    change = commit()
    change.proposals = [Proposed(Sender.member(LeafIndex(0)), Remove(LeafIndex(2)))]
    del change.after[2]
    assert len(change.certify()) == 4


def test_a_roster_says_when_a_leaf_is_nobodys() -> None:
    roster = commit().certify()
    assert roster.find(certificate(A_PLAIN)) is None
    with pytest.raises(KeyError):
        roster.at(99)
