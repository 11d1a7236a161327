"""Documents and pseudocode made by hand, in both languages, and text that wants to be markup."""

import re

from pseudogen.document import (
    Document,
    Heading,
    Items,
    Listing,
    Paragraph,
    Pseudocode,
    PseudoLine,
    Span,
    Spans,
    Table,
)

SPECIAL = "".join(map(chr, range(0x20, 0x7F)))
HOSTILE = {
    "terminal": "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "carriage": "safe\roverwritten\b\b",
    "bidi": "user\u202e\u2066 // admin\u2069",
    "private": "\ue000code\ue00f\uf8ff",
    "unpaired": "half \ud83d pair",
    "lines": "one\ntwo\u2028three\x0bfour\x0cfive\x85six",
    "script": "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "comment": "--> <!-- ]]> </pre></code></style><style>*{display:none}</style>",
    "latex": r"\write18{id} \input{/etc/passwd} \end{algorithmic} ^^5cinput x % $ & # _ ~ {",
    "typst": '#read("/etc/passwd") $ x $ *b* _i_ <label> @ref `raw` // note /* block = h [ ] ~',
    "jinja": "{{ 7 * 7 }} {% raw %} {# note #}",
    "markdown": "`a` ``b`` ``` *c* _d_ [e](javascript:f) ![g](h) # i | j | k ~~l~~ $m$ &lt; <n>",
    "plain": SPECIAL,
    "math": "← → ≤ ≥ ≠ × · ÷ − ± ⌊x⌋ ⌈y⌉ ∈ ∉ ∅ ∞ ∑ ∏ √ ∧ ∨ ¬ ∀ ∃ ∪ ∩ ⊆ ² … – — “q” ‘r’ α β λ Ω ε",
    "other": "é ü ß ñ Ж 中文，（字） にほん 한글 😀 \u0301",
}


_KINDS = {
    "`": "code",
    "[": "keyword",
    "{": "number",
    "<": "string",
    "_": "emphasis",
    "▷": "comment",
}
_MARKED = re.compile(r"`[^`]*`|\[[^]]*\]|\{[^}]*\}|<[^>]*>|_\w[^_]*_(?!\w)|▷.*|[^`[{<_▷]+|_")


def said(text: str) -> Spans:
    """Spans by marks: `code`, [keyword], {number}, <string>, _emphasis_, and ▷ comment."""
    found = []
    for piece in _MARKED.findall(text):
        kind = _KINDS.get(piece[0], "words") if len(piece) > 1 else "words"
        plain = kind in ("words", "comment")
        found.append(Span(piece if plain else piece[1:-1], kind))
    return tuple(found)


def pseudo(lang: str, caption: str, *lines: str) -> Pseudocode:
    """Pseudocode of lines such as "    10-12 [if] `x`:", whose indentation is their depth."""
    found = []
    for line in lines:
        source, _, text = line.lstrip().partition(" ")
        first, _, last = source.partition("-")
        depth = (len(line) - len(line.lstrip())) // 4
        found.append(PseudoLine(said(text), depth, (int(first), int(last or first))))
    return Pseudocode(tuple(found), said(caption), lang)


def hostile_document() -> Document:
    """Every hostile text in every place that a document has."""
    kinds = ("words", "code", "keyword", "number", "string", "comment", "emphasis")
    texts = list(HOSTILE.values())
    spans = tuple(Span(text, kinds[place % len(kinds)]) for place, text in enumerate(texts))
    each = tuple((Span(text, kind),) for text in texts for kind in ("words", "code"))
    return Document(
        (
            Heading(1, spans, spans),
            *(Heading(3, (Span(text),), lines=(1, 2)) for text in texts),
            *(Paragraph((Span(text),), (Span(text),)) for text in texts),
            *(Paragraph((Span(text, "string"),)) for text in texts),
            Items(each),
            Table((spans, spans), tuple((one, one) for one in each)),
            Listing(tuple(texts), 1),
        ),
        "en",
    )


def hostile_pseudocode(lang: str = "en") -> Pseudocode:
    """Every hostile text as a line of every kind."""
    kinds = ("words", "code", "keyword", "number", "string", "comment", "emphasis")
    lines = [
        PseudoLine((Span(text, kind),), depth, (number, number))
        for number, text in enumerate(HOSTILE.values(), 1)
        for depth, kind in enumerate(kinds)
    ]
    return Pseudocode(tuple(lines), tuple(Span(text) for text in HOSTILE.values()), lang)


ENGLISH = Document(
    (
        Heading(1, said("train.py"), said("(120 lines)")),
        Paragraph(
            said(
                "The script trains an image classifier on several GPUs with "
                "`DistributedDataParallel`, one process a GPU; the learning rate follows "
                "`CosineAnnealingLR(optimizer, T_max=args.epochs)` and is set after each epoch."
            ),
            lines=(1, 120),
        ),
        Table(
            (said("What"), said("How"), said("Lines")),
            (
                (said("model"), said("`resnet50` with a new head"), said("31–38")),
                (
                    said("batch"),
                    said(
                        "`batch_size // ngpus_per_node` samples a process, all samples of one step"
                        " together `batch_size`"
                    ),
                    said("52"),
                ),
            ),
        ),
        Heading(2, said("Step by step")),
        Heading(3, said("Batch division"), lines=(52, 53)),
        Listing(
            (
                "if distributed:",
                "    batch_size = batch_size // ngpus_per_node"
                '  # "per process", not per machine, see above',
            ),
            52,
        ),
        Paragraph(
            said(
                "In distributed training (`distributed`), each process loads "
                "`batch_size // ngpus_per_node` samples a step instead of `batch_size`."
            ),
            lines=(52, 53),
        ),
        Paragraph(
            said(
                "Each GPU is driven by a process of its own with a loader of its own. _All_ samples"
                " behind one update stay as many as without distribution."
            ),
            said("Why."),
        ),
        Heading(2, said("Watch out")),
        Items(
            (
                said("`//` drops the remainder: 30 over 4 gives 7 each, 28 a step in all."),
                said("The last batch is smaller."),
            ),
            numbered=True,
        ),
    ),
    "en",
)

CHINESE = Document(
    (
        Heading(1, said("train.py"), said("（120 行）")),
        Paragraph(
            said(
                "该脚本使用 `DistributedDataParallel` 在多块 GPU 上训练图像分类模型，"
                "每块 GPU 由一个独立进程驱动；学习率按 "
                "`CosineAnnealingLR(optimizer, T_max=args.epochs)` 变化，并在每轮结束后手动更新。"
            ),
            lines=(1, 120),
        ),
        Table(
            (said("项目"), said("做法"), said("行号")),
            (
                (said("模型"), said("`resnet50`，替换分类头"), said("31–38")),
                (
                    said("批大小"),
                    said(
                        "每个进程 `batch_size // ngpus_per_node` 个样本，"
                        "一次参数更新合计 `batch_size` 个样本"
                    ),
                    said("52"),
                ),
            ),
        ),
        Heading(2, said("逐步说明")),
        Heading(3, said("批大小拆分"), lines=(52, 53)),
        Listing(
            (
                "if distributed:",
                "    batch_size = batch_size // ngpus_per_node"
                "  # 每个进程的批大小，而不是整台机器的批大小",
            ),
            52,
        ),
        Paragraph(
            said(
                "启用分布式训练（`distributed`）时，每个进程每步只读取 "
                "`batch_size // ngpus_per_node` 个样本，而不是 `batch_size` 个。"
            ),
            lines=(52, 53),
        ),
        Paragraph(
            said(
                "每块 GPU 由一个独立进程驱动，各自拥有数据加载器。"
                "平分之后，一次参数更新所依据的样本总数与单卡训练 _保持一致_ 。"
            ),
            said("原因："),
        ),
        Heading(2, said("注意事项")),
        Items(
            (
                said("`//` 会舍去余数：30 分给 4 个进程，每个进程 7 个，实际只用 28 个。"),
                said("最后一个批次较小。"),
            ),
            numbered=True,
        ),
    ),
    "zh",
)

PSEUDO_ENGLISH = pseudo(
    "en",
    "Training with several processes",
    "10 [if] training is distributed (`distributed`):",
    "    11-13 `train_sampler` ← shards of `train_dataset`, one per process, reshuffled in each"
    " epoch with the seed of all processes",
    "    14 `batch_size` ← ⌊`batch_size` / `ngpus_per_node`⌋",
    "15 [otherwise]:",
    "    16 `train_sampler` ← [none]",
    "18 [for each] `epoch` [from] {0} [to] `epochs` − {1}:",
    "    19 ▷ one pass over the data",
    "    20 [for each] (`x`, `y`) [in] `loader`:",
    "        21 clear the gradients",
    "        22 backpropagate `loss`",
    '    23 print <"loss: 100 % of {x} & more_\\">',
)

PSEUDO_CHINESE = pseudo(
    "zh",
    "多进程训练",
    "10 [如果] 启用分布式训练（`distributed`）：",
    "    11-13 `train_sampler` ← `train_dataset` 的分片，每个进程一份，"
    "每轮使用所有进程共同的随机种子重新打乱样本的顺序",
    "    14 `batch_size` ← ⌊`batch_size` / `ngpus_per_node`⌋",
    "15 [否则]：",
    "    16 `train_sampler` ← [无]",
    "18 [对] `epoch` [从] {0} [到] `epochs` − {1}：",
    "    19 ▷ 遍历一次数据",
    "    20 [对] `loader` 中的每个 (`x`, `y`)：",
    "        21 清空梯度",
    "        22 对 `loss` 反向传播",
    "    23 打印 <“损失：100 %”>",
)
