"""Runs that go on from a checkpoint: with all that was saved for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    calls_of_methods,
    has_word,
    method,
    names_in,
    receiver,
    statement_at,
)
from pseudogen.names.origins import attribute_bindings
from pseudogen.names.script import Script
from pseudogen.names.words import words
from pseudogen.patterns.checkpoint_resume import CheckpointResume
from pseudogen.patterns.checkpoint_save import CheckpointSave
from pseudogen.patterns.epoch_loop import EpochLoop
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_OPTIMIZERS = frozenset({"optim", "optimizer", "optimizers"})
_READS_NOTHING = frozenset(
    {"len", "print", "isinstance", "type", "info", "keys", "load_state_dict"}
)


@pitfall("resume-without-optimizer")
def check_optimizer(findings: Findings) -> Iterator[Pitfall]:
    """The optimizer's state is saved with the epoch, and the epoch alone is read again."""
    script = findings.script
    save = next((s for s in findings.of(CheckpointSave) if _key(s) is not None), None)
    key = _key(save) if save is not None else None
    if save is None or key is None or _reads(script, key):
        return
    for resume in findings.of(CheckpointResume):
        loop = _goes_on(findings, resume)
        if loop is None or resume.others or _passed_whole(script, resume):
            continue
        yield report(
            "resume-without-optimizer",
            WARNING,
            (resume.line, resume.end),
            "flow",
            call=resume.call,
            key=key,
            save=save.line,
            loop=loop.line,
            start=loop.start,
            optimizer=_kept(script, key),
            held=_held(statement_at(script, resume.line)),
        )


def _key(save: CheckpointSave) -> str | None:
    """The key under which a checkpoint keeps the state of an optimizer beside that of a model."""
    if not save.keeps_optimizer:
        return None
    return next((key for key in save.contents if _OPTIMIZERS & set(words(key))), None)


def _kept(script: Script, key: str) -> str | None:
    """The optimizer whose state is saved under a key."""
    found = re.search(
        rf"""['"]{re.escape(key)}['"]\]?\s*[:=]\s*([\w.]+)\.state_dict\(""", script.tree.text
    )
    return found[1] if found is not None else None


def _reads(script: Script, key: str) -> bool:
    """Whether the script may give the state back to an optimizer: it reads the key, or an optimizer
    reads a state."""
    read = re.compile(rf"""(\[|get\(|pop\()\s*['"]{re.escape(key)}['"](?!\]\s*=[^=])""")
    return read.search(script.tree.text) is not None or any(
        _OPTIMIZERS & set(words(receiver(site)))
        for site in calls_of_methods(script, "load_state_dict", "set_state_dict")
    )


def _goes_on(findings: Findings, resume: CheckpointResume) -> EpochLoop | None:
    """The loop over epochs that begins where the checkpoint says."""
    script = findings.script
    held = _held(statement_at(script, resume.line))
    if resume.how != "load" or resume.part or held is None:
        return None
    for loop in findings.of(EpochLoop):
        header = statement_at(script, loop.line)
        for name in names_in(cst.parse_expression(loop.start)) if loop.start else ():
            bound = script.reaching(name, header.index)
            bound = bound or attribute_bindings(script, name, header.scope)
            if any(_comes_from(script, text(b.value), held, resume) for b in bound if b.value):
                return loop
    return None


def _comes_from(script: Script, value: str, held: str, resume: CheckpointResume) -> bool:
    """Whether a value comes from what was read: from the variable that holds it, or from the
    function that has read it and gives a part of it back."""
    function = script.function_around(statement_at(script, resume.line))
    if function is None or has_word(value, held):
        return has_word(value, held)
    gives = any(
        type(s.node) is cst.Return and s.node.value and has_word(text(s.node.value), held)
        for s in script.tree.below(function)
    )
    return gives and has_word(value, function.node.name.value)


def _held(statement: Statement) -> str | None:
    """The variable that holds what has been read."""
    node: Any = statement.node
    named = type(node) is cst.Assign and type(node.targets[0].target) is cst.Name
    return node.targets[0].target.value if named else None


def _passed_whole(script: Script, resume: CheckpointResume) -> bool:
    """Whether the checkpoint goes to a function that may read the rest of it, or is asked for
    entries by a variable."""
    statement = statement_at(script, resume.line)
    held = _held(statement)
    asked = re.compile(rf"(?<![\w.]){held}(\[|\.(get|pop)\(|\.(items|values)\b)(?!\s*['\"])")
    return asked.search(script.tree.text) is not None or any(
        text(arg.value) == held and method(site) not in _READS_NOTHING
        for site in script.call_sites()
        if site.scope == statement.scope and site.statement.index > statement.index
        for arg in site.node.args
    )


_TOP = (
    "import torch\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
    "start_epoch = 0\n"
    "if args.resume:\n"
    "    checkpoint = torch.load(args.resume, map_location='cpu', weights_only=True)\n"
    "    model.load_state_dict(checkpoint['model'])\n"
)
_EPOCH = "    start_epoch = checkpoint['epoch'] + 1\n"
_CLASS = (
    "class Trainer:\n"
    "    def resume(self, path):\n"
    "        state = torch.load(path, map_location='cpu', weights_only=True)\n"
    "        self.model.load_state_dict(state['model'])\n"
    "        self.start = state['epoch']\n"
    "    def save(self, path):\n"
    "        state = {'epoch': self.epoch, 'model': self.model.state_dict(),\n"
    "                 'optimizer': self.optimizer.state_dict()}\n"
    "        torch.save(state, path)\n"
    "    def fit(self):\n"
    "        for self.epoch in range(self.start, self.epochs):\n"
    "            for x, y in self.loader:\n"
    "                self.criterion(self.model(x), y).backward()\n"
    "                self.optimizer.step()\n"
)
_HELPER = (
    "import torch\n"
    "def restore(model, path):\n"
    "    state = torch.load(path, map_location='cpu', weights_only=True)\n"
    "    model.load_state_dict(state['model'])\n"
    "    return state['epoch']\n"
    "optimizer = torch.optim.AdamW(model.parameters())\n"
    "start_epoch = restore(model, args.resume) if args.resume else 0\n"
)
_TRAIN = (
    "for epoch in range(start_epoch, 90):\n"
    "    for x, y in loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "        optimizer.step()\n"
    "    torch.save({'epoch': epoch, 'model': model.state_dict(),\n"
    "                'optimizer': optimizer.state_dict()}, 'last.pt')\n"
)
EXAMPLES = {
    "resume-without-optimizer": {
        _TOP + _EPOCH + _TRAIN: [(5, 5)],
        _TOP
        + _EPOCH
        + _TRAIN.replace("    torch.save({", "    state = {").replace(
            "()}, 'last.pt')", "()}\n    torch.save(state, 'last.pt')"
        ): [(5, 5)],
        "import torch\n" + _CLASS: [(4, 4)],
        _HELPER + _TRAIN: [(3, 3)],
    },
}
COUNTEREXAMPLES = {
    "resume-without-optimizer": {
        _TOP + "    optimizer.load_state_dict(checkpoint['optimizer'])\n" + _EPOCH + _TRAIN: (
            "it is read again"
        ),
        _TOP + _TRAIN: "the weights alone are taken, for another training",
        _TOP + "    restore(optimizer, checkpoint)\n" + _EPOCH + _TRAIN: "a function may read it",
        _TOP
        + "    for name, part in parts.items():\n        part.load(checkpoint[name])\n"
        + _EPOCH
        + _TRAIN: "it may be one of several parts",
        _TOP
        + _EPOCH
        + _TRAIN.replace(",\n                'optimizer': optimizer.state_dict()", ""): (
            "no state of it is saved"
        ),
        "import torch\n"
        + _CLASS.replace("self.start = ", "self.optimizer.load_state_dict(").replace(
            "['epoch']", "['optimizer'])"
        ): "the class reads it again",
        _HELPER.replace("return state['epoch']", "return model") + _TRAIN: (
            "whether the epochs go on can't be told"
        ),
        _TOP + "    print(checkpoint['epoch'])\n" + _TRAIN: "the epochs begin anew",
    },
}
