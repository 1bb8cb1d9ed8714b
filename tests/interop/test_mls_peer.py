"""The driver of our engine: two of it against each other through the whole protocol, rubbish, refusals, saving and loading."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from hotline_protocol.mls.suites import SUITES
from tests.interop.driver import OURS, ROOT, Driver, b64, running, unb64
from tests.interop.scenario import Party, agree, commit, damage, fresh, gather, talk

COMMANDS = [
    "hello",
    "new_identity",
    "key_package",
    "create_group",
    "add",
    "remove",
    "update",
    "commit",
    "apply_pending",
    "clear_pending",
    "propose",
    "join",
    "external_join",
    "propose_join",
    "successor",
    "branch",
    "group_info",
    "send",
    "process",
    "exporter",
    "state",
    "psk",
    "save",
    "load",
    "quit",
]


@pytest.fixture(scope="module")
def one() -> Iterator[Driver]:
    with running(OURS) as driver:
        yield driver


@pytest.fixture(scope="module")
def other() -> Iterator[Driver]:
    with running(OURS) as driver:
        yield driver


@pytest.fixture
def pair(one: Driver, other: Driver) -> tuple[Party, Party]:
    first, second = Party.make(one, 1), Party.make(other, 1)
    gather(first, second)
    return first, second


def test_hello_lists_what_the_driver_has(one: Driver) -> None:
    answer = one.ask("hello")
    assert set(answer["commands"]) == set(COMMANDS)
    assert answer["suites"] == list(SUITES)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("make", [Party.make, Party.certified], ids=["basic", "x509"])
def test_two_live_through_a_group_in_every_suite(
    one: Driver, other: Driver, suite: int, make: Callable[[Driver, int], Party]
) -> None:
    members = [make(one, suite), make(other, suite)]
    gather(*members)
    for public in (False, True):
        for committer in members:
            commit(committer, members, "update", public=public, aad=b64(b"aad"))
    talk(members)
    third = make(other, suite)
    third.join(commit(members[1], members, "add", key_package=third.key_package())["welcome"])
    members.append(third)
    gone = members.pop(0)
    commit(third, members, "remove", index=gone.index)
    talk(members)


def test_a_signing_key_can_be_given(one: Driver) -> None:
    key = b64(bytes(range(32)))
    made = [one.ask("new_identity", suite=1, name="same", signing_key=key) for _ in range(2)]
    assert made[0]["signing_key"] == key
    assert made[0]["signature_key"] == made[1]["signature_key"]
    assert made[0]["identity"] != made[1]["identity"]
    assert one.refusal("new_identity", suite=1, name="short", signing_key=b64(b"short")) == "usage"


def test_the_last_handle_is_the_default(one: Driver) -> None:
    party = Party.make(one, 1)
    party.found()
    assert one.ask("state")["group"] == party.group


def test_a_key_package_is_used_once_but_a_last_resort_one_stays(one: Driver, other: Driver) -> None:
    founder, joiner = Party.make(one, 1), Party.make(other, 1)
    for last_resort in (False, True):
        offer = joiner.key_package(last_resort=last_resort)
        founder.found()
        welcome = founder.ask("add", key_package=offer)["welcome"]
        joiner.join(welcome)
        agree(founder, joiner)
        founder.found()
        welcome = founder.ask("add", key_package=offer)["welcome"]
        if last_resort:
            joiner.join(welcome)
            agree(founder, joiner)
        else:
            assert other.refusal("join", identity=joiner.identity, welcome=welcome) == "welcome"


def test_a_refused_welcome_keeps_the_key_package(one: Driver, other: Driver) -> None:
    founder, joiner = Party.make(one, 1), Party.make(other, 1)
    founder.found()
    welcome = founder.ask("add", key_package=joiner.key_package())["welcome"]
    assert other.refusal("join", identity=joiner.identity, welcome=damage(welcome)) == "decrypt"
    joiner.join(welcome)
    agree(founder, joiner)


def test_a_key_package_is_added_within_its_lifetime_only(one: Driver, other: Driver) -> None:
    founder, joiner = Party.make(one, 1), Party.make(other, 1)
    founder.found()
    past = joiner.key_package(lifetime={"not_before": 0, "not_after": 1000})
    assert founder.refusal("add", key_package=past) == "key-package"
    founder.ask("add", key_package=joiner.key_package(lifetime=3600))


def test_pending_commits_wait_until_they_are_applied_or_cleared(pair: tuple[Party, Party]) -> None:
    first, second = pair
    before = first.epoch()
    made = first.ask("update", pending=True)
    assert first.epoch() == before
    assert first.refusal("update") == "usage"
    assert first.refusal("propose", proposal={"type": "update"}) == "usage"
    first.ask("clear_pending")
    assert first.refusal("apply_pending") == "usage"
    assert first.refusal("clear_pending") == "usage"
    made = first.ask("update", pending=True)
    second.ask("process", message=made["commit"])
    first.ask("apply_pending")
    agree(*pair)


def test_our_own_commit_given_back_is_applied(pair: tuple[Party, Party]) -> None:
    first, second = pair
    made = first.ask("update", pending=True)
    for party in pair:
        assert party.ask("process", message=made["commit"])["type"] == "commit"
    agree(*pair)
    assert second.refusal("process", message=made["commit"]) == "epoch"


def test_a_commit_that_lost_its_epoch_is_forgotten(pair: tuple[Party, Party]) -> None:
    first, second = pair
    first.ask("update", pending=True)
    first.ask("process", message=second.ask("update")["commit"])
    assert first.refusal("apply_pending") == "usage"
    agree(*pair)


def test_every_proposal_by_value(one: Driver, other: Driver) -> None:
    members = [Party.make(driver, 1) for driver in (one, other, other)]
    first, second, third = members
    gather(first, second, third)
    fourth = Party.make(other, 1)
    name = b64(fresh("psk").encode())
    for driver in (one, other):
        driver.ask("psk", psk_id=name, psk=b64(b"key"))
    listed = [
        {"type": "add", "key_package": fourth.key_package()},
        {"type": "remove", "index": third.index},
        {"type": "psk", "psk_id": name},
        {"type": "gce", "extensions": [{"type": 3, "data": b64(bytes([0, 0, 2, 0, 1]))}]},
    ]
    seen = third.ask("process", message=first.ask("commit", proposals=listed, pending=True)["commit"])
    assert not seen["active"]
    assert sorted(shown["type"] for shown in seen["proposals"]) == ["add", "gce", "psk", "remove"]
    first.ask("clear_pending")
    made = commit(first, [first, second], proposals=listed)
    fourth.join(made["welcome"])
    agree(first, second, fourth)


def test_resumption_keys_of_epochs_that_both_lived_through(pair: tuple[Party, Party]) -> None:
    first, second = pair
    epochs = [first.epoch()["epoch"]]
    commit(second, pair, "update")
    epochs.append(first.epoch()["epoch"])
    listed = [{"type": "psk", "resumption": {"epoch": epoch}} for epoch in epochs]
    commit(first, pair, proposals=listed)
    unknown = [{"type": "psk", "resumption": {"epoch": 99}}]
    assert first.refusal("commit", proposals=unknown) == "psk"
    newcomer = Party.make(second.driver, 1)
    made = first.ask("commit", proposals=[{"type": "add", "key_package": newcomer.key_package()}, *listed])
    refused = newcomer.driver.refusal("join", identity=newcomer.identity, welcome=made["welcome"])
    assert refused == "psk"


def test_every_proposal_by_reference(pair: tuple[Party, Party]) -> None:
    first, second = pair
    third = Party.make(first.driver, 1)
    name = b64(fresh("psk").encode())
    for party in pair:
        party.driver.ask("psk", psk_id=name, psk=b64(b"key"))
    proposals: list[dict[str, object]] = [
        {"type": "add", "key_package": third.key_package()},
        {"type": "update"},
        {"type": "psk", "psk_id": name},
        {"type": "gce", "extensions": [{"type": 3, "data": b64(bytes([0, 0, 2, 0, 1]))}]},
    ]
    for proposal in proposals:
        message = first.ask("propose", proposal=proposal, aad=b64(b"why"))["message"]
        seen = second.ask("process", message=message)
        assert (seen["type"], seen["sender"], seen["aad"]) == ("proposal", first.index, b64(b"why"))
        assert seen["proposals"][0]["type"] == proposal["type"]
    assert first.refusal("send", data=b64(b"while proposals wait")) == "usage"
    made = commit(second, pair)
    third.join(made["welcome"])
    agree(first, second, third)
    for committer in (first, second, third):
        commit(committer, [first, second, third], "update")


def test_chosen_references_are_committed_and_the_others_lapse(pair: tuple[Party, Party]) -> None:
    first, second = pair
    refs = []
    for name in (b"one", b"two"):
        for party in pair:
            party.driver.ask("psk", psk_id=b64(name), psk=b64(name))
        message = first.ask("propose", proposal={"type": "psk", "psk_id": b64(name)})["message"]
        refs.append(second.ask("process", message=message)["ref"])
    made = second.ask("commit", refs=refs[1:])
    seen = first.ask("process", message=made["commit"])
    assert [proposal["psk_id"] for proposal in seen["proposals"]] == [b64(b"two")]
    agree(*pair)
    assert second.refusal("commit", refs=refs[:1]) == "usage"


def test_reinit_closes_the_group(pair: tuple[Party, Party]) -> None:
    first, second = pair
    wish = {"type": "reinit", "group_id": b64(b"next"), "suite": 1, "extensions": []}
    assert not commit(first, pair, proposals=[wish])["active"]
    assert not second.ask("state")["active"]
    assert second.refusal("update") == "usage"


def test_a_group_that_a_reinit_closed_has_a_successor(pair: tuple[Party, Party]) -> None:
    first, second = pair
    wish = {"type": "reinit", "group_id": b64(fresh("next").encode()), "suite": 0x004E, "extensions": []}
    commit(first, pair, proposals=[wish])
    founder, joiner = (party.heir(0x004E) for party in pair)
    listed = [joiner.key_package()]
    made = first.ask("successor", identity=founder.identity, key_packages=listed)
    founder.group = made["group"]
    joiner.join(made["welcome"], follows=second.group)
    agree(founder, joiner)
    assert first.refusal("successor", identity=first.identity, key_packages=[]) == "usage"


def test_some_members_branch_off(one: Driver, other: Driver) -> None:
    first, second, third = Party.make(one, 1), Party.make(other, 1), Party.make(other, 1)
    gather(first, second, third)
    group_id = b64(fresh("branch").encode())
    made = first.ask("branch", group_id=group_id, key_packages=[third.key_package()])
    first.group = made["group"]
    third.join(made["welcome"])
    agree(first, third)
    stranger = Party.make(other, 1)
    made = second.ask("branch", group_id=b64(b"x"), key_packages=[stranger.key_package()])
    refused = other.refusal("join", identity=stranger.identity, welcome=made["welcome"])
    assert refused == "psk"


def test_a_newcomer_proposes_itself(pair: tuple[Party, Party]) -> None:
    first, second = pair
    newcomer = Party.make(second.driver, 1)
    info = first.ask("group_info")["group_info"]
    made = newcomer.driver.ask("propose_join", identity=newcomer.identity, group_info=info)
    for party in pair:
        seen = party.ask("process", message=made["message"])
        assert (seen["type"], seen["sender"]) == ("proposal", None)
        assert seen["proposals"][0]["sender_type"] == "new_member_proposal"
    newcomer.join(commit(first, pair)["welcome"])
    agree(first, second, newcomer)


def test_what_is_rejected_was_looked_at_and_can_still_be_taken(pair: tuple[Party, Party]) -> None:
    first, second = pair
    for message in (
        first.ask("send", data=b64(b"words"))["message"],
        first.ask("propose", proposal={"type": "update"})["message"],
        first.ask("propose", proposal={"type": "update"}, public=True)["message"],
        first.ask("update", pending=True)["commit"],
    ):
        before = second.epoch()
        looked = second.ask("process", message=message, reject=True)
        assert looked["rejected"]
        assert second.epoch() == before
        taken = second.ask("process", message=message)
        assert not taken["rejected"]
        assert {name: taken[name] for name in ("type", "sender", "aad")} == {
            name: looked[name] for name in ("type", "sender", "aad")
        }
        assert taken.get("data") == looked.get("data")
    first.ask("apply_pending")
    agree(*pair)


def test_a_removed_member_can_only_look(one: Driver, other: Driver) -> None:
    first, second = Party.make(one, 1), Party.make(other, 1)
    gather(first, second)
    made = first.ask("remove", index=second.index)
    assert not second.ask("process", message=made["commit"])["active"]
    for cmd, fields in (
        ("send", {"data": ""}),
        ("update", {}),
        ("group_info", {}),
        ("exporter", {"label": "x", "length": 1}),
        ("process", {"message": made["commit"]}),
    ):
        assert second.refusal(cmd, **fields) == "usage"
    assert not second.ask("state")["active"]


def test_a_refusal_changes_nothing(pair: tuple[Party, Party]) -> None:
    first, second = pair
    said = first.ask("send", data=b64(b"words"))["message"]
    moved = first.ask("update", public=True, pending=True)["commit"]
    before = second.epoch()
    name = b64(fresh("psk").encode())
    refused = [
        ("process", {"message": damage(said)}, "decrypt"),
        ("process", {"message": damage(moved)}, "membership-tag"),
        ("process", {"message": second.key_package()}, "content-type"),
        ("process", {"message": b64(b"\x00\x01")}, "malformed"),
        ("process", {"message": said[:-1]}, "field"),
        ("process", {"message": b64(unb64(said) * 2)}, "malformed"),
        ("add", {"key_package": said}, "content-type"),
        ("remove", {"index": 9}, "leaf"),
        ("commit", {"proposals": [{"type": "psk", "psk_id": name}]}, "psk"),
        ("commit", {"proposals": [{"type": "update"}]}, "field"),
        ("propose", {"proposal": {"type": "psk", "psk_id": name}}, "psk"),
        ("exporter", {"label": "x", "length": 10_000}, "usage"),
        ("exporter", {"label": "x", "length": 100_000}, "field"),
    ]
    whole = second.driver.ask("save")["blob"]
    for cmd, fields, kind in refused:
        assert second.refusal(cmd, **fields) == kind, cmd
        assert second.driver.ask("save")["blob"] == whole, cmd
    assert second.epoch() == before
    assert second.ask("process", message=said)["data"] == b64(b"words")
    second.ask("process", message=moved)
    first.ask("apply_pending")
    agree(*pair)


RUBBISH = [
    (b"", "json"),
    (b"rubbish", "json"),
    (b"[1, 2]", "json"),
    (b"17", "json"),
    (b"null", "json"),
    (b'{"cmd": "hello"', "json"),
    (b'{"cmd": "hello", "x": NaN}', "json"),
    (b"\xff\xfe", "json"),
    (b"[" * 100_000, "json"),
    (b"{}", "field"),
    (b'{"cmd": 5}', "field"),
    (b'{"cmd": null}', "field"),
    (b'{"cmd": "\\ud800"}', "field"),
    (b'{"cmd": "no_such_command"}', "command"),
    (b'{"cmd": "leave"}', "command"),
    (b'{"cmd": "new_identity"}', "field"),
    (b'{"cmd": "new_identity", "suite": "1", "name": "x"}', "field"),
    (b'{"cmd": "new_identity", "suite": true, "name": "x"}', "field"),
    (b'{"cmd": "new_identity", "suite": 1.5, "name": "x"}', "field"),
    (b'{"cmd": "new_identity", "suite": 65536, "name": "x"}', "field"),
    (b'{"cmd": "new_identity", "suite": -1, "name": "x"}', "field"),
    (b'{"cmd": "new_identity", "suite": 4660, "name": "x"}', "unsupported"),
    (b'{"cmd": "new_identity", "suite": 1}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "name": ["x"]}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "credential": "x"}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "credential": {"type": "vcard"}}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "credential": {"type": "x509", "certificates": "AA=="}}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "credential": {"type": "basic", "identity": "A"}}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "name": "x", "signing_key": "not base64!"}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "name": "x", "capabilities": [1]}', "field"),
    (b'{"cmd": "new_identity", "suite": 1, "name": "x", "capabilities": {"extensions": [70000]}}', "field"),
    (b'{"cmd": "key_package", "identity": "nobody"}', "handle"),
    (b'{"cmd": "key_package", "identity": 1}', "field"),
    (b'{"cmd": "key_package", "last_resort": "yes"}', "field"),
    (b'{"cmd": "key_package", "lifetime": "long"}', "field"),
    (b'{"cmd": "create_group", "group_id": 7}', "field"),
    (b'{"cmd": "create_group", "extensions": {"type": 3}}', "field"),
    (b'{"cmd": "create_group", "extensions": [{"type": 3}]}', "field"),
    (b'{"cmd": "state", "group": "g999"}', "handle"),
    (b'{"cmd": "add"}', "field"),
    (b'{"cmd": "add", "key_packages": "AA=="}', "field"),
    (b'{"cmd": "add", "key_packages": [7]}', "field"),
    (b'{"cmd": "remove"}', "field"),
    (b'{"cmd": "remove", "index": 99999999999999999999}', "field"),
    (b'{"cmd": "update", "public": 1}', "field"),
    (b'{"cmd": "update", "aad": "?"}', "field"),
    (b'{"cmd": "commit", "proposals": {"type": "add"}}', "field"),
    (b'{"cmd": "commit", "proposals": ["add"]}', "field"),
    (b'{"cmd": "commit", "proposals": [{"type": "gce"}]}', "field"),
    (b'{"cmd": "commit", "proposals": [{"type": "nonsense"}]}', "field"),
    (b'{"cmd": "propose"}', "field"),
    (b'{"cmd": "propose", "proposal": {"type": "nonsense"}}', "field"),
    (b'{"cmd": "send"}', "field"),
    (b'{"cmd": "send", "data": "AA"}', "field"),
    (b'{"cmd": "send", "data": "A A=="}', "field"),
    ('{"cmd": "send", "data": "ÄÖÜ="}'.encode(), "field"),
    (b'{"cmd": "process"}', "field"),
    (b'{"cmd": "process", "message": ""}', "malformed"),
    (b'{"cmd": "process", "message": "AAEAAQ==", "reject": 0}', "field"),
    (b'{"cmd": "join", "welcome": "AAEAAw=="}', "malformed"),
    (b'{"cmd": "external_join", "group_info": "AAEABA=="}', "malformed"),
    (b'{"cmd": "external_join", "group_info": "AAIABA=="}', "unsupported"),
    (b'{"cmd": "exporter", "length": 32}', "field"),
    (b'{"cmd": "exporter", "label": 5, "length": 32}', "field"),
    (b'{"cmd": "exporter", "label": "x", "length": -1}', "field"),
    (b'{"cmd": "psk", "psk_id": "AA=="}', "field"),
    (b'{"cmd": "load"}', "field"),
    (b'{"cmd": "load", "blob": "AAAA"}', "field"),
]


@pytest.mark.parametrize(("line", "kind"), RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_refused_and_the_driver_goes_on(pair: tuple[Party, Party], line: bytes, kind: str) -> None:
    first, _ = pair
    whole = first.driver.ask("save")["blob"]
    answer = first.driver.line(line)
    assert (answer["ok"], answer["kind"]) == (False, kind), answer
    assert answer["error"]
    assert first.driver.ask("save")["blob"] == whole


def test_without_any_identity_or_group_commands_are_refused() -> None:
    with running(OURS) as driver:
        assert driver.refusal("key_package") == "handle"
        assert driver.refusal("state") == "handle"
        assert driver.refusal("load", blob=b64(bytes(32))) == "field"


def test_an_answer_bears_the_id_of_its_request(one: Driver) -> None:
    for request_id in (7, "seven", None, [7]):
        for cmd in ("hello", "nonsense"):
            assert one.line(json.dumps({"id": request_id, "cmd": cmd}).encode())["id"] == request_id


def test_saved_in_one_process_and_loaded_in_another(one: Driver) -> None:
    name = b64(fresh("psk").encode())
    with running(OURS) as before:
        first, second = Party.make(one, 1), Party.certified(before, 1)
        gather(first, second)
        offer = second.key_package()
        for driver in (one, before):
            driver.ask("psk", psk_id=name, psk=b64(b"key"))
        message = first.ask("propose", proposal={"type": "remove", "index": second.index})["message"]
        second.ask("process", message=message)
        said = first.refusal("send", data=b64(b"words"))
        assert said == "usage"
        waiting = second.ask("update", pending=True)["commit"]
        blob = before.ask("save")["blob"]
        epoch = second.epoch()
    with running(OURS) as after:
        assert after.refusal("load", blob=damage(blob)) == "field"
        after.ask("load", blob=blob)
        second.driver = after
        assert second.epoch() == epoch
        second.ask("apply_pending")
        first.ask("process", message=waiting)
        agree(first, second)
        commit(second, (first, second), proposals=[{"type": "psk", "psk_id": name}])
        founder = Party.make(one, 1)
        founder.found()
        second.join(founder.ask("add", key_package=offer)["welcome"])
        agree(founder, second)


def test_nothing_but_answers_goes_to_stdout_and_quit_ends_it() -> None:
    lines = [
        b"rubbish",
        b'{"id": 1, "cmd": "hello"}',
        b'{"id": 2, "cmd": "quit"}',
        b'{"id": 3, "cmd": "hello"}',
    ]
    done = subprocess.run(
        OURS, input=b"\n".join(lines) + b"\n", capture_output=True, cwd=ROOT, check=True, timeout=60
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(answer["id"], answer["ok"]) for answer in answers] == [(None, False), (1, True), (2, True)]
    assert done.stderr == b""


def test_it_runs_by_its_path_from_anywhere() -> None:
    script = str(ROOT / "tests" / "interop" / "mls_peer.py")
    done = subprocess.run(
        [sys.executable, script],
        input=b'{"cmd": "hello"}\n',
        capture_output=True,
        cwd="/",
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["ok"]


def test_key_packages_and_messages_are_whole_mls_messages(pair: tuple[Party, Party]) -> None:
    first, second = pair
    made = first.ask("add", key_package=Party.make(second.driver, 1).key_package(), pending=True)
    formats = {
        "key package": (first.key_package(), 5),
        "commit": (made["commit"], 2),
        "welcome": (made["welcome"], 3),
        "group info": (first.ask("group_info")["group_info"], 4),
        "message": (second.ask("send", data="")["message"], 2),
        "public proposal": (second.ask("propose", proposal={"type": "update"}, public=True)["message"], 1),
    }
    for name, (message, wire_format) in formats.items():
        assert unb64(message)[:4] == bytes([0, 1, 0, wire_format]), name
