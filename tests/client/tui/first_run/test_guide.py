"""From nothing to the line: every step by keyboard, wrong answers at each, and going on after the program was killed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from hotline_client.ceremony.rehearse import Rehearsed
from hotline_client.cli.base import options as common
from hotline_client.tui.first_run.guide import Guide
from hotline_client.tui.first_run.steps import Enrolment, EnrolmentStep
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.rows import words
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.errors import HotlineError
from hotline_protocol.identity.certificate import parse_request
from hotline_protocol.identity.digits import digits
from tests.client.ceremony.kit import GOOD, rehearsed, run
from tests.support.pilot import SIZES

Act = Callable[[Guide, Pilot[None]], Awaitable[None]]


def enrolment(home: Path, passphrase: str | None = None) -> Enrolment:
    return Enrolment(
        home, passphrase, rng=os.urandom, now=common.now, unsafe_testing_cost=UNSAFE_TESTING_COST
    )


def guided(made: Enrolment, act: Act, size: tuple[int, int] = (80, 24)) -> Guide:
    guide = Guide(made)

    async def main() -> None:
        async with guide.run_test(size=size) as pilot:
            await settled(guide, pilot)
            await act(guide, pilot)

    asyncio.run(main())
    return guide


async def settled(guide: Guide, pilot: Pilot[None]) -> None:
    for _ in range(400):
        await pilot.pause(0.01)
        if not guide._busy:
            break
    await pilot.pause()


def at(guide: Guide) -> EnrolmentStep:
    return guide.step


def shown(guide: Guide) -> str:
    rows = [row for name in ("steps", "explained", "told") for row in guide.query_one(f"#{name}", Bar).rows]
    return " ".join(" ".join(words(row) for row in rows).split())


async def fill(guide: Guide, pilot: Pilot[None], **typed: object) -> None:
    for name, value in typed.items():
        guide.query_one(f"#{name}", Input).value = str(value)
    await pilot.press("f9")
    await settled(guide, pilot)


def certified(done: Rehearsed, request: Path) -> Path:
    """The custodian of ALPHA certifies what was asked."""
    code = digits(parse_request(request.read_bytes()).fingerprint)
    authority, passphrase = done.authorities[0], done.authority_passphrases[0]
    made = run(
        "authority", "approve", request, "--role", "officer", "--authority", authority, "--digits", code,
        passphrase=passphrase,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return request.with_suffix(".cert")


@pytest.mark.parametrize("size", SIZES)
def test_the_key_is_made_by_keyboard_alone_and_its_digits_are_shown(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    home, out = tmp_path / "home", tmp_path / "dana.request"

    async def act(guide: Guide, pilot: Pilot[None]) -> None:
        assert at(guide) is EnrolmentStep.KEY
        assert "NOW Make this device's key" in shown(guide)
        await pilot.press(*"Dana", "enter", *"short", "enter", *"short", "enter")
        guide.query_one("#out", Input).value = str(out)
        await pilot.press("enter")
        await settled(guide, pilot)
        assert "5 characters, at least 12" in shown(guide)
        assert not home.exists()
        for name, value in (("passphrase", GOOD), ("again", "another one, longer")):
            guide.query_one(f"#{name}", Input).value = value
        await pilot.press("f9")
        await settled(guide, pilot)
        assert "the two passphrases differ" in shown(guide)
        assert not home.exists()
        await fill(guide, pilot, again=GOOD)
        assert at(guide) is EnrolmentStep.REQUEST
        assert digits(parse_request(out.read_bytes()).fingerprint) in shown(guide)
        assert not guide.query(Input), "no passphrase stays on the screen"
        await pilot.press("ctrl+q")

    guide = guided(enrolment(home), act, size)
    assert guide.return_code == 130
    assert Vault.exists(home)


def test_a_request_that_is_there_is_not_written_over_and_no_key_is_made(tmp_path: Path) -> None:
    out = tmp_path / "there.request"
    out.write_text("something of somebody")

    async def act(guide: Guide, pilot: Pilot[None]) -> None:
        await fill(guide, pilot, name="Dana", passphrase=GOOD, again=GOOD, out=out)
        assert at(guide) is EnrolmentStep.KEY
        assert "exists" in shown(guide) or "already" in shown(guide)

    guided(enrolment(tmp_path / "home"), act)
    assert out.read_text() == "something of somebody"
    assert not (tmp_path / "home").exists()


def test_killed_after_the_request_it_goes_on_there(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "dana.request"
    enrolment(home).make_key("Dana", GOOD, GOOD, str(out))
    code = digits(parse_request(out.read_bytes()).fingerprint)

    async def act(guide: Guide, pilot: Pilot[None]) -> None:
        del pilot
        assert at(guide) is EnrolmentStep.REQUEST
        assert code in shown(guide)

    guided(enrolment(home, GOOD), act)
    out.unlink()

    async def lost(guide: Guide, pilot: Pilot[None]) -> None:
        del pilot
        assert "hotline enrol renew" in shown(guide)

    guided(enrolment(home, GOOD), lost)


def test_what_came_back_is_installed_and_the_line_opens(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    home, out = tmp_path / "home", tmp_path / "dana.request"
    made = enrolment(home)
    made.make_key("Dana", GOOD, GOOD, str(out))
    certificate = certified(done, out)

    async def act(guide: Guide, pilot: Pilot[None]) -> None:
        await pilot.press("f9")
        await settled(guide, pilot)
        assert at(guide) is EnrolmentStep.INSTALL
        await fill(guide, pilot, certificate=tmp_path / "nothing.cert", charter=done.charter)
        assert "does not exist" in shown(guide)
        await fill(guide, pilot, certificate=done.directory / "device-1.cert", charter=done.charter)
        assert "for another device's key" in shown(guide)
        await fill(guide, pilot, certificate=certificate, charter=done.relay_charter)
        assert at(guide) is EnrolmentStep.INSTALL
        await pilot.press("escape")
        await settled(guide, pilot)
        assert at(guide) is EnrolmentStep.REQUEST
        await pilot.press("f9")
        await settled(guide, pilot)
        await fill(guide, pilot, certificate=certificate, charter=done.charter)
        assert at(guide) is EnrolmentStep.CHECK
        assert "Installed: Dana, officer of" in shown(guide)
        assert made.installed is not None
        assert digits(made.installed.charter.link_id) in shown(guide)
        await pilot.press("f9")

    guide = guided(made, act)
    assert guide.return_code == 0
    assert made.passphrase == GOOD
    assert enrolment(home, GOOD).step() is EnrolmentStep.OPEN


def test_an_enrolled_device_needs_no_guide(tmp_path: Path) -> None:
    one = rehearsed(tmp_path).devices[0]

    async def act(guide: Guide, pilot: Pilot[None]) -> None:
        del guide, pilot

    assert guided(enrolment(one.home, one.passphrase), act).return_code == 0


def test_a_wrong_passphrase_is_said(tmp_path: Path) -> None:
    one = rehearsed(tmp_path).devices[0]

    async def act(guide: Guide, pilot: Pilot[None]) -> None:
        del pilot
        assert "passphrase" in shown(guide).lower()
        assert guide.return_code is None

    guided(enrolment(one.home, "not this passphrase"), act)


@pytest.mark.parametrize("typed", ["", "  ", "a\0b"])
def test_a_path_that_is_none_is_refused(tmp_path: Path, typed: str) -> None:
    with pytest.raises(HotlineError, match="path of the request"):
        enrolment(tmp_path / "home").make_key("Dana", GOOD, GOOD, typed)
    assert not (tmp_path / "home").exists()
