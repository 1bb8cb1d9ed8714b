"""R6 to R8 and C1 to C4, against a model that keeps everything."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hotline_protocol.relay.chain import decode_entry, extend, genesis
from hotline_protocol.relay.frames import Appended, Conflict, Rejected, Submission
from hotline_server.ordering import Answer, Known, LogKey, decide, empty

KEY = LogKey(b"link" * 8, "plenary")
IDS = st.integers(0, 30).map(lambda n: bytes([n]) * 16)
SUBMISSIONS = st.lists(
    st.tuples(
        st.sampled_from(["knock", "commit", "message"]), IDS, st.integers(-3, 0), st.binary(max_size=2)
    ),
    max_size=8,
)


class LogMachine(RuleBasedStateMachine):
    """Batches of anything, at any time, into one log."""

    def __init__(self) -> None:
        super().__init__()
        self.position = empty(KEY)
        self.known: dict[bytes, Known] = {}
        self.raws: list[bytes] = []
        self.accepted: dict[bytes, tuple[Submission, Appended]] = {}

    @rule(batch=SUBMISSIONS, now=st.integers(0, 1000))
    def append(self, batch: list[tuple[str, bytes, int, bytes]], now: int) -> None:
        submissions = [
            Submission(kind, entry_id, max(0, self.position.last_commit + back), body)  # type: ignore[arg-type]
            for kind, entry_id, back, body in batch
        ]
        decision = decide(self.position, self.known, submissions, now)
        assert decision.first == len(self.raws) + 1
        last_commit = self.position.last_commit
        assert all(decode_entry(one).at == now for one in decision.raws)
        self.raws += decision.raws
        for submission, answer in zip(submissions, decision.answers, strict=True):
            last_commit = self.judge(submission, answer, last_commit)
        self.position = decision.position
        assert self.position.last_commit == last_commit

    def judge(self, submission: Submission, answer: Answer, last_commit: int) -> int:
        """Each answer by itself is what the rules say; the last commit after it."""
        before = self.accepted.get(submission.id)
        if before is not None:
            if (before[0].kind, before[0].body) == (submission.kind, submission.body):
                assert answer == before[1]
            else:
                assert isinstance(answer, Rejected)
                assert answer.code == "id-conflict"
        elif (submission.kind == "commit" and submission.after != last_commit) or (
            submission.kind == "message" and submission.after > last_commit
        ):
            assert answer == Conflict(submission.id, last_commit)
        else:
            assert isinstance(answer, Appended)
            entry = decode_entry(self.raws[answer.seq - 1])
            assert Submission(entry.kind, entry.id, entry.after, entry.body) == submission
            assert entry.at == answer.at
            self.accepted[submission.id] = (submission, answer)
            return answer.seq if submission.kind == "commit" else last_commit
        return last_commit

    @invariant()
    def gapless_and_chained(self) -> None:
        assert sorted(answer.seq for _, answer in self.accepted.values()) == list(
            range(1, len(self.raws) + 1)
        )
        head, at = genesis(*KEY), 0
        for seq, raw in enumerate(self.raws, 1):
            head = extend(head, seq, raw)
            at = decode_entry(raw).at
        assert (self.position.tail, self.position.head, self.position.at) == (len(self.raws), head, at)


LogMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
TestLog = LogMachine.TestCase
