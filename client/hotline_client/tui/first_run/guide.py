"""The guide on the screen: the steps with their states in words, the present one explained, what is asked, what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from hotline_client.tui.first_run.steps import TITLES, Enrolment, EnrolmentStep
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Look, Row
from hotline_client.tui.looks.themes import NIGHT, THEMES
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.terminal.crash import QuietApp
from hotline_client.vault.passphrases import MINIMUM
from hotline_protocol.errors import HotlineError
from hotline_protocol.identity.digits import digits

_FIELDS: Final[Mapping[EnrolmentStep, tuple[tuple[str, str], ...]]] = {
    EnrolmentStep.KEY: (
        ("name", N_("Your name, as the others will see it")),
        ("passphrase", N_("A passphrase for this device")),
        ("again", N_("The same once more")),
        ("out", N_("Where to write the request")),
    ),
    EnrolmentStep.INSTALL: (
        ("certificate", N_("The certificate that came back")),
        ("charter", N_("The charter, signed by both")),
    ),
}
_SECRET: Final = frozenset({"passphrase", "again"})


class Guide(QuietApp):
    """Returns 0 when the line can be opened with `enrolment.passphrase`; another number when the person left before."""

    TITLE = "Hotline"
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_CSS = """
    Guide Screen { layout: vertical; }
    Guide #asked { height: auto; padding: 1 0 0 1; }
    Guide #asked Input { border: none; height: 1; padding: 0; margin: 0 0 0 2; }
    Guide #asked Input:focus { border: none; }
    Guide #asked Label { width: 1fr; }
    Guide #room { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "next", "Next", show=False, priority=True),
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True),
    ]

    def __init__(self, enrolment: Enrolment, *, theme: str = NIGHT) -> None:
        super().__init__()
        self.enrolment = enrolment
        self.step = EnrolmentStep.KEY
        self._look = theme
        self._busy = False
        self._told: tuple[str, Look] = ("", "bad")

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield Bar(id="steps")
        yield Bar(id="explained", ground="text")
        yield Vertical(id="asked")
        yield Vertical(id="room")
        yield Bar(id="told", ground="text")
        yield Bar(id="guide-keys")

    async def on_mount(self) -> None:
        """Where one stands is read off the files, in a thread."""
        for one in THEMES:
            self.register_theme(one)
        self.theme = self._look
        await self._attempt(self.enrolment.step, self._go)

    def on_resize(self) -> None:
        """Wrap again."""
        self.call_after_refresh(self._paint)

    # --- what is shown

    async def _go(self, step: EnrolmentStep) -> None:
        """Show a step; the last one ends the guide."""
        if step is EnrolmentStep.OPEN and self.step is not EnrolmentStep.CHECK:
            self.exit(return_code=0)
            return
        self.step = step
        asked = self.query_one("#asked", Vertical)
        await asked.remove_children()
        for name, words in _FIELDS.get(step, ()):
            await asked.mount(Label(t(words), markup=False))
            field = Input(self._initial(name), id=name, password=name in _SECRET, max_length=1024)
            await asked.mount(field)
        if asked.query(Input):
            asked.query(Input).first().focus()
        self._paint()

    def _initial(self, name: str) -> str:
        return {"out": "device.request", "certificate": "device.cert", "charter": "line.charter"}.get(
            name, ""
        )

    def _paint(self) -> None:
        cells = max(20, self.size.width - 2)
        rows: list[Row] = [((f" HOTLINE  {t('from nothing to your first message')}", "strong"),)]
        for step, title in TITLES.items():
            state = t("DONE") if step < self.step else t("NOW") if step == self.step else t("LATER")
            look: Look = "dim" if step != self.step else "strong"
            rows.append(((f"  {int(step)} ", "dim"), (f"{state:<6} ", look), (t(title), look)))
        self.query_one("#steps", Bar).show(*rows)
        explained: list[Row] = [
            ((f" {one}", "text"),) for words in self._explained() for one in paragraphs(words, cells)
        ]
        self.query_one("#explained", Bar).show((("", "text"),), *explained)
        said, shade = self._told
        told: list[Row] = [((f" {one}", shade),) for one in paragraphs(said, cells)] if said else []
        self.query_one("#told", Bar).show(*told)
        keys: Row = (
            (" F9 ", "key"),
            (f"{self._verb()}   ", "bar"),
            ("Tab ", "key"),
            (t("next field") + "   ", "bar"),
        )
        keys += (("Esc ", "key"), (t("a step back") + "   ", "bar"), ("Ctrl+Q ", "key"), (t("leave"), "bar"))
        self.query_one("#guide-keys", Bar).show(keys)

    def _verb(self) -> str:
        return {
            EnrolmentStep.KEY: t("make it"),
            EnrolmentStep.REQUEST: t("it came back"),
            EnrolmentStep.INSTALL: t("install"),
            EnrolmentStep.CHECK: t("open the line"),
        }.get(self.step, t("next"))

    def _explained(self) -> list[str]:
        match self.step:
            case EnrolmentStep.KEY:
                return [
                    t(
                        "The key is made here and never leaves this device; the passphrase alone opens it, and nobody can give you another."
                    ),
                    t("At least {count} characters: four or five words chosen by dice.", count=MINIMUM),
                ]
            case EnrolmentStep.REQUEST:
                return self._request()
            case EnrolmentStep.INSTALL:
                return [
                    t(
                        "Your custodian gives you two files: your certificate, and the charter that both sides signed."
                    )
                ]
            case _:
                return self._checked()

    def _request(self) -> list[str]:
        asked = self.enrolment.asked
        if asked is None:
            return [
                t(
                    "This device has its key. Its request is not where it was written; `hotline enrol renew FILE` writes it again."
                ),
                t("When your custodian gave you the certificate and the charter, press F9."),
            ]
        return [
            t("Bring this file to the custodian of your delegation, on a stick or by any way:"),
            f"   {line(str(asked.path), 200)}",
            t("and read these digits to them yourself; they type them, and nothing else is believed:"),
            f"   {asked.digits}",
            t("When they gave you the certificate and the charter, press F9. You can leave meanwhile."),
        ]

    def _checked(self) -> list[str]:
        done = self.enrolment.installed
        if done is None:
            return [t("Everything is installed.")]
        held = done.certificate
        return [
            t(
                "Installed: {who}, {role} of {delegation}.",
                who=line(held.name, 40),
                role=held.role.value,
                delegation=line(held.delegation, 24),
            ),
            t(
                "Compare these digits of the link with the other delegation once: {digits}",
                digits=digits(done.charter.link_id),
            ),
            t(
                "In the line your device knocks by itself; a head or deputy of your side admits it. What you write waits until then."
            ),
        ]

    # --- keys

    async def action_next(self) -> None:
        """Do the step."""
        if self._busy:
            return
        given = {one.id or "": one.value for one in self.query(Input)}
        made = self.enrolment
        match self.step:
            case EnrolmentStep.KEY:
                await self._attempt(
                    lambda: made.make_key(given["name"], given["passphrase"], given["again"], given["out"]),
                    lambda _asked: self._go(EnrolmentStep.REQUEST),
                )
            case EnrolmentStep.REQUEST:
                self._told = ("", "bad")
                await self._go(EnrolmentStep.INSTALL)
            case EnrolmentStep.INSTALL:
                await self._attempt(
                    lambda: (made.install(given["certificate"], given["charter"]), made.check()),
                    lambda done: self._judged(done[1]),
                )
            case _:
                self.exit(return_code=0)

    async def _judged(self, findings: list[object]) -> None:
        bad = [one for one in findings if getattr(one, "state", "") != "ok"]
        self._told = ("\n".join(f"{one.check}: {one.found}. {one.hint}" for one in bad), "warn")  # type: ignore[attr-defined]
        await self._go(EnrolmentStep.CHECK)

    async def action_back(self) -> None:
        """The step before, as far as it can be taken back; nothing is deleted."""
        if self.step is EnrolmentStep.INSTALL and not self._busy:
            await self._go(EnrolmentStep.REQUEST)

    def action_leave(self) -> None:
        """What was done stays; `hotline tui` goes on from there."""
        self.exit(return_code=130)

    async def on_input_submitted(self) -> None:
        """Enter: the next field, after the last one the step."""
        fields = list(self.query(Input))
        at = next((at for at, one in enumerate(fields) if one.has_focus), len(fields) - 1)
        if at + 1 < len(fields):
            fields[at + 1].focus()
        else:
            await self.action_next()

    async def _attempt(self, work: Callable[[], object], then: Callable[..., object]) -> None:
        """In a thread, as making a key and opening a vault take their time; what is wrong is said, and nothing has changed."""
        self._busy, self._told = True, (t("one moment …"), "dim")
        self._paint()
        try:
            done = await asyncio.to_thread(work)
        except HotlineError as error:
            notes = " ".join(getattr(error, "__notes__", ()))
            self._told = (f"{error}. {notes}".strip(), "bad")
            self._paint()
        except OSError as error:
            self._told = (t("the file cannot be used: {why}", why=error.strerror or ""), "bad")
            self._paint()
        else:
            self._told = ("", "bad")
            following = then(done)
            if asyncio.iscoroutine(following):
                await following
        finally:
            self._busy = False
