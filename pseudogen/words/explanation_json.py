"""Explanation -> the object of `explain --format json`."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

from pseudogen.document import Spans, plain
from pseudogen.explanation.branches import Branches
from pseudogen.explanation.cases import Cases
from pseudogen.finding import Finding
from pseudogen.following import Reached
from pseudogen.names.script import Script
from pseudogen.pitfall import Pitfall, PitfallElsewhere
from pseudogen.templating import explanation_words
from pseudogen.words.explanation import Explanation
from pseudogen.words.passages import passage_text
from pseudogen.words.patterns import spaced_words
from pseudogen.words.pitfalls import pitfall_text
from pseudogen.words.settings import setting_json, settings_in
from pseudogen.words.telling import Telling
from pseudogen.words.working import working_json

SCHEMA = 1


def explanation_json(explanation: Explanation, lang: str) -> dict[str, Any]:
    """The object that `pseudogen/schemas/explain.json` describes."""
    findings = sorted((f for s in explanation.stages for f in s.findings), key=lambda f: f.line)
    elsewhere = [(f, r) for s in explanation.stages for r in s.reached for f in r.findings]
    number = {id(f): place for place, f in enumerate([*findings, *(f for f, _ in elsewhere)])}
    words = explanation_words(lang)
    script = explanation.script
    telling = Telling(lang, Cases(script), Branches(script))
    for _, reached in elsewhere:
        telling.cases.setdefault(reached.module, Cases(reached.script))
    return {
        "schema": SCHEMA,
        "file": explanation.name,
        "lang": lang,
        "findings": [
            *(_finding(finding, telling, script) for finding in findings),
            *(_finding(f, telling, r.script, r.module) | _where(r) for f, r in elsewhere),
        ],
        "pitfalls": [
            *(pitfall_json(pitfall, lang) for pitfall in explanation.pitfalls),
            *(pitfall_json(p.pitfall, lang) | _whence(p) for p in explanation.elsewhere),
        ],
        "stages": [
            {
                "kind": stage.kind,
                "title": words.stages[stage.title],
                "lines": list(stage.lines),
                "function": stage.function,
                "condition": stage.condition,
                "findings": [
                    *(number[id(finding)] for finding in stage.findings),
                    *(number[id(f)] for r in stage.reached for f in r.findings),
                ],
                "passages": [
                    {
                        "lines": list(passage.lines),
                        "caption": passage.caption,
                        "text": plain(passage_text(passage, lang)),
                    }
                    for passage in stage.passages
                ],
            }
            for stage in explanation.stages
        ],
        "settings": [
            setting_json(explanation.script, setting, lang)
            for setting in settings_in(explanation.script, explanation.part)
        ],
        "not_read": [{"file": m.module, "reason": m.reason} for m in explanation.not_read],
        "worked_out": working_json(explanation.working),
    }


def pitfall_json(pitfall: Pitfall, lang: str) -> dict[str, Any]:
    """One entry of the array `pitfalls`."""
    return {
        "id": pitfall.id,
        "severity": pitfall.severity,
        "lines": list(pitfall.lines),
        "text": pitfall_text(pitfall, lang),
    }


def _whence(found: PitfallElsewhere) -> dict[str, Any]:
    """Where a pitfall of another file is, and how the script comes to it."""
    return {"file": found.file, "function": found.function, "called": found.called}


def _where(reached: Reached) -> dict[str, Any]:
    """Where a finding of another file is, and how the script comes to it."""
    return {"file": reached.module, "function": reached.function, "called": reached.line}


def _finding(finding: Finding, telling: Telling, script: Script, file: str = "") -> dict[str, Any]:
    words, lang = telling.words(finding), telling.lang
    labels = explanation_words(lang).labels
    evidence = finding.evidence
    rests = explanation_words(lang).rests(evidence.kind, evidence.names, script.imports_anything)
    said = [
        *map(plain, telling.alone(finding, file)),
        *(
            f"{labels[part]} {plain(p)}"
            for part in ("why", "worked", "watch")
            for p in getattr(words, part)
        ),
        f"{labels['rests']} {_plain(rests, lang)}",
    ]
    return {
        "pattern": finding.pattern,
        "anchor": finding.line,
        "lines": [finding.line, finding.end],
        "evidence": evidence.kind,
        "facts": {name: _plain_value(value) for name, value in finding.facts().items()},
        "title": plain(words.title),
        "text": "\n".join(said),
    }


def _plain(text: str, lang: str) -> str:
    spans: Spans = spaced_words(text, lang)
    return plain(spans)


def _plain_value(value: Any) -> Any:
    """A fact as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain_value(inner) for name, inner in asdict(value).items()}
    if isinstance(value, tuple | list):
        return [_plain_value(inner) for inner in value]
    return value
