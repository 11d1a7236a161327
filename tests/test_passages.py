"""What an explanation says of the code between its findings."""

from __future__ import annotations

import json

import pytest

import pseudogen

_LOOP = """\
import torch

def train(model, loader, optimizer, criterion, device, args):
    model.train()
    for images, labels in loader:
        # move data to the device
        images = images.to(device)
        labels = labels.to(device)
{between}
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss
"""


def passages(code: str, lang: str = "en") -> list[str]:
    """The sentences of the code between the findings."""
    made = json.loads(pseudogen.explain(code, lang=lang, format="json"))
    return [passage["text"] for stage in made["stages"] for passage in stage["passages"]]


def between(*lines: str, lang: str = "en") -> str:
    """What is said of some lines that stand in a training loop behind an empty line."""
    code = _LOOP.format(
        between="\n".join(["        # note it down", *("        " + s for s in lines)])
    )
    found = [text for text in passages(code, lang) if text.startswith("“note it down”")]
    assert len(found) == 1
    return found[0].removeprefix("“note it down”").lstrip(":： ")


def test_the_code_around_the_findings_is_told_with_its_comments() -> None:
    assert passages(_LOOP.format(between="")) == [
        "`model` goes into training mode.",
        "“move data to the device”: `images` and `labels` move to `device`.",
        "`loss` is what `criterion` computes from `model(images)` and `labels`.",
        "`loss` is returned.",
    ]
    assert passages(_LOOP.format(between=""), "zh")[0] == "`model` 切换到训练模式。"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("seen = 0", "`seen` becomes `0`"),
        ("a = b = 0", "`a` and `b` become `0`"),
        ("a, b = 1, 2", "`a` becomes `1`; `b` becomes `2`"),
        ("_, best = scores.max(1)", "`best` comes from `scores.max(1)`"),
        ("meter = Meter()", "`meter` is made by `Meter`"),
        ("score = self.meter.Mean()", "`score` becomes `self.meter.Mean()`"),
        (
            "data[part] = data[part].map(encode_columns, batched=True, "
            "remove_columns=columns, num_proc=workers)",
            "`data[part]` comes from `data[part].map(encode_columns, batched=True, "
            "remove_columns=columns, …)`",
        ),
        (
            "state = Window(size=settings.steps_of_a_round(all_devices, nodes), together=False, "
            "fast=True).to(place.device)",
            "`state` becomes `Window(size=settings.steps_of_a_round(…), together=False, "
            "fast=True).to(place.device)`",
        ),
        (
            "fill(model, {'first': first_of_all, 'second': second_of_all}, [1.5, 2.5, 3.5, 4.5, "
            "5.5, 6.5, 7.5])",
            "`fill(model, {…}, […])` is called",
        ),
        (
            "seen += outputs[mask].argmax(dim=-1).eq(labels[mask]).float().sum() - skipped",
            "`outputs[mask].argmax(dim=-1).eq(labels[mask]).float().sum() - skipped` is added "
            "to `seen`",
        ),
        (
            "return {'loss': loss.detach().cpu().numpy(), 'correct': outputs.argmax(1) == labels}",
            "a dict with `loss` and `correct` is returned",
        ),
        (
            "return (1 - (step - warm_up_rounds * round_size) / ((rounds - warm_up_rounds) * "
            "round_size)) ** 0.9",
            "`(1 - (step - warm_up_rounds * round_size) / ((rounds - warm_up_rounds) * "
            "round_size)) ** 0.9` is returned",
        ),
        (
            "count = sum(p.numel() for p in model.parameters() if p.requires_grad and not "
            "hasattr(p, 'skipped') and hasattr(p, 'shared'))",
            "`count` becomes `sum(p.numel() for p in model.parameters() if p.requires_grad and not "
            "hasattr(p,…)`",
        ),
        ("log = Log(delimiter='  ')", "`log` is made by `Log(delimiter='  ')`"),
        ("title = f'{name}:  {seen + 1}'", "`title` becomes `f'{name}:  {seen + 1}'`"),
        (
            "with open(path, 'w') as file: file.write(seen)",
            "`path` is opened as `file` to be written; `file.write(seen)` is called",
        ),
        ("seen += len(images)", "`len(images)` is added to `seen`"),
        ("seen *= 2", "`seen` becomes `seen * 2`"),
        ("seen /= size * parts", "`seen` becomes `seen / (size * parts)`"),
        ("print('epoch', epoch)", "“epoch …” is reported"),
        ("print(epoch)", "`epoch` is printed"),
        ("print(epoch + 1)", "`epoch + 1` is printed"),
        ("print('%d/%d' % (seen, size))", "`seen` and `size` are printed"),
        ("print('{} - {}'.format(seen, size))", "`seen` and `size` are printed"),
        ("print(*results)", "a message is reported"),
        (
            "model.gradient_checkpointing_enable()",
            "`model` is to compute its activations anew in the backward pass, which saves memory",
        ),
        ("trainer.push_to_hub()", "what `trainer` holds is uploaded to the Hugging Face Hub"),
        (
            "net.resize_token_embeddings(len(tokens))",
            "the token embeddings of `net` get `len(tokens)` rows",
        ),
        ("data.set_format('torch')", "`data` gives its samples in the format `'torch'`"),
        ("axis.set_format('%d')", "`axis.set_format('%d')` is called"),
        ("print(bold(f'epoch {epoch}'))", "“epoch {epoch}” is reported"),
        ("logger.info(results)", "`results` is logged"),
        ("print_summary(model)", "`print_summary(model)` is called"),
        ("logger.info('Found %d images', size)", "“Found … images” is reported"),
        ("logger.info(f'rate {rate}')", "“rate {rate}” is reported"),
        ("os.makedirs(args.output, exist_ok=True)", "the folder `args.output` is made"),
        ("mkdir(args.output)", "the folder `args.output` is made"),
        ("files.mkdir(args.output)", "the folder `args.output` is made"),
        ("Path(args.output).mkdir()", "the folder `Path(args.output)` is made"),
        ("json.dump(seen, file)", "`seen` is written to `file`"),
        ("np.save(name, seen)", "`seen` is written to `name`"),
        ("with open(path, mode) as file: a = 1", "`path` is opened as `file`; `a` becomes `1`"),
        ("with open(path, 'r+') as file: a = 1", "`path` is opened as `file`; `a` becomes `1`"),
        ("json.dump(seen, open(args.file, 'w'))", "`seen` is written to `args.file`"),
        ("vutils.save_image(images, 'a.png')", "`images` is written to `'a.png'`"),
        ("plt.savefig('a.png')", "`plt.savefig('a.png')` writes a file"),
        ("shutil.copyfile(last, best)", "`last` is copied to `best`"),
        ("model.apply(start)", "`start` is applied to each module of `model`"),
        ("meter.reset()", "`meter.reset()` is called"),
        (
            "state = {name[7:]: value for name, value in saved.items()}",
            "`state` gets the entries of `saved`: each name `name` becomes `name[7:]`",
        ),
        (
            "state = {k: v for k, v in state.items() if k in own}",
            "`state` is made anew from its entries: "
            "only those for which `k in own` holds are taken",
        ),
        (
            "state = {k: v + 1 for k, v in state.items()}",
            "`state` becomes `{k: v + 1 for k, v in state.items()}`",
        ),
        (
            "train_one_epoch(model, loader)",
            "judging by its name, `train_one_epoch(model, loader)` trains `model` for an epoch "
            "with the data of `loader`",
        ),
        (
            "stats = engine.fit_model(model, images)",
            "judging by its name, `engine.fit_model(model, images)` trains `model` and returns "
            "what `stats` gets",
        ),
        (
            "free = [p for p in model.parameters() if p.requires_grad]",
            "`free` holds those parameters of `model` that are trained (`requires_grad`)",
        ),
        (
            "free = list(filter(lambda p: p.requires_grad, net.parameters()))",
            "`free` holds those parameters of `net` that are trained (`requires_grad`)",
        ),
        (
            "size = sum(p.numel() for p in model.parameters())",
            "`size` becomes the number of parameters of `model`",
        ),
        (
            "size = sum([p.numel() for p in model.parameters() if p.requires_grad])",
            "`size` becomes the number of trained parameters of `model`",
        ),
        (
            "free = [p for p in model.parameters() if p.dim() > 1]",
            "`free` becomes `[p for p in model.parameters() if p.dim() > 1]`",
        ),
        ("scaler.fit(images)", "`scaler.fit(images)` is called"),
        ("a, b = b, a", "`a` and `b` swap their values"),
        ("rule = Policy('half')", "`rule` is made by `Policy('half')`"),
        ("logger.log(data=metrics)", "`metrics` is logged"),
        ("dllogger.log(step=3, data={'loss': l, 'acc': a})", "`loss` and `acc` are logged"),
        ("log('restored the last one')", "“restored the last one” is reported"),
        (
            "n = min([os.cpu_count(), size if size > 1 else 0, most_of_them])",
            "`n` becomes `min([os.cpu_count(), size if size > 1 else 0, most_of_them])`",
        ),
        (
            "tool.load_state_dict(state, strict=False)",
            "`tool` gets the state `state`, names that do not match let pass (`strict=False`)",
        ),
        (
            "both = [Crop(args.size) if args.crop_in_the_middle else RandomCrop(args.size), "
            "Flip(args.chance)]",
            "`both` holds `Crop(args.size) if args.crop_in_the_middle else RandomCrop(args.size)` "
            "and `Flip(args.chance)`, in this order",
        ),
        ("_ = 3; a = 1", "`a` becomes `1`"),
        ("_ = logs.pop('total')", "`logs.pop('total')` is called"),
        ("print('--p can only be given alone')", "“--p can only be given alone” is reported"),
        ("print('--- done with it ---')", "“done with it” is reported"),
        ("tool = TOOLS[args.name]()", "`tool` is made by `TOOLS[args.name]()`"),
        (
            "seen = function(with_many_arguments, that_fill_the_line, and_go_on, and_on * and_on, "
            "and_end)[0]",
            "`seen` becomes `function(with_many_arguments, that_fill_the_line, and_go_on, "
            "and_on * and_on, …)[0]`",
        ),
        ("self.zero_grad()", "`self.zero_grad()` is called"),
        ("assert seen > 0", "an error is raised unless `seen > 0`"),
        ("raise ValueError('no data')", "`ValueError` is raised (“no data”)"),
        ("continue", "the rest of the round is left out"),
        ("del images", "`images` is deleted"),
        ("kept.append(loss)", "`loss` is appended to `kept`"),
        (
            "kept.append(pipeline(args.prompt, num_inference_steps=30, generator=generator, "
            "guidance=3).images[0])",
            "`pipeline(args.prompt, num_inference_steps=30, generator=generator, guidance=3)"
            ".images[0]` is appended to `kept`",
        ),
        (
            "parts += [Resize(size=size, longest=longest_of_all_sides, how=how, fill=fill_value, "
            "scale=9)]",
            "`[Resize(size=size, longest=longest_of_all_sides, how=how, fill=fill_value, …)]`"
            " is added to `parts`",
        ),
        (
            "seen = (functional.interpolate(seen.unsqueeze(0), scale_factor=args.patch_size, "
            "mode='nearest')[0].cpu())",
            "`seen` becomes `functional.interpolate(seen.unsqueeze(0), "
            "scale_factor=args.patch_size, …)[0].cpu()`",
        ),
        ("meter.update(loss=loss, rate=rate)", "`meter.update(loss=loss, rate=rate)` is called"),
        (
            "line = f'[epoch: {epoch}] loss: {mean_loss:.4f} rate: {rate:.6f} ' f'error: {error}'",
            "`line` becomes `f'[epoch: {epoch}] loss: {mean_loss:.4f} rate: {rate:.6f} ' "
            "f'error: {error}'`",
        ),
        ("pbar.update(len(images))", "the progress bar `pbar` advances by `len(images)`"),
        ("view.valid_bar.update(step + 1)", "`view.valid_bar.update(step + 1)` is called"),
        ("root = Path(args.root)", "`root` becomes `Path(args.root)`"),
        ("net = model.eval()", "`model` goes into evaluation mode; `net` becomes `model`"),
        (
            "model = model.to(memory_format=torch.channels_last)",
            "`model` takes the memory format `torch.channels_last`",
        ),
    ],
)
def test_what_a_statement_does(line: str, said: str) -> None:
    told = between(line).partition("; `loss` is what")[0].removesuffix(".")
    assert told[:1].lower() + told[1:] == said


def test_what_is_a_little_much_is_told_in_pieces() -> None:
    lines = "\n".join(f"        value_{n} = function_{n}(x)" for n in range(9))
    said = [one for one in passages(_LOOP.format(between=lines)) if "value_" in one]
    assert [one.count("becomes `function_") for one in said] in ([4, 5], [5, 4])


def test_what_is_done_within_a_context_ends_with_it() -> None:
    said = between("with torch.no_grad():", "    a = 1", "    b = 2", "c = 3")
    assert said.startswith(
        "without gradients being computed, `a` becomes `1` and `b` becomes `2`. "
    )
    assert between("with timer, lock:", "    a = 1").startswith(
        "within `timer`: within `lock`, `a` becomes `1`."
    )
    assert between("with torch.no_grad():", "    a = 1", lang="zh").startswith("不计算梯度：")
    perhaps = between("with nullcontext() if args.train_all else torch.no_grad():", "    a = 1")
    assert perhaps.startswith("within `nullcontext() if args.train_all else torch.no_grad()`")


def test_a_long_branch_is_told_piece_by_piece_under_its_condition() -> None:
    block = "\n".join(f"            value_{n} = function_{n}(x)" for n in range(9))
    said = passages(_LOOP.format(between="        if seen:\n" + block))
    first, last = (next(one for one in said if f"value_{n}" in one) for n in (0, 8))
    assert first.startswith("If `seen` (line 9): `value_0` becomes `function_0(x)`;")
    assert "(line 9): `value_" in last


def test_what_stands_within_a_context_says_so_and_under_which_condition() -> None:
    code = "        with torch.no_grad():\n            a = 1\n            loss.backward()"
    assert "Without gradients being computed (line 9): `a` becomes `1`." in passages(
        _LOOP.format(between=code)
    )
    under = "        if seen:\n" + "\n".join("    " + line for line in code.splitlines())
    assert "If `seen` (line 9): `a` becomes `1`." in passages(_LOOP.format(between=under))


def test_what_a_function_of_the_script_does_is_not_judged_by_its_name() -> None:
    code = "def train_epoch(model, loader): ...\n\n" + _LOOP.format(
        between="        train_epoch(model, 1)"
    )
    assert "`train_epoch(model, 1)` is called" in " ".join(passages(code))


def test_blocks_are_told_with_their_conditions() -> None:
    lines = ("if seen:", "    a = 1", "elif b:", "    a = 2", "else:", "    a = 3")
    said = between(*lines)
    assert said.startswith("if `seen`, `a` becomes `1`. Otherwise, if `b`, `a` becomes `2`. ")
    assert "Otherwise `a` becomes `3`." in said


def test_a_stand_in_for_a_header_is_no_condition() -> None:
    assert passages("if ...:\n    a(1)\nscheduler.step()\n") == ["`a(1)` is called."]
    said = passages("if ...:\n    ...\nelse:\n    a(1)\nscheduler.step()\n")
    assert said == ["Otherwise `a(1)` is called."]


def test_code_in_the_branch_of_a_finding_is_told_under_its_condition() -> None:
    code = _LOOP.format(between="") + (
        "\nif args.resume:\n    name = args.resume\n    state = torch.load(name)\n"
        "    model.load_state_dict(state['model'])\n    optimizer.load_state_dict(state['opt'])\n"
        "else:\n    print('from the beginning')\n"
    )
    said = passages(code)
    assert "If `args.resume` (line 16): `name` becomes `args.resume`." in said
    assert "If `not args.resume` (line 21): “from the beginning” is reported." in said


def test_branches_in_branches_are_told_with_all_of_their_conditions() -> None:
    code = _LOOP.format(between="") + (
        "\nif args.save:\n    torch.save(model.state_dict(), 'last.pt')\n"
        "    if rank:\n        pass\n    else:\n        torch.save(model.state_dict(), 'a.pt')\n"
        "        tell('saved')\n"
    )
    assert "If `args.save and not rank` (line 20): `tell('saved')` is called." in passages(code)


def test_an_error_handler_says_so() -> None:
    code = _LOOP.format(between="").replace("    return loss", "    try:\n        go()\n    except "
        "KeyError:\n        loss.backward()\n        stop()")  # fmt: skip
    assert "If `KeyError` is raised (line 16): `stop()` is called." in passages(code)


def test_much_at_once_is_summed_up() -> None:
    said = between(*(f"value_{n} = function_{n}(x)" for n in range(30)))
    assert "`value_0`, `value_1`, `value_2`, `value_3`, `value_4`, `value_5` and 25 more" in said


def test_what_a_finding_tells_is_not_told_again() -> None:
    said = " ".join(passages(_LOOP.format(between="")))
    assert "zero_grad" not in said
    assert "step" not in said


def test_a_function_is_no_model_because_of_its_name() -> None:
    code = "def make_model(x):\n    return x\n" + _LOOP.format(between="        m = make_model(3)")
    assert "`m` becomes `make_model(3)`" in " ".join(passages(code))


def test_brief_leaves_it_out() -> None:
    assert "training mode" in pseudogen.explain(_LOOP.format(between=""))
    assert "training mode" not in pseudogen.explain(_LOOP.format(between=""), detail="brief")


def test_other_definitions_are_listed_with_what_their_author_says() -> None:
    padding = "\n" * 50
    code = _LOOP.format(between="        right = accuracy(images)") + padding
    code += 'def accuracy(output):\n    """How many are right. More."""\n    return output\n'
    text = pseudogen.explain(code)
    assert "### Other definitions" in text
    assert "“How many are right”: called on line 9; returns `output`." in text


def test_a_function_with_some_of_its_arguments_is_told_with_them() -> None:
    code = _LOOP.format(between="        read = partial(Tales.read, size=3, split=name)")
    known = "from functools import partial\n" + code
    said = "`read` is `Tales.read` with `size=3` and `split=name` filled in"
    assert said in " ".join(passages(known))
    assert "`read` 是预先填好 `size=3`、`split=name` 的 `Tales.read`" in " ".join(
        passages(known, "zh")
    )
    assert "filled in" not in " ".join(passages(code))


def test_in_full_other_definitions_are_told_with_their_code() -> None:
    code = _LOOP.format(between="        right = accuracy(images)") + "\n" * 50
    code += (
        'def accuracy(output):\n    """How many are right."""\n'
        "    best = output.argmax(1)\n    return best.mean()\n\n"
        "class Pairs:\n    def __len__(self):\n        return self.count\n"
    )
    normal, full = (pseudogen.explain(code, detail=detail) for detail in ("normal", "full"))
    assert "`best.mean()` is returned" in full
    assert "`Pairs.__len__`" in full
    assert "`self.count` is returned" in full
    assert "`best.mean()` is returned" not in normal
    assert "__len__" not in normal


def test_a_call_is_told_by_its_own_line() -> None:
    between = "        right = mean(\n            accuracy(images))"
    code = _LOOP.format(between=between) + "\n" * 50 + "def accuracy(output):\n    return output\n"
    assert ": called on line 10; returns `output`." in pseudogen.explain(code)


def test_functions_inside_of_others_are_among_the_other_definitions() -> None:
    inner = [
        "        # how far off it is",
        "        def miss(output):",
        "            return output",
        "",
    ]
    code = _LOOP.format(between="\n".join([*inner, "        off = miss(images)"])) + "\n" * 50
    assert "“how far off it is”: called on line 13; returns `output`." in pseudogen.explain(code)


def test_many_calls_of_one_function_are_counted() -> None:
    assert between(*["torch.ops.wait()"] * 4).startswith("`torch.ops.wait` is called 4 times;")
    other = between(*(f"log.metadata('{n}')" for n in range(5)))
    assert other.startswith("`log.metadata` is called 5 times, first as `log.metadata('0')`;")
    few = between("prepare(images, path)", "prepare(noise)", "prepare(rooms)")
    assert few.startswith("`prepare(images, path)`, `prepare(noise)` and `prepare(rooms)` are")


def test_blocks_in_blocks_stay_apart() -> None:
    lines = ("if a:", "    x = 1", "    if b:", "        y = 2", "    else:", "        z = 3")
    said = between(*lines)
    assert "if `a`: `x` becomes `1`; if `b`, `y` becomes `2`; otherwise `z` becomes `3`." in said


def test_what_follows_a_block_in_a_block_is_not_read_as_a_part_of_it() -> None:
    assert "if `a`: if `b`, `x.y()` is called; either way, the rest of the round is left out." in (
        between("if a:", "    if b:", "        x.y()", "    continue")
    )
    assert "若 `a`：若 `b`，调用 `x.y()`；无论是否如此，跳过本次循环余下的部分。" in (
        between("if a:", "    if b:", "        x.y()", "    continue", lang="zh")
    )
    assert "if `a`: if `b`, `E` is raised; otherwise, `x.y()` is called." in (
        between("if a:", "    if b:", "        raise E", "    x.y()")
    )
    assert "for each `c` of `b`, `x.y()` is called; then, `x.z()` is called." in (
        between("if a:", "    for c in b:", "        x.y()", "    x.z()")
    )


def test_a_condition_in_a_condition_is_one() -> None:
    lines = ("if a:", "    if b:", "        model = model.cuda()")
    assert "if `a and b`, `model` moves to the GPU." in between(*lines)


def _in_a_branch(*lines: str) -> list[str]:
    """What is said of lines that stand in a branch with something recognised."""
    inside = "".join(f"    {line}\n" for line in lines)
    code = f"if args.resume:\n{inside}    scheduler.step()\nelse:\n    go(1)\n"
    return passages(code)


def test_a_condition_in_a_branch_is_told_apart_from_that_of_the_branch() -> None:
    said = _in_a_branch("if a:", "    b = 1")
    assert said[0] == "If `args.resume` (line 1) and `a`, `b` becomes `1`."
    said = _in_a_branch("if a:", "    b = 1", "c = 2")
    assert (
        said[0] == "In the branch `args.resume` (line 1): if `a`, `b` becomes `1`. `c` becomes `2`."
    )


def test_the_opposite_of_a_long_condition_is_told_by_its_line() -> None:
    code = "if {}:\n    scheduler.step()\nelse:\n    go(1)\n"
    long = "epoch > args.epochs // 2 and step % args.every == 0"
    assert passages(code.format(long)) == [
        "Where the condition of line 1 does not hold (line 3): `go(1)` is called."
    ]
    assert passages(code.format(long), "zh") == ["第 1 行的条件不成立时（第 3 行）：调用 `go(1)`。"]
    assert passages(code.format("a and b"))[0].startswith("If `not (a and b)` (line 3):")


def test_branches_of_which_the_same_is_said_are_told_as_one() -> None:
    long = "the_value_of_a_long_name * another_one_that_fills_a_line * and_more_of_it"
    made = [f"    meter = Meter({n} + {long}, args.size)" for n in (1, 2)]
    lines = ("if a:", made[0], "else:", made[1])
    assert "`meter` is made by `Meter(…, args.size)`, in a way that depends on `a`" in between(
        *lines
    )
    assert "`meter` 由 `Meter(…, args.size)` 创建，具体取决于 `a`" in between(*lines, lang="zh")
    other = ("if a:", "    meter = Meter(1)", "else:", "    meter = Big(2)")
    assert "depends" not in between(*other)


def test_models_that_change_their_mode_are_told_together() -> None:
    models = "".join(f"    {name} = torch.nn.Sequential(layer)\n" for name in "ab")
    code = _LOOP.format(between="").replace(
        "    model.train()", f"{models}    a.eval()\n    b.eval()"
    )
    assert "`a` and `b` go into evaluation mode." in " ".join(passages(code))
    assert "`a`、`b` 都切换到评估模式。" in " ".join(passages(code, "zh"))


def test_an_emphasis_is_a_part_of_what_the_author_says() -> None:
    code = _LOOP.format(between="").replace("# move data", "# _first_ move data")
    assert any(said.startswith("“_first_ move data to the device”") for said in passages(code))
    code = _LOOP.format(between="").replace("# move data to the device", "# --- move data ---")
    assert any(said.startswith("“move data”") for said in passages(code))


def test_a_branch_that_always_runs_is_no_condition() -> None:
    code = _LOOP.format(between="") + (
        "\nif True:\n    name = args.resume\n    state = torch.load(name)\n"
        "    model.load_state_dict(state['model'])\n    optimizer.load_state_dict(state['opt'])\n"
    )
    assert "`name` becomes `args.resume`." in passages(code)


def test_a_long_condition_is_not_said_twice_in_a_row() -> None:
    test = "epoch % args.save_images_every == 0 or epoch == args.epochs - 1"
    code = _LOOP.format(between="").replace(
        "    return loss",
        f"    if {test}:\n        # draw some\n        draw(images)\n"
        "        # and keep them\n        keep(images)\n"
        "        torch.save(model.state_dict(), 'x.pt')\n    return loss",
    )
    said = pseudogen.explain(code + "\n" * 60)
    assert said.count(f"f `{test}` (line 14)") == 1
    assert "“and keep them”: in the same branch (line 14): `keep(images)` is called." in said


def test_what_takes_the_place_of_another_is_not_the_same() -> None:
    code = (
        "from torchvision import datasets\ntry:\n    data = datasets.MNIST('x')\n"
        "except RuntimeError:\n    data = datasets.EMNIST('x')\n"
    )
    assert "The same holds" not in pseudogen.explain(code)


def test_what_is_thrown_away_is_not_told() -> None:
    assert between("first, _ = shape[0], shape[1]").startswith("`first` becomes `shape[0]`; `loss`")
    assert between("_: int = measure()").startswith("`loss` is what")


_EVALUATED_BETWEEN = """\
import torch

def fit(model, loader, val_loader, criterion, optimizer, epochs, writer):
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
        total = 0
        model.eval()
        with torch.no_grad():
            for x, y in val_loader:
                total += criterion(model(x), y).item()
        mean = total / len(val_loader)
        writer.add_scalar("val", mean, epoch)
        count = epoch + 1
    return count
"""


def test_what_follows_a_later_stage_is_told_behind_it() -> None:
    made = json.loads(pseudogen.explain(_EVALUATED_BETWEEN, format="json"))
    told = [
        (finding["lines"][0] if "lines" in finding else finding["anchor"])
        for stage in made["stages"]
        for finding in stage["passages"]
    ]
    assert told == sorted(told)


def test_a_stage_does_not_reach_across_definitions_to_the_entry_guard() -> None:
    made = json.loads(
        pseudogen.explain(
            "import torch\n"
            "torch.manual_seed(3)\n"
            "class Other:\n"
            "    pass\n"
            "if __name__ == '__main__':\n"
            "    show_logo()\n",
            format="json",
        )
    )
    (stage,) = made["stages"]
    assert stage["lines"] == [2, 2]
    assert [p["lines"] for p in stage["passages"]] == [[6, 6]]


SILENT = """\
if args.sharded and args.compiled:
    pass
else:
    model.set_checkpointing(1)
if args.first:
    pass
elif args.second:
    go(1)
size = patch_size_of_the_model(model) if args.uses_patches_of_its_own_size else None
for x in loader:
    loss = model(x)
    loss.backward()
    optimizer.step()
"""


def test_a_branch_that_does_nothing_leaves_its_condition() -> None:
    told = pseudogen.explain(SILENT).replace("\n", " ")
    assert "If `not (args.sharded and args.compiled)`, `model.set_checkpointing(1)` is" in told
    assert "If `args.first`, nothing is done. Otherwise, if `args.second`, `go(1)` is" in told
    assert "otherwise `None`" in told
    chinese = pseudogen.explain(SILENT, lang="zh").replace("\n", "")
    assert "若 `args.first`，什么也不做。否则，若 `args.second`，调用 `go(1)`" in chinese


@pytest.mark.parametrize(
    ("lines", "en", "zh"),
    [
        (
            ["loss_meter.update(1.0, 2)", "time_meter.update(0.1)"],
            "`loss_meter` and `time_meter` take in `1.0` and `0.1`",
            "把 `1.0`、`0.1` 依次计入 `loss_meter`、`time_meter`",
        ),
        (
            ["steps = [first_of_the_steps(image), second_of_the_steps(image), last(image)]"],
            "`steps` holds `first_of_the_steps(image)`, `second_of_the_steps(image)` and "
            "`last(image)`, in this order",
            "`steps` 依次包含 `first_of_the_steps(image)`、`second_of_the_steps(image)`、"
            "`last(image)`",
        ),
        (
            ["state = {'weights': network.state_dict(), 'epoch': now, 'score': measure(network)}"],
            "`state` becomes a dict with `weights`, `epoch` and `score`",
            "`state` 设为字典，包含 `weights`、`epoch`、`score`",
        ),
        (
            ["kind = {'half': torch.float16, 'single': torch.float32, 'b': torch.bfloat16}[name]"],
            "`kind` becomes one of `torch.float16`, `torch.float32` and `torch.bfloat16`, "
            "as `name` says",
            "`kind` 按 `name` 的取值设为 `torch.float16`、`torch.float32`、`torch.bfloat16` 之一",
        ),
        (
            ["print('\\033[1;33;44m[Warning] few images\\033[0m')"],
            "“[Warning] few images” is reported",
            "输出提示“[Warning] few images”",
        ),
        (["seen += 1"], "`1` is added to `seen`", "`seen` 加上 `1`"),
        (
            ["optimizer.add_param_group({'params': extra})"],
            "`optimizer` gets another group of parameters, `{'params': extra}`",
            "为 `optimizer` 再添加一个参数组 `{'params': extra}`",
        ),
        (
            ["head.load_state_dict(weights)"],
            "`head` gets the state `weights`",
            "将状态 `weights` 载入 `head`",
        ),
        (
            ["a, b = model(images, labels)"],
            "`a` and `b` are what `model` computes from `images` and `labels`",
            "`model` 根据 `images`、`labels` 算出 `a`、`b`",
        ),
        (
            ["smooth = value if smooth is None else 0.95 * smooth + 0.05 * value + shift"],
            "`smooth` becomes `value` if `smooth is None`, otherwise "
            "`0.95 * smooth + 0.05 * value + shift`",
            "`smooth` 在 `smooth is None` 时设为 `value`，否则设为 "
            "`0.95 * smooth + 0.05 * value + shift`",
        ),
    ],
)
def test_small_steps_are_told_by_what_they_are(lines: list[str], en: str, zh: str) -> None:
    assert between(*lines).startswith(en)
    assert between(*lines, lang="zh").startswith(zh)


def test_several_values_are_returned_one_by_one() -> None:
    code = _LOOP.format(between="").replace("return loss", "return loss, images")
    assert "`loss` and `images` are returned." in passages(code)


def test_a_variable_around_a_tensor_is_the_tensor() -> None:
    code = _LOOP.format(between="        images = torch.autograd.Variable(images.cuda())")
    assert any("`images` moves to the GPU" in said for said in passages(code))


def test_a_switch_is_not_what_a_model_computes_from() -> None:
    told = between("out = model(images, mask=mask, use_cache=False)")
    assert told.startswith("`out` is what `model` computes from `images` and `mask`; ")


def test_what_an_elif_guards_is_said_to_need_the_tests_before_it_to_fail() -> None:
    code = (
        "from torch.nn.parallel import DistributedDataParallel\n"
        "if distributed:\n"
        "    model = DistributedDataParallel(model)\n"
        "elif gpu is not None:\n"
        "    model = model.cuda(gpu)\n"
    )
    assert passages(code) == ["Otherwise, if `gpu is not None` (line 4): `model` moves to the GPU."]
    assert passages(code, "zh") == [
        "其余情况下，若 `gpu is not None`（第 4 行）：`model` 移到 GPU 上。"
    ]


_PARAGRAPHS = """\
import torch
from torch import nn

torch.backends.cudnn.benchmark = True
torch.manual_seed(3)
print("seeded")

# how wide it is
width = measured()

model = nn.Linear(width, 2)
print(model)

size = str(model)

# for speed
if compiled:
    print("compiling")
    model = torch.compile(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    loss = model(x, y).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_a_paragraph_is_told_with_what_it_leads_to() -> None:
    made = json.loads(pseudogen.explain(_PARAGRAPHS, format="json"))
    places = {s["kind"]: [p["lines"] for p in s["passages"]] for s in made["stages"]}
    assert places["start-up"] == [[6, 6]]
    assert places["model"] == [[9, 9], [12, 14], [18, 18]]


@pytest.mark.parametrize(
    ("comment", "is_prose"),
    [
        ("the loss (criterion), then the rest", True),
        ("(1) Update D network: maximize log(D(x))", True),
        ("can be left out with resumed='yes' (see above)", True),
        ("loss = the_first(x) or None", False),
        ("loss.backward(retain_graph=True)", False),
        ("for x in loader: train on it", False),
        ("x[0], y = model(a, b)", False),
        ("Copyright of the first author", False),
    ],
)
def test_the_words_of_the_author_may_speak_of_code(comment: str, is_prose: bool) -> None:
    code = _LOOP.format(between="").replace("move data to the device", comment)
    assert any(said.startswith(f"“{comment}”") for said in passages(code)) == is_prose


def test_clauses_behind_blocks_say_when_they_run() -> None:
    said = between("try:", "    a = f(1)", "except KeyError:", "    pass", "else:", "    b = 2")
    assert "If `KeyError` is raised, nothing is done. If no error is raised, `b` becomes" in said
    said = between("for x in seen:", "    a = x", "else:", "    b = 2")
    assert "When the loop has run to its end, `b` becomes `2`." in said


def test_a_condition_within_a_branch_is_not_joined_to_it_where_another_branch_follows() -> None:
    said = between("if a:", "    if b:", "        x = 1", "else:", "    x = 2")
    assert said.startswith("if `a`: if `b`, `x` becomes `1`. Otherwise `x` becomes `2`.")


def test_of_conditions_that_are_too_long_the_inner_ones_are_told_as_a_part() -> None:
    tests = ("the_very_first_of_all_the_conditions_there", "a_second_condition", "the_third_one")
    lines = [f"{'    ' * (n + 2)}if {test} > 100_000:" for n, test in enumerate(tests)]
    lines += [" " * 20 + line for line in ("loss.backward()", "a = 1")]
    said = passages(_LOOP.format(between="\n".join(lines)))
    inner = "`a_second_condition > 100_000 and the_third_one > 100_000`"
    start = _LOOP[: _LOOP.index("{between}")].count("\n") + 1
    heads = [one for one in said if one.startswith(f"In the branch {inner} (line {start + 2})")]
    assert [f"within that of line {start}:" in head for head in heads] == [True]


def test_what_is_done_about_an_error_is_not_told_as_if_it_were_always_done() -> None:
    lines = ("try:", "    go()", "except KeyError:", "    if b:", "        loss.backward()")
    block = "\n".join(" " * 8 + line for line in (*lines, "        a = 1"))
    said = passages(_LOOP.format(between=block))
    assert any(one.startswith("In the branch `b` (line") for one in said)


def test_a_statement_that_is_switched_off_is_no_part_of_a_comment() -> None:
    above = "        # it did not help here\n        # scale = measure(depth)\n        a = 1"
    assert any(
        one.startswith("“it did not help here”: `a` becomes `1`")
        for one in passages(_LOOP.format(between=above))
    )


def test_a_comment_above_what_a_finding_tells_is_not_that_of_what_follows() -> None:
    code = _LOOP.format(between="        # clear and compute\n        optimizer.zero_grad()")
    code = code.replace("        optimizer.zero_grad()\n        loss.b", "        loss.b")
    assert not any("clear and compute" in said for said in passages(code))


def test_what_one_process_sends_to_all() -> None:
    code = (
        "import horovod.torch as hvd\n"
        "hvd.init()\n"
        "# the same start for all\n"
        "hvd.broadcast_parameters(net.state_dict(), root_rank=0)\n"
        "hvd.broadcast_optimizer_state(opt, root_rank=0)\n"
        "# where to go on\n"
        "first = hvd.broadcast(start, 0)\n"
    )
    same, go_on = passages(code)
    assert same == (
        "“the same start for all”: `net.state_dict()` and `opt` go from process `0` to all others."
    )
    assert (
        go_on == "“where to go on”: `first` gets `start` as process `0` has it, in all processes."
    )


def test_elements_of_a_list_that_no_finding_speaks_of() -> None:
    code = (
        "import keras\n"
        "callbacks = [\n"
        "    keras.callbacks.ModelCheckpoint('best.h5'),\n"
        "    Watch(every=10),\n"
        "]\n"
    )
    assert passages(code) == ["`callbacks` holds `Watch(every=10)`."]
    (one_line,) = [code.replace("\n    ", "").replace(",\n]", "]")]
    assert not passages(one_line)


def test_what_is_a_little_too_long_is_told_in_two() -> None:
    lines = [f"value_{n} = function_{n}(x)" for n in range(8)]
    code = "import torch\ntorch.manual_seed(1)\n" + "\n".join(lines) + "\n"
    (stage,) = json.loads(pseudogen.explain(code, format="json"))["stages"]
    assert [p["text"].count("becomes") for p in stage["passages"]] == [4, 4]


def test_what_a_function_without_a_docstring_does_is_told() -> None:
    code = (
        _LOOP.format(between="        x = draw()")
        + "\n" * 50
        + "# a batch at random\ndef draw():\n    place = random(9)\n    return data[place]\n"
    )
    said = pseudogen.explain(code)
    assert (
        "“a batch at random”: called on line 9. `place` becomes `random(9)`; `data[place]` " in said
    )
    many = "".join(f"def f{n}():\n    x = draw()\n    return {n}\n" for n in range(9))
    assert "`place` becomes" not in pseudogen.explain(code + many)


def test_a_message_without_words_is_not_said_beside_others() -> None:
    (said,) = [between("print('begins')", "print()", "print(summary())")]
    assert said.count("reported") == 1
    assert "“begins”" in said


def test_a_path_that_is_joined_is_told_with_its_parts() -> None:
    path = "os.path.join(settings.CHECKPOINTS, args.architecture, newest_folder)"
    assert f"`{path}`" in between(f"where = {path}")


def test_an_endless_loop_is_called_so() -> None:
    said = between("while True:", "    x = draw()", "    y = x + 1")
    assert "in an endless loop" in said
    assert "True" not in said
    assert "在无限循环中，" in between("while True:", "    x = draw()", "    y = x", lang="zh")


def test_a_part_that_is_replaced_is_told_with_what_it_is_made_with() -> None:
    said = between("model.head = nn.Linear(512, 10)")
    assert said.startswith("`model.head` becomes `nn.Linear(512, 10)`;")
    assert "printed" not in between("print()", "x = draw()")
    assert "reported" not in between("print()", "x = draw()")
    assert "print" not in between("print('-' * 80)", "print('=====')", "x = draw()")


def test_calls_are_counted_though_they_look_the_same_when_cut_short() -> None:
    long = ", ".join(f"'a rather long name {n}'" for n in range(5))
    said = between(*[f"declare({n}, {long})" for n in range(4)])
    assert "`declare` is called 4 times" in said


def test_a_docstring_is_told_without_its_list_of_parameters() -> None:
    code = (
        _LOOP.format(between="        x = draw(9)")
        + "\n" * 50
        + 'def draw(size):\n    """\n    One batch\n    :param size: how many\n    :return: it\n'
        '    """\n    return data[size]\n'
    )
    assert "“One batch”: called on line 9" in pseudogen.explain(code)


def test_what_a_function_prints_is_not_what_it_gets() -> None:
    assert "`print_sizes(model)` is called" in between("print_sizes(model)")


def test_what_an_object_of_the_script_gives_is_not_made_by_a_class() -> None:
    said = between("Pool = ItemPool(9)", "x = Pool(x)")
    assert "`x` becomes `Pool(x)`" in said


def test_what_is_done_in_a_block_is_told_apart_from_what_follows() -> None:
    two = between("if a:", "    x = 1", "    call(b)", "y = 3")
    assert two.startswith("if `a`, `x` becomes `1` and `call(b)` is called. `y` becomes `3`")
    three = ("if a:", "    x = 1", "    call(b)", "    z = 4", "y = 3")
    assert between(*three).startswith("if `a`: `x` becomes `1`; `call(b)` is called; `z` becomes")
    assert between(*three, lang="zh").startswith(
        "若 `a`：`x` 设为 `1`；调用 `call(b)`；`z` 设为 `4`。"
    )
    inner = (*("    " + line for line in three[:-1]), "    if c:", "        seen = 1")
    assert "`z` becomes `4`; then, if `c`, `seen` becomes `1`." in between("for k in d:", *inner)


def test_the_condition_around_a_context_that_is_told_is_said() -> None:
    lines = (
        "if precision == 'fp16':",
        "    with torch.autocast('cuda', dtype=torch.float16):",
        "        parts = split(images)",
        "    scaler.scale(loss).backward()",
    )
    told = passages(_LOOP.format(between="\n".join("        " + line for line in lines)))
    said = next(text for text in told if "split" in text)
    assert said.startswith("If `precision == 'fp16'` (line 9): `parts` becomes `split(images)`.")


_NESTED = """\
import torch

def choose(args, model):
    if args.mixed:
        if args.kind == "a":
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        elif args.kind == "b":
            optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
            print("the second kind")
        else:
            print("no such kind")
    return optimizer
"""


def test_what_is_left_of_tests_in_a_branch_names_the_branch() -> None:
    told = passages(_NESTED)
    said = 'In the branch `args.mixed`, otherwise, if `args.kind == "b"` (line 7): “the second'
    assert any(text.startswith(said) for text in told)
    said = "In the branch `args.mixed`, in all other cases (line 10): “no such kind” is reported."
    assert said in told
    said = "在 `args.mixed` 分支中，其余情况下（第 10 行）：输出提示“no such kind”。"
    assert said in passages(_NESTED, "zh")


def test_what_is_imported_where_that_may_fail_is_told() -> None:
    lines = ("try:", "    from apex import amp", "except ImportError:", "    amp = None")
    assert between(*lines).startswith(
        "`apex.amp` is imported. If `ImportError` is raised, `amp` becomes `None`."
    )
    assert between(*lines, lang="zh").startswith("导入 `apex.amp`。若捕获到 `ImportError`，")


def test_metrics_of_keras_take_in_what_they_are_called_with() -> None:
    code = """\
import tensorflow as tf

def main(model, data, optimizer):
    seen = tf.keras.metrics.Mean(name="loss")
    right = tf.keras.metrics.SparseCategoricalAccuracy()
    measure = tf.keras.losses.SparseCategoricalCrossentropy()

    def step(images, labels):
        with tf.GradientTape() as tape:
            output = model(images, training=True)
            loss = measure(labels, output)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

        seen(loss)
        right.update_state(labels, output)
        other(loss)
"""
    told = "\n".join(passages(code))
    assert "`seen` and `right` take in `loss` and `labels, output`; `other(loss)` is" in told
    assert "把 `loss`、`labels, output` 依次计入 `seen`、`right`" in "\n".join(passages(code, "zh"))


def test_contexts_are_told_with_their_names() -> None:
    lines = ("with Writer(args.output) as writer:", "    writer.write(loss)")
    assert between(*lines).startswith(
        "within `Writer(args.output) as writer`, `writer.write(loss)`"
    )


def test_a_value_returned_behind_one_that_may_have_been_is_the_other_one() -> None:
    code = """\
def rate(step, optimizer, model, loader, criterion):
    for images, labels in loader:
        optimizer.zero_grad()
        criterion(model(images), labels).backward()
        optimizer.step()
    if step < 9:
        return step / 9
    return 1.0
"""
    told = passages(code)
    assert told[-1] == "If `step < 9`, `step / 9` is returned. Otherwise, `1.0` is returned."
    assert passages(code, "zh")[-1] == "若 `step < 9`，返回 `step / 9`。否则返回 `1.0`。"


def test_what_a_list_is_extended_by_is_appended_to_it() -> None:
    said = between("kept.extend([first(images), second(labels)])", "kept.extend(others)")
    assert said.startswith(
        "`first(images)` and `second(labels)` are appended to `kept`; "
        "all elements of `others` are appended to `kept`;"
    )
    said = between("kept.extend([first(images), labels])", "kept.extend(others)", lang="zh")
    assert said.startswith(
        "将 `first(images)`、`labels` 依次加入 `kept`；将 `others` 的各元素加入 `kept`；"
    )


_MANY_THINGS = ("    a = 1", "    b = call(2)", "    c = 3", "    run(b)", "    d = 4")


@pytest.mark.parametrize("conditional", [True, False])
def test_a_summary_says_that_conditions_hold_for_some_of_it(conditional: bool) -> None:
    more = ("    if wanted:", "        again(b)") if conditional else ("    again(b)",)
    inner = ("    for _ in data:", *("    " + line for line in (*_MANY_THINGS, *more)))
    said = between("while waiting:", *_MANY_THINGS[:2], *inner)
    told = "`a`, `b`, `c` and `d` get their values, `run` and `again` are called"
    assert f"{told} (some of it only under conditions)." in said if conditional else told in said
    assert ("only under conditions" in said) == conditional


def test_the_end_of_a_chain_of_calls_is_kept() -> None:
    said = between(
        "hidden = codec.encode(batch['masked images'].reshape(batch['images'].shape).to(dtype="
        "weights.dtype)).distribution.sample()"
    )
    assert said.startswith(
        "`hidden` becomes `codec.encode(batch['masked images'].reshape(batch['images'].shape)"
        ".to(dtype=weights.dtype)).distribution.sample()`"
    )


_AROUND = """\
import torch

def make(args, model):
    if args.mixed:
        try:
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            kind = "plain"
        except ValueError:
            kind = "other"
            optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        for part in args.parts:
            last = part
            optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    return optimizer
"""


def test_the_condition_around_what_is_tried_and_around_a_loop_is_said() -> None:
    told = passages(_AROUND)
    assert told[:3] == [
        'If `args.mixed` (line 4): `kind` becomes `"plain"`.',
        'In the branch `args.mixed`, if `ValueError` is raised (line 8): `kind` becomes `"other"`.',
        "In the branch `args.mixed`, in each round over `args.parts` (line 11): `last` becomes "
        "`part`.",
    ]
    said = (
        "在 `args.mixed` 分支中，在遍历 `args.parts` 的每次循环中（第 11 行）：`last` 设为 `part`。"
    )
    assert said in passages(_AROUND, "zh")


def test_what_a_generator_hands_out_is_told() -> None:
    assert between("yield images, labels + 1").startswith("`images` and `labels + 1` are yielded;")
    assert between("yield loss").startswith("`loss` is yielded;")
    assert between("yield").startswith("the function pauses at `yield`;")
    assert between("yield", "yield loss", lang="zh").startswith(
        "函数在 `yield` 处暂停；产出 `loss`；"
    )


def test_what_is_kept_is_what_was_passed_and_nothing_made_since() -> None:
    code = """\
import torch

class Trainer:
    def __init__(self, model, data, size, options):
        model = torch.nn.Linear(size, 2)
        if options.shuffled:
            data = mix(data)
        rate = 0.1
        self.model = model
        self.data = data
        self.rate = rate
        self.size = size
        self.optimizer = torch.optim.SGD(model.parameters(), lr=rate)
"""
    told = passages(code)[-1]
    assert "`self.model` becomes `model`; `self.data` becomes `data`" in told
    assert told.endswith("`self.rate` becomes `rate`; `self.size` keeps what is passed.")


def test_branches_that_only_import_are_no_gaps_before_others() -> None:
    lines = ("if a:", "    import apex", "elif b:", "    x = 1", "else:", "    x = 2")
    assert between(*lines).startswith(
        "if `a`, `apex` is imported. Otherwise, if `b`, `x` becomes `1`. Otherwise `x` becomes `2`."
    )


def test_few_statements_are_told_at_any_depth() -> None:
    lines = (
        "if wanted:",
        "    start = 1",
        "    while waiting.empty():",
        "        if late(start):",
        "            raise TimeoutError('no word')",
        "        wait(0.1)",
    )
    followed = ("if c:", *("    " + line for line in lines), "    else:", "        x = 3")
    told = between("for c in data:", *("    " + line for line in followed))
    assert "if `late(start)`" not in told
    assert between(*lines).startswith(
        "if `wanted`: `start` becomes `1`; as long as `waiting.empty()`: if `late(start)`, "
        "`TimeoutError` is raised (“no word”); otherwise, `wait(0.1)` is called."
    )


def test_errors_are_told_with_their_names() -> None:
    lines = ("try:", "    a = start()", "except RuntimeError as error:", "    print(error)")
    assert "If `RuntimeError` is raised as `error`, `error` is printed." in between(*lines)
    assert "若捕获到 `RuntimeError`（记为 `error`），输出 `error`。" in between(*lines, lang="zh")


def test_each_meter_is_told_with_its_own_value() -> None:
    said = between("meter.update(loss)", "meter.update(rate)", "other_meter.update(rate)")
    assert said.startswith(
        "`meter` takes in `loss`; `meter` and `other_meter` take in `rate` and `rate`;"
    )


def test_what_ends_behind_a_branch_that_ends_is_for_the_other_cases() -> None:
    lines = ("if found:", "    return found", "raise LookupError('nothing there')")
    said = between(*lines)
    assert said.startswith("if `found`, `found` is returned. Otherwise, `LookupError` is raised")
    assert "返回 `found`。否则抛出 `LookupError`" in between(*lines, lang="zh")


def test_a_model_that_is_moved_and_set_to_a_mode_goes_by_its_name() -> None:
    said = between("model = model.cuda().eval()")
    assert said.startswith("`model` goes into evaluation mode; `model` moves to the GPU")
