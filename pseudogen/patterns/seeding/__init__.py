"""seeding: random seeds are fixed."""

from __future__ import annotations

from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.patterns.seeding.facts import Seeding
from pseudogen.patterns.seeding.finders import find_calls

__all__ = ["Seeding", "find_calls"]


EXAMPLES = {
    "import random, torch\n"
    "import numpy as np\n"
    "if args.seed is not None:\n"
    "    random.seed(args.seed)\n"
    "    np.random.seed(args.seed)\n"
    "    torch.manual_seed(args.seed)": [
        Seeding(
            line=4,
            end=6,
            evidence=Evidence(API, ("random.seed", "numpy.random.seed", "torch.manual_seed")),
            seed="args.seed",
            libraries=("python", "numpy", "torch"),
            helper=None,
            every_device=True,
            per_process=False,
            several=False,
            value=None,
            condition="args.seed is not None",
        )
    ],
    "from lightning import seed_everything\n"
    "if fixed:\n"
    "    seed = seed_everything(1)\n"
    "else:\n"
    "    seed = seed_everything(seed)": [
        Seeding(
            line=3,
            end=5,
            evidence=Evidence(API, ("lightning.seed_everything",)),
            seed=None,
            libraries=("python", "numpy", "torch"),
            helper=None,
            every_device=True,
            per_process=False,
            several=False,
            value=None,
            condition=None,
            seeds=("1", "seed"),
        )
    ],
    "import torch\ndef start(worker_id, rank):\n    torch.manual_seed(base + rank)": [
        Seeding(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.manual_seed",)),
            seed="base + rank",
            libraries=("torch",),
            helper=None,
            every_device=True,
            per_process=False,
            several=False,
            value=None,
            condition=None,
        )
    ],
    "seed_everything(42)": [
        Seeding(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("seed_everything",)),
            seed="42",
            libraries=(),
            helper="seed_everything",
            every_device=None,
            per_process=False,
            several=False,
            value=42,
            condition=None,
        )
    ],
    "import torch\n"
    "import torch.distributed as dist\n"
    "seed = 7 + dist.get_rank()\n"
    "torch.manual_seed(seed)\n"
    "if torch.cuda.is_available():\n"
    "    torch.cuda.manual_seed_all(seed)": [
        Seeding(
            line=4,
            end=6,
            evidence=Evidence(API, ("torch.manual_seed", "torch.cuda.manual_seed_all")),
            seed="seed",
            libraries=("torch",),
            helper=None,
            every_device=True,
            per_process=True,
            several=False,
            value=None,
            condition=None,
        )
    ],
    ("import jax, flax\nkeys = flax.jax_utils.replicate(jax.random.PRNGKey(0))"): [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(API, ("jax.random.PRNGKey",)),
            seed="0",
            libraries=("jax",),
            helper=None,
            every_device=None,
            per_process=False,
            several=False,
            value=0,
            condition=None,
        )
    ],
    "from repro import ensure_reproducibility\nensure_reproducibility(cfg.seed)": [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("ensure_reproducibility",)),
            seed="cfg.seed",
            libraries=(),
            helper="ensure_reproducibility",
            every_device=None,
            per_process=False,
            several=False,
            value=None,
            condition=None,
        )
    ],
    ("import lightning as L\nfabric = L.Fabric(devices=2)\nfabric.seed_everything(seed)"): [
        Seeding(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("fabric.seed_everything",)),
            seed="seed",
            libraries=(),
            helper="fabric.seed_everything",
            every_device=None,
            per_process=False,
            several=True,
            value=None,
            condition=None,
        )
    ],
    "import utils\nutils.set_seed(args.seed, args.rank)": [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("utils.set_seed",)),
            seed="args.seed",
            libraries=(),
            helper="utils.set_seed",
            every_device=None,
            per_process=True,
            several=False,
            value=None,
            condition=None,
            rank="args.rank",
        )
    ],
    "import numpy as np\nnp.random.seed(7)\nnp.random.shuffle(files)\nnp.random.seed(None)": [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(API, ("numpy.random.seed",)),
            seed="7",
            libraries=("numpy",),
            helper=None,
            every_device=None,
            per_process=False,
            several=False,
            value=7,
            condition=None,
            until=4,
        )
    ],
    ("import utils\nutils.set_seed_everywhere(cfg.seed)"): [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("utils.set_seed_everywhere",)),
            seed="cfg.seed",
            libraries=(),
            helper="utils.set_seed_everywhere",
            every_device=None,
            per_process=False,
            several=False,
            value=None,
            condition=None,
        )
    ],
    "import torch\nimport torch.distributed as dist\ntorch.manual_seed(seeds[dist.get_rank()])": [
        Seeding(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.manual_seed",)),
            seed="seeds[dist.get_rank()]",
            libraries=("torch",),
            helper=None,
            every_device=True,
            per_process=True,
            several=False,
            value=None,
            condition=None,
        )
    ],
    "import time\nimport numpy as np\nnp.random.seed(int(time.time()))": [
        Seeding(
            line=3,
            end=3,
            evidence=Evidence(API, ("numpy.random.seed",)),
            seed="int(time.time())",
            libraries=("numpy",),
            helper=None,
            every_device=None,
            per_process=False,
            several=False,
            value=None,
            condition=None,
            clock=True,
        )
    ],
    ("set_seed(args)"): [
        Seeding(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("set_seed",)),
            seed=None,
            libraries=(),
            helper="set_seed",
            every_device=None,
            per_process=False,
            several=False,
            value=None,
            condition=None,
        )
    ],
    ("import torch\ntorch.cuda.manual_seed_all(args.seed)"): [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.cuda.manual_seed_all",)),
            seed="args.seed",
            libraries=("torch",),
            helper=None,
            every_device=True,
            per_process=False,
            several=False,
            value=None,
            condition=None,
            gpu_only=True,
        )
    ],
    ("import random, torch\nrandom.seed(args.seed)\ntorch.manual_seed(args.seed + 1)"): [
        Seeding(
            line=2,
            end=3,
            evidence=Evidence(API, ("random.seed", "torch.manual_seed")),
            seed=None,
            libraries=("python", "torch"),
            helper=None,
            every_device=True,
            per_process=False,
            several=False,
            value=None,
            condition=None,
            seeds=("args.seed", "args.seed + 1"),
        )
    ],
    ("import haiku as hk\nrng = hk.PRNGSequence(42)\n"): [
        Seeding(
            line=2,
            end=2,
            evidence=Evidence(API, ("haiku.PRNGSequence",)),
            seed="42",
            libraries=("jax",),
            helper=None,
            every_device=None,
            per_process=False,
            several=False,
            value=42,
            condition=None,
        )
    ],
    ("import torch\nfrom launcher import dp_rank\ntorch.manual_seed(seed + dp_rank)"): [
        Seeding(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.manual_seed",)),
            seed="seed + dp_rank",
            libraries=("torch",),
            helper=None,
            every_device=True,
            per_process=False,
            several=False,
            value=None,
            condition=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    "import numpy as np\nnp.random.seed(None)": "the seed is left to chance",
    (
        "import jax\nvariables = model.init(jax.random.PRNGKey(0), x)"
    ): "a key for the first weights alone",
    "from repro import make_deterministic\nmake_deterministic(True)": "no seed is given",
    "sampler.set_seed(epoch)": "that sets the seed of one sampler",
    "seed = args.seed": "nothing is seeded yet",
    "import torch\ng = torch.Generator().manual_seed(0)": "a generator of its own",
}
