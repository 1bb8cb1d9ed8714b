"""A paper with everything on it, in three scripts."""

from __future__ import annotations

from dataclasses import replace

from hotline_client.exports.paper.paper import Act, Authority, Paper, Reported

NOW = 1_795_444_320_000

HEBREW = "הצדדים הסכימו כי הגובה המרבי יהיה FL240 (עשרים וארבעה אלף רגל) מיום 24.11.2026. שָׁלוֹם"
RUSSIAN = "Стороны согласились, что высота составит FL240 с 24.11.2026."
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> &lt; &amp;",
    "[link](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>",
    "http://evil.example www.evil.example a@evil.example",
    "# heading",
    "1. one",
    "- item",
    "***",
    "=====",
    "    code\tby indentation",
    "`code` ``` ~~~",
    "| a | b |",
    "[ref]: http://evil.example",
    "$math$ *bold* _it_ ~~gone~~ <!-- gone --> \\",
    "@page{} </style> ]]> %PDF (x) \\( /JavaScript",
)
TEXT = "\n".join(["1. Opening.", "", HEBREW, RUSSIAN, *HOSTILE])


def act(number: int, what: str, name: str = "Anna Berg", role: str = "head", **more: str) -> Act:
    delegation = more.pop("delegation", "ALPHA")
    at = NOW + number * 60_000
    return Act(
        what, name, role, delegation, at, 50 + number, bytes([number]) * 16, bytes([number]) * 32, **more
    )


def sample(text: str = TEXT, **changes: object) -> Paper:
    paper = Paper(
        channel="plenary",
        link_id=bytes(32),
        reference="P-0012/26",
        id=b"\x01" * 16,
        content=b"\x02" * 32,
        title="First meeting <b>",
        text=text,
        language="en",
        state="SIGNED",
        version=3,
        authorities=(
            Authority("a", "ALPHA", b"\x0a" * 32, "12345 67890 12345 67890 12345 67890"),
            Authority("b", "בראבו", b"\x0b" * 32, "02345 67890 12345 67890 12345 67890"),
        ),
        drafted=act(1, "drafted", role="officer"),
        written=act(2, "revised", "דן כהן", "officer", delegation="בראבו"),
        meeting=(("Meeting", "P-0004/26  First meeting"), ("Place", "Nicosia | <i>")),
        items=(Reported("P-0003/26", "Air | corridors", "AGREED: לא מעל FL240"),),
        initials={"a": act(3, "initialled"), "b": act(4, "initialled", "דן כהן", delegation="בראבו")},
        signatures={"a": act(6, "signed"), "b": act(7, "signed", "Виктор Орлов", delegation="בראבו")},
        reservations=(act(5, "reserved", "Виктор Орлов", text="Оговорка: *пункт* 2."),),
        translations=(
            act(8, "translated (he)", "דן כהן", text="פתיחה.\nאוויר (ראו P-0003/26).", language="he"),
        ),
    )
    return replace(paper, **changes)  # type: ignore[arg-type]
