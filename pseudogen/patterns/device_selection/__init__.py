"""device-selection: the device is chosen or made current."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.device_selection.facts import DeviceSelection
from pseudogen.patterns.device_selection.finders import (
    find_call,
    find_choice,
    find_told,
)

__all__ = [
    "DeviceSelection",
    "find_call",
    "find_choice",
    "find_told",
]


EXAMPLES = {
    "import torch\ndevice = torch.device('cuda' if torch.cuda.is_available() else 'cpu')": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cuda' if torch.cuda.is_available() else 'cpu')",),
            families=("cuda", "cpu"),
            test="torch.cuda.is_available()",
            falls_back=True,
            per_process=False,
            condition=None,
        )
    ],
    ("import torch\ndevice = torch.device('cuda' if args.device == 'gpu' else 'cpu')"): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cuda' if args.device == 'gpu' else 'cpu')",),
            families=("cuda", "cpu"),
            test="args.device == 'gpu'",
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    "import torch\n"
    "if use_cuda:\n"
    "    device = torch.device('cuda')\n"
    "elif use_mps:\n"
    "    device = torch.device('mps')\n"
    "else:\n"
    "    device = torch.device('cpu')": [
        DeviceSelection(
            line=3,
            end=7,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cuda')", "torch.device('mps')", "torch.device('cpu')"),
            families=("cuda", "mps", "cpu"),
            branches=("use_cuda", "use_mps", ""),
            test=None,
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    "import torch\n"
    "if a:\n"
    "    device = torch.device('cpu')\n"
    "elif b:\n"
    "    device = torch.device('mps')\n"
    "else:\n"
    "    device = torch.device('xpu:0')\n"
    "    start(device)": [
        DeviceSelection(
            line=line,
            end=line,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=(choice,),
            families=(family,),
            condition=condition,
        )
        for line, choice, family, condition in (
            (3, "torch.device('cpu')", "cpu", "a"),
            (5, "torch.device('mps')", "mps", "not a and b"),
            (7, "torch.device('xpu:0')", "xpu", "not a and not b"),
        )
    ],
    "import os, torch\ntorch.cuda.set_device(int(os.environ['LOCAL_RANK']))": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.cuda.set_device",)),
            form="current",
            target=None,
            choices=("int(os.environ['LOCAL_RANK'])",),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    "import os\nos.environ['CUDA_VISIBLE_DEVICES'] = '0,1'": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("os.environ['CUDA_VISIBLE_DEVICES']",)),
            form="visible",
            target="os.environ['CUDA_VISIBLE_DEVICES']",
            choices=("'0,1'",),
            families=(),
            test=None,
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    "import os, torch\n"
    "device = torch.device('cuda' if torch.cuda.is_available() else os.getenv('DEVICE', 'cpu'))": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=(
                "torch.device('cuda' if torch.cuda.is_available() else os.getenv('DEVICE', 'cpu'))",
            ),
            families=("cuda",),
        )
    ],
    ("import torch\nindex = int(visible.split(',')[local_rank])\ntorch.cuda.set_device(index)"): [
        DeviceSelection(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.cuda.set_device",)),
            form="current",
            target=None,
            choices=("index",),
            families=(),
            per_process=True,
        )
    ],
    (
        "import torch\n"
        "if torch.cuda.is_available() and kind not in runs_on_gpu:\n"
        "    device = torch.device('cpu')"
    ): [
        DeviceSelection(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cpu')",),
            families=("cpu",),
            condition="torch.cuda.is_available() and kind not in runs_on_gpu",
        )
    ],
    (
        "import horovod.keras as hvd\n"
        "config.gpu_options.visible_device_list = str(hvd.local_rank())"
    ): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("config.gpu_options.visible_device_list",)),
            form="visible",
            target="config.gpu_options.visible_device_list",
            choices=("str(hvd.local_rank())",),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    (
        "import torch\n"
        "import torch.distributed as dist\n"
        "device = dist.get_rank() % torch.cuda.device_count()"
    ): [
        DeviceSelection(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.cuda.device_count",)),
            form="device",
            target="device",
            choices=("dist.get_rank() % torch.cuda.device_count()",),
            families=("cuda",),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    ('import os\ndevice_map = {"": int(os.environ.get("LOCAL_RANK") or 0)}'): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("device_map",)),
            form="device",
            target="device_map",
            choices=('{"": int(os.environ.get("LOCAL_RANK") or 0)}',),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    ("import torch\ncuda = True if torch.cuda.is_available() else False"): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("is_available",)),
            form="flag",
            target="cuda",
            choices=("True if torch.cuda.is_available() else False",),
            families=("cuda",),
            test=None,
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    (
        "from deepspeed.accelerator import get_accelerator\n"
        "get_accelerator().set_device(local_rank)"
    ): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("set_device",)),
            form="current",
            target=None,
            choices=("local_rank",),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    ("setup_gpu(args.gpu)"): [
        DeviceSelection(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("setup_gpu",)),
            form="current",
            target=None,
            choices=("args.gpu",),
            families=("gpu",),
        )
    ],
    ('import lightning as L\nfabric = L.Fabric(accelerator="cuda", devices=1)'): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("lightning.Fabric",)),
            form="told",
            target="L.Fabric",
            choices=('"cuda"',),
            families=("cuda",),
        )
    ],
    ('device_map = {"": int(os.environ.get("LOCAL_RANK") or 0)} if ddp else "auto"'): [
        DeviceSelection(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("device_map",)),
            form="device",
            target="device_map",
            choices=('{"": int(os.environ.get("LOCAL_RANK") or 0)} if ddp else "auto"',),
            families=(),
            per_process=True,
        )
    ],
    "import torch\ndevice = torch.device('cuda' if torch.cuda.is_available else 'cpu')": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cuda' if torch.cuda.is_available else 'cpu')",),
            families=("cuda", "cpu"),
            test="torch.cuda.is_available",
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
}
COUNTEREXAMPLES = {
    "import paddle\npaddle.set_device(origin_device)": "the former device becomes current again",
    (
        "import torch\nis_cuda = device.type == 'cuda' and torch.cuda.is_available()"
    ): "a device that was chosen is described",
    "if has_gpu:\n    device = 'gpu'\nelif has_xpu:\n    device = 'xpu'\n"
    "else:\n    device = place.type()": "what the last branch gives is not known",
    "device_id = get_device(local_rank)": "a number is looked up",
    "import torch\ndef f(device):\n    device = torch.device(device)": "an argument gets its type",
    "device_map = {'': device_map}": "what is chosen already gets another form",
    "from paddle.device import get_device\ndevice = get_device()": "the one in use",
    (
        "device_map = infer_device_map(model, max_memory)"
    ): "parts of a model are placed, by a plan made elsewhere",
    ("import torch\nshare = index % torch.cuda.device_count()"): "a number of another thing",
    "import torch\nwith torch.device('meta'):\n    pass\nempty = torch.device('meta')": "a place "
    "where tensors have no content",
    "import torch\n_ = torch.device(name)": "a name is checked",
    "device = paddle.get_device()": "the device in use is asked for",
    "device = self.cluster.get_device(device_id)": "one device is looked up",
    'device_type = device.type if device is not None else "cpu"': "the device is read",
    "import torch\ndevice = torch.get_default_device()": "the device is asked for, not chosen",
    'if isinstance(place, Place):\n    device = "cpu"': "describes a place that is there",
    "device = self.get_op_device_for_program(variable)": "asks for the place of an operation",
    "import torch\ndef unflatten(saved):\n    return torch.device(saved['name'])": (
        "a device's name is read back"
    ),
    "import torch\nclass Runner:\n    @property\n    def device(self):\n"
    "        return torch.device('cpu')": "where something is, is told",
    "model = model.to(device)": "the device was chosen before",
    "import torch\nx = torch.zeros(3, device=torch.device('cpu'))": "where one tensor lies",
    "import torch\ncpu_device = torch.device('cpu')": "where results are brought, not the choice",
    "device = images.device": "the device of something is read",
    (
        "def set_gpu(model):\n    return model\nset_gpu(model)"
    ): "the function of the script says what it does",
    (
        'import lightning as L\ntrainer = L.Trainer(accelerator="auto")'
    ): "the framework takes what is there",
}
