"""What the journal knows of one document beyond its own words: answers, corrections, withdrawal, translations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hotline_client.engine import journal
from hotline_client.engine.contents import body_of
from hotline_client.engine.desk import Desk
from hotline_client.engine.records import DocumentRecord
from hotline_client.line.views import Answered, Person, Translated
from hotline_protocol.documents.dialogue import Correction
from hotline_protocol.folds.dialogue import Dialogue
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.folds.translations import Rendering
from hotline_protocol.terms import Precedence, Response

PersonOf = Callable[[bytes], Person | None]


@dataclass(frozen=True, slots=True)
class DialogueView:
    """See `views.MessageView`. `corrections`: the documents that brought other words, the present ones last."""

    precedence: Precedence | None = None
    response: Response | None = None
    phase: Phase | None = None
    deadline: int | None = None
    urgency: Urgency | None = None
    answers: tuple[Answered, ...] = ()
    corrections: tuple[DocumentRecord, ...] = ()
    withdrawn: str | None = None
    translations: tuple[Translated, ...] = field(default=())


def exchange(desk: Desk, name: str, record: DocumentRecord, person_of: PersonOf) -> DialogueView:
    """What was said about a document of the log. To be called under the desk's lock."""
    if record.refused is not None:
        return DialogueView()
    book = _book(desk, name)
    found = book.dialogues.all.get(record.id)
    content = record.content_hash if found is None else found.content
    minutes = book.minutes.all.get(record.id)
    translations = _translated(
        book.translations.of(content if minutes is None else minutes.content), person_of
    )
    if found is None or found.seq != record.seq:
        return DialogueView(translations=translations)
    targets = desk.context.charter.ack_targets
    return DialogueView(
        precedence=found.precedence,
        response=found.response,
        phase=found.phase,
        deadline=found.deadline(targets),
        urgency=found.urgency(targets, desk.clock()),
        answers=_answered(found, person_of),
        corrections=tuple(
            one for one in (desk.store.document(name, each) for each in found.corrections) if one is not None
        ),
        withdrawn=found.reason if found.phase is Phase.WITHDRAWN else None,
        translations=translations,
    )


def _book(desk: Desk, name: str) -> Journal:
    return desk.state(name).journal or desk.step(name, journal.journal)


def _answered(found: Dialogue, person_of: PersonOf) -> tuple[Answered, ...]:
    people = ((person_of(one.author), one) for one in found.said)
    return tuple(
        Answered(person, one.answer, one.reason, one.at, one.content == found.content)
        for person, one in people
        if person is not None
    )


def _translated(renderings: list[Rendering], person_of: PersonOf) -> tuple[Translated, ...]:
    people = ((person_of(one.author), one) for one in renderings)
    return tuple(
        Translated(person, one.language, one.text, one.at) for person, one in people if person is not None
    )


def present_text(first: str, said: DialogueView) -> str:
    """The words that stand now."""
    body = body_of(said.corrections[-1].content) if said.corrections else None
    return body.text if isinstance(body, Correction) else first
