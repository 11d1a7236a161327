from textwrap import dedent

import pytest

from pseudogen.reading.reflow import ReflowError, reflow
from pseudogen.reading.reflow.blocks import Block
from pseudogen.reading.reflow.branches import branch_features
from pseudogen.reading.reflow.comments import tokenized
from pseudogen.reading.reflow.facts import context_of, facts_of
from pseudogen.reading.reflow.grammar import Grammar
from pseudogen.reading.reflow.scopes import outlived

READINGS = [
    "if distributed:\n    batch = batch // gpus\n",
    # what stands in both branches, and a closing call after them
    """
    if distributed:
        train_sampler = DistributedSampler(train_set, shuffle=True, )
        val_sampler = DistributedSampler(val_set, shuffle=False, )
        batch = batch // gpus
        shuffle = False
    else:
        train_sampler = None
        val_sampler = None
        shuffle = True
    """,
    # guards that repeat, a guard that raises, a division that stands alone
    """
    scheduler = make_scheduler(kind, lr, epochs)
    model.unfreeze()
    steps = train_size // batch
    val_steps = val_size // batch
    if steps == 0 or val_steps == 0:
        raise ValueError("数据集过小")
    if distributed:
        batch = batch // gpus
    loader = DataLoader(train_set, shuffle=shuffle, batch_size=batch, sampler=train_sampler)
    val_loader = DataLoader(val_set, shuffle=shuffle, batch_size=batch, sampler=val_sampler)
    unfrozen = True
    if distributed:
        train_sampler.set_epoch(epoch)
    set_lr(optimizer, scheduler, epoch)
    fit_epoch(model, optimizer, epoch, steps, val_steps, loader, val_loader, local_rank)
    if local_rank == 0:
        writer.close()
    """,
    # what uses the loop variable is in the loop, the parts of a training step keep together
    """
    for epoch in range(10):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
    """,
    """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(1, 2)
        def forward(self, x):
            x = self.fc(x)
            return x
    """,
    """
    try:
        import wandb
    except ImportError:
        wandb = None
    """,
    # grammar: conditional expressions, bare returns, else of a loop, targets in brackets
    """
    flag = True
    if distributed:
        x = a if b else c
    """,
    """
    def f(x):
        if not x:
            return
        y = x
        return y if y else None
    """,
    """
    for x in xs:
        if x:
            break
    else:
        raise ValueError
    """,
    """
    key = lambda p: p[0] if p else 0
    (a, b), c = key(p)
    [f(x) for x in xs]
    """,
    """
    match point:
        case (0, y):
            match = y
        case _:
            match = 0
    """,
    """
    @torch.no_grad()
    @wraps(f)
    def evaluate(model):
        yield
    async def g():
        async with a as b, c as d:
            await b
    """,
    """
    from . import a
    from .b import (c, d)
    import e.f as g, h
    raise X from error
    """,
    """
    yield
    self.source = "en",
    self.target = "de"
    a = b, c = 1, 2
    """,
    """
    x: int = 1
    y: list[int]
    x += 1; y = x
    global z
    del x, y
    assert z, "text"
    """,
    'def f():\n    """text"""\n    "a" "b".join(c)\n',
    # scopes: what a function binds is read nowhere after it, a script is run at the margin
    """
    def batch_that_fits(model, size):
        device = next(model.parameters()).device
        if device.type == "cpu":
            logger.info("no accelerator")
            return size
        if benchmark:
            logger.info("benchmarking is on")
            return size
        gigabyte = 1 << 30
        free = memory(device) / gigabyte
        return int(size * free)
    """,
    """
    def publish(options):
        run = Run(options)
        if not run.tracker:
            logger.info("install the tracker")
    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        options = parser.parse_args()
        publish(options)
    """,
    """
    class Records(Dataset):
        def __init__(self, folder, label=lambda row: row[0]):
            self.label = label
            with open(folder) as file:
                self.rows = file.read().split()
        def save(self, path):
            with open(path, "w") as file:
                file.write(" ".join(row for row in self.rows))
    """,
]


def flat(code):
    return " ".join(line.strip() for line in code.split("\n")).strip()


@pytest.mark.parametrize("code", READINGS, ids=range(len(READINGS)))
def test_the_best_reading(code):
    code = dedent(code).lstrip("\n")
    assert reflow(flat(code)).text.replace("\n", "\n") == code.replace("; ", "\n")


def test_lines_are_those_of_the_input():
    result = reflow("x = f(1,\n  2) y = 2\nif x: z = 3")
    assert result.text == "x = f(1,\n  2)\ny = 2\nif x:\n    z = 3\n"
    assert result.lines == (1, 2, 2, 3, 3)


def test_what_was_assumed_is_told():
    result = reflow("if on: a = f(b) c = g(d) e = h(c)")
    assert result.assumptions
    for assumption in result.assumptions:
        lines = result.text.split("\n")
        assert lines[assumption.line - 1].strip() == assumption.text
        assert lines[assumption.header - 1].strip() == assumption.header_text
    assert not reflow("if a: x = 1 else: x = 2").assumptions


def test_comments_that_swallowed_code_are_cut_at_the_code():
    result = reflow("x = f(1, # first b) y = 2 # 训练 for e in r: g(e) # x = 2 z = 1")
    assert result.text == (
        "x = f(1, # first b)\ny = 2\n# 训练\nfor e in r:\n    g(e)\n# x = 2\nz = 1\n"
    )
    assert result.comments == (3, 6)


def test_comments_of_lines_that_are_whole_stay_whole():
    text = dedent("""\
        model.train()  # opt.step() isn't called here
        # don't call opt.zero_grad() twice
        for x, y in loader:
        opt.zero_grad()  # FIX: at the start
        out = model(x)
        loss = criterion(out, y)
        loss.backward()
        opt.step()
    """)
    result = reflow(text)
    head, body = text.split("\n")[:3], text.split("\n")[3:-1]
    assert result.text == "\n".join([*head, *("    " + line for line in body)]) + "\n"
    assert result.comments == ()


def test_calls_that_a_comment_speaks_of_are_no_code():
    result = reflow("opt.step() # opt.zero_grad() comes first. It clears x = model(y) z = x + 1")
    assert result.text == (
        "opt.step()\n# opt.zero_grad() comes first. It clears\nx = model(y)\nz = x + 1\n"
    )


@pytest.mark.parametrize(
    "code",
    [
        """
        for epoch in range(epochs):
            net.train()
            total = 0.0
            for step, batch in enumerate(loader):
                inputs, targets = batch
                opt.zero_grad()
                outputs = net(inputs)
                error = objective(outputs, targets)
                error.backward()
                opt.step()
                total += error.item()
        """,
        """
        for epoch in range(50):
            opt.zero_grad()
            out = net(features)
            error = objective(out, wanted)
            error.backward()
            clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
        net.eval()
        """,
        """
        for epoch in range(epochs):
            net.train()
            for x, y in loader:
                opt.zero_grad()
                criterion(net(x), y).backward()
                opt.step()
            net.eval()
            score = measure(net, held_out)
            print(epoch, score)
        """,
        """
        for x, y in loader:
            opt.zero_grad(set_to_none=True)
            scaler.scale(criterion(net(x), y)).backward()
            scaler.step(opt)
            scaler.update()
        """,
    ],
)
def test_the_parts_of_training_keep_together(code):
    code = dedent(code).lstrip("\n")
    assert reflow(flat(code)).text == code


def test_a_header_at_the_end_gets_a_block():
    result = reflow("x = 1 if x:")
    assert (result.text, result.unfinished) == ("x = 1\nif x:\n    ...\n", True)


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("x = = 1", "statement", 4),
        ("x = 1 else: y = 2", "branch", 6),
        ("some words here", "prose", 0),
        ("x = (1, y", "unclosed", 4),
        ("x = 1) y", "unmatched", 5),
        ("x = 'abc", "string", 4),
        ("x = 1 ? 2", "character", 6),
        ("x +", "unfinished", 3),
        ("if x y = 1", "statement", 5),
        ("lambda: " * 5_000 + "1", "nested", 0),
        ("if a: " * 100 + "b", "nested", 594),
        ("x " * 60_001, "long", 120_000),
    ],
)
def test_text_without_a_reading_is_refused_at_its_place(text, reason, position):
    with pytest.raises(ReflowError) as caught:
        reflow(text)
    assert (caught.value.reason, caught.value.position) == (reason, position)


def test_a_long_text_takes_time_in_proportion():
    block = "if a: b = f(c) for x in b: g(x) "
    assert reflow(block * 500).statements == 2_000


def test_names_of_functions_are_known_by_where_they_begin():
    text = "def f(a, *, b: T = d): c = a def g(c=e): return [a for a in c] h = c + g(b)"
    source, _ = tokenized(text, 100)
    facts = [facts_of(source, s) for s in Grammar(source).statements()]
    assert [fact.arguments for fact in facts[:3]] == [{"a", "b"}, set(), {"c"}]
    assert facts[3].own == {"a"}
    # At the end `b`, which begins with `f`, and `c` and `g`, which begin after it, are still read:
    # `g` may be over there, `f` may not.
    assert outlived(facts) == [-1, 0, 0, 1, 1]


def test_what_the_other_branch_binds_is_looked_at():
    text = "if on: a = f() b = g() else: a = 1 b = 2 use(a)"
    source, _ = tokenized(text, 100)
    context = context_of([facts_of(source, s) for s in Grammar(source).statements()])
    other = Block(3, 0, 1, None, 0, 1)
    lacking = set(branch_features(context, other, 5, None, "else", "assign"))
    whole = set(branch_features(context, other._replace(children=2), 6, None, "else", "call"))
    assert "else branch binds missing True True assign" in lacking
    assert "else branch whole True 0 reads both in 0" in whole
