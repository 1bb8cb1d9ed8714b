"""Our engine against ts-mls over real wire bytes, in both directions, in every suite that both have.

Opt-in, since it needs Node and packages from npm: `npm ci --ignore-scripts` in `tests/interop/ts_mls_peer`, then
`HOTLINE_INTEROP=1`. CI does both. Where ts-mls departs from RFC 9420 is said in its adapter, or here by a test that shows what our
engine says to it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.suites import SUITES
from tests import sampling
from tests.interop.driver import OURS, ROOT, Driver, RefusedByPeerError, b64, running
from tests.interop.scenario import Party, agree, commit, damage, fresh, gather, spread, talk

PEER = ROOT / "tests" / "interop" / "ts_mls_peer"

pytestmark = pytest.mark.skipif(
    os.environ.get("HOTLINE_INTEROP") != "1",
    reason="needs Node and the packages of tests/interop/ts_mls_peer: set HOTLINE_INTEROP=1",
)

WAYS = ("ours first", "theirs first")


@pytest.fixture(scope="module")
def ours() -> Iterator[Driver]:
    with running(OURS) as driver:
        yield driver


@pytest.fixture(scope="module")
def theirs() -> Iterator[Driver]:
    assert (PEER / "node_modules").is_dir(), f"run npm ci --ignore-scripts in {PEER.relative_to(ROOT)} first"
    with running(("node", str(PEER / "main.js"))) as driver:
        yield driver


CHARTER = (0x0001, 0x004E)
"""Those that a charter may name are tried in every run, two of the others by chance."""
TRIED = [*CHARTER, *sampling.some((one for one in SUITES if one not in CHARTER), 2, "suites")]


@pytest.fixture(params=TRIED, ids=lambda suite: f"{suite:#06x}")
def suite(request: pytest.FixtureRequest) -> int:
    value: int = request.param
    return value


@pytest.fixture(params=WAYS)
def drivers(request: pytest.FixtureRequest, ours: Driver, theirs: Driver) -> tuple[Driver, Driver]:
    """Who does the thing that is tested, and who follows."""
    return (ours, theirs) if request.param == WAYS[0] else (theirs, ours)


@pytest.fixture
def pair(suite: int, drivers: tuple[Driver, Driver]) -> tuple[Party, Party]:
    """A group of two; the first founded it and let the second in."""
    first, second = (Party.make(driver, suite) for driver in drivers)
    gather(first, second)
    return first, second


def test_both_speak_the_suites(ours: Driver, theirs: Driver) -> None:
    assert list(SUITES) == ours.ask("hello")["suites"]
    assert set(SUITES) <= set(theirs.ask("hello")["suites"])


def test_commits_with_a_path_derive_the_same_keys(pair: tuple[Party, Party]) -> None:
    """First of all: a wrong DeriveKeyPair joins and talks, and fails only here."""
    first, second = pair
    commit(first, pair, "update")
    commit(second, pair, "update")
    commit(first, pair, "update")


def test_public_and_private_commits(pair: tuple[Party, Party]) -> None:
    for public in (True, False, True):
        for committer in pair:
            commit(committer, pair, "update", public=public, aad=b64(b"with a commit"))
    talk(pair)


def test_application_data_with_additional_data(pair: tuple[Party, Party]) -> None:
    for _ in range(3):
        talk(pair)
    long = b64(bytes(range(256)) * 40)
    message = pair[0].ask("send", data=long)["message"]
    assert pair[1].ask("process", message=message)["data"] == long


def test_certificates_as_credentials(suite: int, drivers: tuple[Driver, Driver]) -> None:
    first, second = (Party.certified(driver, suite) for driver in drivers)
    gather(first, second)
    commit(second, (first, second), "update")
    kinds = {one["credential"]["type"] for one in first.ask("state")["members"]}
    assert kinds == {"x509"}


def test_several_are_added_at_once_and_one_is_removed(suite: int, drivers: tuple[Driver, Driver]) -> None:
    first, second, third, fourth, fifth = (Party.make(drivers[side], suite) for side in (0, 1, 0, 1, 1))
    first.found()
    joiners = (second, third, fourth)
    made = first.ask("add", key_packages=[one.key_package() for one in joiners], public=True)
    for one in joiners:
        one.join(made["welcome"])
    members = [first, *joiners]
    agree(*members)
    for one in members:
        commit(one, members, "update")
    gone = members.pop(2)
    index = gone.index
    made = commit(second, members, "remove", index=index)
    assert not gone.ask("process", message=made["commit"])["active"]
    assert gone.refusal("send", data=b64(b"from outside"))
    for one in members:
        commit(one, members, "update")
    made = commit(fourth, members, "add", key_package=fifth.key_package())
    fifth.join(made["welcome"])
    assert fifth.index == index
    members.append(fifth)
    commit(fifth, members, "update")
    talk(members)


def test_external_commit(pair: tuple[Party, Party]) -> None:
    """The second's side comes in by a group info of the first's, then the other way round."""
    members = list(pair)
    for helper, side in ((pair[0], pair[1]), (pair[1], pair[0])):
        newcomer = Party.make(side.driver, side.suite)
        message = newcomer.come_in(helper.ask("group_info")["group_info"])
        seen = spread(message, newcomer, members)
        assert all(one["type"] == "commit" for one in seen)
        members.append(newcomer)
        agree(*members)
    for one in members:
        commit(one, members, "update")
    talk(members)


def test_external_commit_of_a_member_that_comes_back(pair: tuple[Party, Party]) -> None:
    first, second = pair
    index = second.index
    message = second.come_in(first.ask("group_info")["group_info"], resync=True)
    spread(message, second, pair)
    agree(first, second)
    assert second.index == index
    commit(first, pair, "update")
    commit(second, pair, "update")


@pytest.mark.parametrize("public", [False, True], ids=["private", "public"])
def test_proposals_by_reference(pair: tuple[Party, Party], public: bool) -> None:  # noqa: FBT001  # a parameter of the test
    proposer, committer = pair
    third = Party.make(committer.driver, committer.suite)
    key = fresh("psk").encode()
    for party in pair:
        party.driver.ask("psk", psk_id=b64(key), psk=b64(b"shared by the application"))

    def propose(**proposal: object) -> None:
        made = proposer.ask("propose", proposal=proposal, public=public)
        seen = committer.ask("process", message=made["message"])
        assert (seen["type"], seen["sender"]) == ("proposal", proposer.index)
        assert [one["type"] for one in seen["proposals"]] == [proposal["type"]]

    propose(type="add", key_package=third.key_package())
    made = commit(committer, pair)
    third.join(made["welcome"])
    members = [proposer, committer, third]
    agree(*members)

    made = proposer.ask("propose", proposal={"type": "update"}, public=public)
    spread(made["message"], proposer, members)
    commit(committer, members)
    commit(proposer, members, "update")

    made = proposer.ask("propose", proposal={"type": "remove", "index": third.index}, public=public)
    spread(made["message"], proposer, members)
    members.pop()
    made = commit(committer, members)
    assert not third.ask("process", message=made["commit"])["active"]

    propose(type="psk", psk_id=b64(key))
    commit(committer, members, proposals=[])
    commit(proposer, members, "update")
    talk(members)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_life_with_many_members(ours: Driver, theirs: Driver, seed: int) -> None:
    """Blank and unmerged leaves, shrinking and growing trees, made by whoever is drawn."""
    draw = random.Random(seed)  # noqa: S311  # repeatable, and nothing secret
    drivers = (ours, theirs)
    members = [Party.make(drivers[seed % 2], 1)]
    members[0].found()
    for _ in range(25):
        committer, public = draw.choice(members), draw.random() < 0.5
        step = draw.choice(("add", "add", "update", "remove", "by reference"))
        if step == "add" and len(members) < 9:
            joiners = [Party.make(draw.choice(drivers), 1) for _ in range(draw.randint(1, 2))]
            listed = [one.key_package() for one in joiners]
            made = commit(committer, members, "add", key_packages=listed, public=public)
            members += [one for one in joiners if _joins(one, made["welcome"])]
            seated = {one.signature_key for one in members}
            for one in committer.ask("state")["members"]:
                if one["signature_key"] not in seated:
                    commit(committer, members, "remove", index=one["index"])
        elif step == "remove" and len(members) > 2:
            gone = draw.choice([one for one in members if one is not committer])
            members.remove(gone)
            commit(committer, members, "remove", index=gone.index, public=public)
        elif step == "by reference" and len(members) > 1:
            proposer = draw.choice([one for one in members if one is not committer])
            made = proposer.ask("propose", proposal={"type": "update"}, public=public)
            spread(made["message"], proposer, members)
            commit(committer, members, public=public)
        else:
            commit(committer, members, "update", public=public)
        agree(*members)
    talk(members)


def _joins(party: Party, welcome: str) -> bool:
    """Whether it joined. ts-mls refuses a valid tree where two ancestors of an unmerged leaf list different ones besides."""
    try:
        party.join(welcome)
    except RefusedByPeerError as refused:
        if "in its unmerged_leaves" in str(refused):
            return False
        raise
    return True


def test_pre_shared_keys(pair: tuple[Party, Party]) -> None:
    name = b64(fresh("psk").encode())
    for party in pair:
        party.driver.ask("psk", psk_id=name, psk=b64(b"spoken aloud"))
    for public in (False, True):
        for committer in pair:
            commit(committer, pair, proposals=[{"type": "psk", "psk_id": name}], public=public)


def test_pre_shared_key_in_a_welcome(pair: tuple[Party, Party]) -> None:
    first, second = pair
    name = b64(fresh("psk").encode())
    for party in pair:
        party.driver.ask("psk", psk_id=name, psk=b64(b"spoken aloud"))
    third = Party.make(second.driver, second.suite)
    listed = [{"type": "add", "key_package": third.key_package()}, {"type": "psk", "psk_id": name}]
    made = commit(first, pair, proposals=listed)
    third.join(made["welcome"])
    agree(first, second, third)


def test_pre_shared_keys_that_differ_are_refused(pair: tuple[Party, Party]) -> None:
    first, second = pair
    name = b64(fresh("psk").encode())
    first.driver.ask("psk", psk_id=name, psk=b64(b"one"))
    second.driver.ask("psk", psk_id=name, psk=b64(b"another"))
    made = first.ask("commit", proposals=[{"type": "psk", "psk_id": name}], pending=True)
    before = second.epoch()
    second.refusal("process", message=made["commit"])
    assert second.epoch() == before
    first.ask("clear_pending")
    commit(second, pair, "update")


def test_resumption_keys(pair: tuple[Party, Party]) -> None:
    first, second = pair
    start = first.epoch()["epoch"]
    commit(first, pair, "update")
    for committer, epoch in ((first, start), (second, start + 1)):
        listed = [{"type": "psk", "resumption": {"epoch": epoch}}]
        commit(committer, pair, proposals=listed)


def test_reinit_closes_the_group_for_both(pair: tuple[Party, Party]) -> None:
    first, second = pair
    wish = {"type": "reinit", "group_id": b64(b"the next"), "suite": first.suite, "extensions": []}
    made = commit(first, pair, proposals=[wish])
    assert not made["active"]
    assert not second.ask("state")["active"]
    assert second.refusal("send", data=b64(b"too late"))
    assert first.refusal("update")


def test_the_group_that_a_reinit_asked_for(pair: tuple[Party, Party]) -> None:
    first, second = pair
    suite = 1 if first.suite != 1 else 3
    extensions = [_required(0x000A)]
    wish = {
        "type": "reinit",
        "group_id": b64(fresh("next").encode()),
        "suite": suite,
        "extensions": extensions,
    }
    commit(first, pair, proposals=[wish])
    heirs = [one.heir(suite) for one in pair]
    listed = [heirs[1].key_package()]
    made = first.ask("successor", identity=heirs[0].identity, key_packages=listed)
    heirs[0].group = made["group"]
    heirs[1].join(made["welcome"], follows=second.group)
    agree(*heirs)
    commit(heirs[1], heirs, "update")


def test_a_group_that_branches_off(suite: int, drivers: tuple[Driver, Driver]) -> None:
    first, second, third = (Party.make(drivers[side], suite) for side in (0, 1, 1))
    gather(first, second, third)
    group_id = b64(fresh("branch").encode())
    made = first.ask("branch", group_id=group_id, key_packages=[third.key_package()])
    first.group, before = made["group"], third.group
    third.join(made["welcome"], follows=before)
    agree(first, third)
    commit(third, (first, third), "update")


def test_a_newcomer_proposes_itself(pair: tuple[Party, Party]) -> None:
    for helper, side in (pair, (pair[1], pair[0])):
        newcomer = Party.make(side.driver, side.suite)
        info = helper.ask("group_info")["group_info"]
        made = newcomer.driver.ask("propose_join", identity=newcomer.identity, group_info=info)
        seen = [party.ask("process", message=made["message"]) for party in pair]
        assert [(one["type"], one["sender"]) for one in seen] == [("proposal", None)] * 2
        newcomer.join(commit(side, pair)["welcome"])
        agree(*pair, newcomer)
        commit(helper, pair, "remove", index=newcomer.index)


def test_a_damaged_message_is_refused_and_costs_nothing(pair: tuple[Party, Party]) -> None:
    for sender, receiver in (pair, pair[::-1]):
        said = sender.ask("send", data=b64(b"whole"))["message"]
        before = receiver.epoch()
        receiver.refusal("process", message=damage(said))
        receiver.refusal("process", message=damage(said, position=len(said) // 2))
        assert receiver.epoch() == before
        assert receiver.ask("process", message=said)["data"] == b64(b"whole")
        for public in (False, True):
            made = sender.ask("update", public=public)
            receiver.refusal("process", message=damage(made["commit"]))
            assert receiver.epoch() == before
            receiver.ask("process", message=made["commit"])
            agree(*pair)
            before = receiver.epoch()


def test_a_damaged_welcome_is_refused_and_costs_nothing(suite: int, drivers: tuple[Driver, Driver]) -> None:
    first, second = (Party.make(driver, suite) for driver in drivers)
    first.found()
    made = first.ask("add", key_package=second.key_package())
    second.driver.refusal("join", identity=second.identity, welcome=damage(made["welcome"]))
    second.join(made["welcome"])
    agree(first, second)


def _required(*extensions: int) -> dict[str, object]:
    """`required_capabilities` with these extensions and basic credentials."""
    wanted = RequiredCapabilities(extensions=extensions, credentials=(1,))
    extension = Extension.for_required_capabilities(wanted)
    return {"type": extension.extension_type, "data": b64(extension.extension_data)}


def test_group_context_extensions(suite: int, ours: Driver, theirs: Driver) -> None:
    """Committed by us, then proposed by them and committed by us. (ts-mls takes an empty list for no change.)"""
    us, them = Party.make(ours, suite), Party.make(theirs, suite)
    gather(us, them, extensions=[_required(0x000A)])
    commit(us, (us, them), proposals=[{"type": "gce", "extensions": [_required()]}])
    made = them.ask("propose", proposal={"type": "gce", "extensions": [_required(0x000A)]})
    us.ask("process", message=made["message"])
    commit(us, (us, them))
    commit(them, (us, them), "update")


def test_their_change_of_extensions_without_a_path_is_refused(ours: Driver, theirs: Driver) -> None:
    """ts-mls commits GroupContextExtensions without the path that RFC 9420 §12.4 asks for."""
    us, them = Party.make(ours, 1), Party.make(theirs, 1)
    gather(us, them)
    made = them.ask("commit", proposals=[{"type": "gce", "extensions": [_required()]}], pending=True)
    before = us.epoch()
    assert us.refusal("process", message=made["commit"]) == "path"
    assert us.epoch() == before
    them.ask("clear_pending")
    commit(us, (us, them), "update")
