"""The tables of calls and the phrases of the languages fit together."""

import pytest

from pseudogen.languages import languages
from pseudogen.pseudocode.calls.lookup import ROWS
from pseudogen.templating import macros, parameters
from tests.pseudocode.saying import texts

FORMS = ("", "do_", "not_")


@pytest.mark.parametrize("lang", languages())
def test_every_row_has_a_phrase_that_takes_its_parameters(lang: str) -> None:
    phrases = vars(macros(lang, "pseudocode"))
    for name, row in ROWS.items():
        if row.function:
            continue
        said = [phrases[form + row.key] for form in FORMS if form + row.key in phrases]
        assert row.key in phrases or f"do_{row.key}" in phrases, name
        for macro in said:
            assert set(parameters(macro)) <= {*row.params, row.rest}, name


@pytest.mark.parametrize("lang", languages())
def test_languages_have_the_same_phrases(lang: str) -> None:
    english, other = vars(macros("en", "pseudocode")), vars(macros(lang, "pseudocode"))
    assert set(english) == set(other)
    for name, macro in english.items():
        assert parameters(macro) == parameters(other[name]), name


CALLS = [
    ("y = x.view((-1, size))", "y ← x reshaped to [−1, size]"),
    ("print()", "print an empty line"),
    ("optimizer.clear_grad()", "clear the gradients of optimizer"),
    ('code = name.encode("utf-8")', 'code ← name as encoded bytes ("utf-8")'),
    ("code = autoencoder.encode(images).sample()", "code ← autoencoder.encode(images).sample()"),
    ("ids = tokenizer.encode(line, maxlen=8)", "ids ← tokenizer.encode(line, maxlen = 8)"),
    (
        "target.load_state_dict(model.state_dict())",
        "load the state of model into target",
    ),
    ("Base.__init__(self, size)", "set up as Base does (size)"),
    ("given = signature(Base.__init__)", "given ← signature(the constructor of Base)"),
    (
        "import torch\nx = torch.load(p, map_location=d)",
        "x ← what is saved in p (map_location = d)",
    ),
    ("import torch\ny = x.max(1)", "y ← max(x, dim = 1)"),
    ("import torch\ny = x.max(other)", "y ← max(x, other)"),
    ("raise", "fail"),
    ("optimizer.step()", "update the parameters with optimizer"),
    ("scheduler.step()", "advance the learning-rate schedule scheduler"),
    ("model.train()", "put model into training mode"),
    ("thing.step()", "thing.step()"),
    ("model.to(device)", "move model to device"),
    ("y = x.to(torch.float16)", "y ← x as torch.float16"),
    ("y = x.cuda(non_blocking=True)", "y ← x on the GPU (non_blocking = true)"),
    ("y = x.to(*places)", "y ← x.to(all of places)"),
    (
        "from torch.nn.functional import relu\ny = relu(x, inplace=True)",
        "y ← relu(x, inplace = true)",
    ),
    ("y = f(a == b, c=1)", "y ← f((a = b), c = 1)"),
    ("def len(x): pass\ny = len(x)", "y ← len(x)"),
    ("xs.append(x)", "append x to xs"),
    ("import math\ny = math.ceil(a / b)", "y ← ⌈a / b⌉"),
    ("best = float('-inf')", "best ← −∞"),
    ("y = loss.item() / n", "y ← (the number in loss) / n"),
    ("y = save(model.state_dict())", "y ← save(the state of model)"),
    (
        "from torch import nn\nc = nn.Conv2d(3, 64, 7, 2, bias=False)",
        "c ← a 2-D convolution from 3 to 64 channels with kernel 7 (stride = 2, bias = false)",
    ),
    ("from torch import nn\nc = nn.Linear(*sizes)", "c ← nn.Linear(all of sizes)"),
    (
        "import torch\no = torch.optim.Adam(model.parameters(), lr=0.1, eps=e)",
        "o ← the optimizer Adam of the parameters of model (lr = 0.1, eps = e)",
    ),
    ("accelerator.backward(loss)", "backpropagate loss through accelerator"),
    ("y.backward(v)", "backpropagate v through y"),
    ("import tensorflow as tf\ny = tf.cast(x, dtype=t)", "y ← x as t"),
    ("import tensorflow as tf\ny = tf.expand_dims(x, axis=1)", "y ← x with a new axis at 1"),
    ("import numpy as np\ny = np.squeeze(x, axis=1)", "y ← x without axis 1 if its length is 1"),
    ("import torch.nn.functional as F\ny = F.mish(x, inplace=True)", "y ← mish(x, inplace = true)"),
    ("from utils import LOGGER\nLOGGER.info(text)", "log text"),
    ("from utils import shop\nshop.info(text)", "shop.info(text)"),
    ("classifier.eval()", "put classifier into evaluation mode"),
    ("frame.eval(code)", "frame.eval(code)"),
    ("y = x.to(device=place)", "y ← x on place"),
    ("journal.log(step=1)", "journal.log(step = 1)"),
    ("n = int(len(xs) * part)", "n ← (|xs| × part) as an integer"),
    ("n = int(x ** 2) + int(-1)", "n ← (x^2 as an integer) + ((−1) as an integer)"),
    ("xs.append(a + b)", "append a + b to xs"),
    ("bad = (x > 1).any()", "bad ← at least one of (x > 1) holds"),
    ("x = tuple()", "x ← empty tuple"),
    ("y = x.topk(5, 1, True)", "y ← topk(x, 5, dim = 1, largest = true)"),
    ("y = x.sum(1, True)", "y ← sum(x, dim = 1, keepdim = true)"),
    ("import re\ny = re.sub(p, '', s)", 'y ← s with each match of p replaced by ""'),
    (
        "from keras import layers\nd = layers.Dense(64, activation='relu')",
        'd ← a dense layer with 64 units (activation = "relu")',
    ),
    (
        "from transformers import AutoTokenizer\nt = AutoTokenizer.from_pretrained(n, use_fast=f)",
        "t ← AutoTokenizer loaded from n (use_fast = f)",
    ),
    ("pool.map(f, xs)", "pool.map(f, xs)"),
    ("rng.shuffle(xs)", "shuffle xs with rng"),
    (
        "try:\n    from a import sigmoid\nexcept ImportError:\n    from torch import sigmoid\n"
        "y = sigmoid(x)",
        "y ← sigmoid(x)",
    ),
    (
        "from contextlib import nullcontext\nplace = nullcontext\nplace = other.thing\ny = place()",
        "y ← place()",
    ),
    (
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\ny = np.sqrt(x)",
        "y ← sqrt(x)",
    ),
    ("y = b'\\xc3 ok'", 'y ← bytes "\\xc3 ok"'),
    ("def test___set__(): pass", "  do nothing"),
    ("x = x.cuda(non_blocking=True)", "move x to the GPU (non_blocking = true)"),
    ("y = x.cuda()", "y ← x on the GPU"),
    ("x = x.to(torch.float16)", "x ← x as torch.float16"),
    ("from itertools import islice\ny = islice(xs, 5)", "y ← the first 5 of xs"),
    ("from itertools import islice\ny = islice(xs, 2, 5)", "y ← islice(xs, 2, 5)"),
    ("from __future__ import *", "use everything from special future"),
    ("x = dict(pairs)", "x ← pairs as a table"),
]


@pytest.mark.parametrize(("code", "said"), CALLS)
def test_call(code: str, said: str) -> None:
    assert texts(code, "en")[-1] == said
