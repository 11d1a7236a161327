"""pretrained-weights: weights trained earlier are put into the model before training."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.pretrained_weights.facts import PretrainedWeights
from pseudogen.patterns.pretrained_weights.finders import (
    find_constructor,
    find_default,
    find_file,
    find_from_pretrained,
    find_helper,
    find_own,
    find_registered,
    find_weights_file,
)

__all__ = [
    "PretrainedWeights",
    "find_constructor",
    "find_default",
    "find_file",
    "find_from_pretrained",
    "find_helper",
    "find_own",
    "find_registered",
    "find_weights_file",
]


EXAMPLES = {
    "from nets import Net\nnet = Net()\nnet.init_from_base_net(args.base_net)": [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("net.init_from_base_net",)),
            form="helper",
            model="net",
            function="net.init_from_base_net",
            source="args.base_net",
        )
    ],
    (
        "if args.resume:\n"
        "    resume(model, args)\n"
        "elif args.start_ckpts is not None:\n"
        "    builder.load_model(model, args.start_ckpts)"
    ): [
        PretrainedWeights(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("builder.load_model",)),
            form="helper",
            model="model",
            function="builder.load_model",
            source="args.start_ckpts",
            condition="not args.resume and args.start_ckpts is not None",
        )
    ],
    'from torchvision.models import resnet50\nmodel = resnet50(weights="DEFAULT")': [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.models.resnet50",)),
            form="constructor",
            model="model",
            function="resnet50",
            source='weights="DEFAULT"',
        ),
    ],
    "from ultralytics import YOLO\nmodel = YOLO('yolo11n.pt')": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("ultralytics.YOLO",)),
            form="constructor",
            model="model",
            function="YOLO",
            source="'yolo11n.pt'",
        ),
    ],
    "model, tokens = FastModel.from_pretrained(load_in_4bit=True, model_name='gpt2')": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("FastModel.from_pretrained",)),
            form="named",
            model="model",
            function="FastModel.from_pretrained",
            source="'gpt2'",
            bits="4",
        ),
    ],
    (
        "from transformers import AutoModelForCausalLM\n"
        'base = "gpt2"\n'
        "model = AutoModelForCausalLM.from_pretrained(base)"
    ): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(API, ("transformers.AutoModelForCausalLM.from_pretrained",)),
            form="named",
            model="model",
            function="AutoModelForCausalLM.from_pretrained",
            source="base",
            value='"gpt2"',
        ),
    ],
    ("start = 'scratch'\nif start.startswith('gpt2'):\n    model = GPT.from_pretrained(start)"): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("GPT.from_pretrained",)),
            form="named",
            model="model",
            function="GPT.from_pretrained",
            source="start",
            condition="start.startswith('gpt2')",
        ),
    ],
    'tuned = PeftModel.from_pretrained(model, "adapters")': [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("PeftModel.from_pretrained",)),
            form="named",
            model="tuned",
            function="PeftModel.from_pretrained",
            source='"adapters"',
        ),
    ],
    'model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased")': [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("AutoModelForSequenceClassification.from_pretrained",)),
            form="named",
            model="model",
            function="AutoModelForSequenceClassification.from_pretrained",
            source='"bert-base-uncased"',
        ),
    ],
    (
        "import torch\n"
        "weights = torch.load(model_path, map_location=device)\n"
        "model.load_state_dict(weights, strict=False)"
    ): [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="model_path",
            into=3,
            strict="False",
        ),
    ],
    (
        "import torch\n"
        "weights = torch.load(model_path)\n"
        "model.load_state_dict(\n"
        "    {k.replace('module.', ''): v for k, v in weights.items() if 'head' not in k}\n"
        ")"
    ): [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="model_path",
            into=3,
            name="k",
            renamed="k.replace('module.', '')",
            taken_if=("'head' not in k",),
        ),
    ],
    "if args.pretrained:\n    load_pretrained(config, model)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_pretrained",)),
            form="helper",
            model="model",
            function="load_pretrained",
            source="config",
            condition="args.pretrained",
        ),
    ],
    "checkpointer.load(cfg.MODEL.WEIGHTS)": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("checkpointer.load",)),
            form="helper",
            function="checkpointer.load",
            source="cfg.MODEL.WEIGHTS",
        ),
    ],
    "init_cfg = dict(type='Pretrained', checkpoint='weights/resnet.pth')": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("Pretrained",)),
            form="named",
            function="init_cfg",
            source="'weights/resnet.pth'",
        ),
    ],
    "import lightning as L\nfabric = L.Fabric()\nfabric.load_raw(start, model)": [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("fabric.load_raw",)),
            form="helper",
            model="model",
            function="fabric.load_raw",
            source="start",
        ),
    ],
    "net = Pyramid(opt)\nif opt.start:\n    net.load(opt.start_path)\nfit(net)": [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("net.load",)),
            form="helper",
            model="net",
            function="net.load",
            source="opt.start_path",
            condition="opt.start",
        ),
    ],
    "from zoo import load_model\nmodel = load_model(args.kind, args.weights)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_model",)),
            form="helper",
            model="model",
            function="load_model",
            source="args.weights",
        ),
    ],
    "model, info = Net.from_pretrained(path, output_loading_info=True)": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Net.from_pretrained",)),
            form="named",
            model="model",
            function="Net.from_pretrained",
            source="path",
        ),
    ],
    "from fastai.vision.all import *\nlearn = vision_learner(dls, resnet18)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("fastai.vision.all.vision_learner",)),
            form="constructor",
            function="vision_learner",
            source="pretrained=True",
            default=True,
        ),
    ],
    (
        "import numpy as np\n"
        "model = VisionTransformer(config)\n"
        "model.load_from(np.load(args.pretrained_path))"
    ): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("model.load_from",)),
            form="helper",
            model="model",
            function="model.load_from",
            source="np.load(args.pretrained_path)",
        )
    ],
    (
        "import torch\n"
        "if args.restore:\n"
        "    model.load_state_dict(torch.load(args.restore), strict=False)"
    ): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="args.restore",
            into=3,
            strict="False",
            condition="args.restore",
        )
    ],
    (
        "import torch\n"
        "if not args.resume:\n"
        "    ckpt = torch.load(args.ckpt)['model']\n"
        "    model = load_ckpt(model, ckpt)"
    ): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="args.ckpt",
            into=4,
            condition="not args.resume",
        )
    ],
    (
        "import torch\n"
        "def resume_train(model):\n"
        "    if args.resume:\n"
        "        start = 1\n"
        "    else:\n"
        "        model.load_state_dict(torch.load(args.ckpt))"
    ): [
        PretrainedWeights(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="args.ckpt",
            into=6,
            condition="not args.resume",
        )
    ],
    ("import torch\nmodel = Net()\nload_matched_state_dict(model, torch.load(args.weights))"): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="args.weights",
            into=3,
        )
    ],
    ("model = build_model(cfg)\nmodel = load_state_dict(weights, model, map_location=device)"): [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_state_dict",)),
            form="helper",
            model="model",
            function="load_state_dict",
            source="weights",
        )
    ],
    (
        "import torch\n"
        "from models import Detector\n"
        "model = Detector()\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "model.load_params_from_file(filename=args.pretrained_model, to_cpu=True)\n"
        ""
    ): [
        PretrainedWeights(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("model.load_params_from_file",)),
            form="helper",
            model="model",
            function="model.load_params_from_file",
            source="args.pretrained_model",
        )
    ],
    "from timm import create_model\nguide = create_model(opt.teacher_name, pretrained=True)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("timm.create_model",)),
            form="constructor",
            model="guide",
            function="create_model",
            source="pretrained=True",
            teacher=True,
        ),
    ],
    ("trainer.load_parameters(args.initial_model)"): [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("trainer.load_parameters",)),
            form="helper",
            function="trainer.load_parameters",
            source="args.initial_model",
        )
    ],
    ("import torch\nnet = GPT(config)\nnet.load_weight(torch.load(args.init_file))"): [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("net",)),
            form="file",
            model="net",
            function="torch.load",
            source="args.init_file",
            into=3,
        )
    ],
    (
        "import torch\n"
        "teacher_model = torch.load(args.teacher)\n"
        "for x in train_loader:\n"
        "    loss(student(x), teacher_model(x)).backward()"
    ): [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("teacher_model",)),
            form="whole",
            model="teacher_model",
            function="torch.load",
            source="args.teacher",
        )
    ],
    ("model = AutoModel.from_pretrained(model)"): [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("AutoModel.from_pretrained",)),
            form="named",
            function="AutoModel.from_pretrained",
            source="model",
        ),
    ],
    (
        "from transformers import AutoModelForCausalLM\n"
        "model = AutoModelForCausalLM.from_pretrained(base, load_in_8bit=True)"
    ): [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("transformers.AutoModelForCausalLM.from_pretrained",)),
            form="named",
            model="model",
            function="AutoModelForCausalLM.from_pretrained",
            source="base",
            bits="8",
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "def make_draft(main_model):\n"
        "    main_model.eval()\n"
        "    draft_model = DraftModel.from_pretrained(main_model)\n"
        "    return draft_model"
    ): "made from a model that is there",
    "builder.load_model(model, args.start_ckpts)": "why it is read is not said",
    "queue.init_from_list(items)": "no model",
    (
        "from pieces import PieceProcessor\n"
        "pieces_model = PieceProcessor()\npieces_model.load(model_path)"
    ): "a tokenizer, whatever it is called",
    (
        "import torch\n"
        "if rank == 0:\n"
        "    torch.save(net.state_dict(), start)\n"
        "dist.barrier()\n"
        "net.load_state_dict(torch.load(start))"
    ): "all processes begin with the weights of one, which nothing was learned by",
    "from hub import AutoModel\nAutoModel.from_pretrained(name)": "the files are fetched",
    "def evaluate(net):\n    net.load(args.path)": "is measured, not trained",
    "table.load(args.path)": "no model",
    "model = load_model(args.path)": "of nobody knows what",
    ("net.load_weights(args.resume)"): "a run is continued",
    "weights, _ = load_checkpoint(args.pretrained)": "weights are read, nothing gets them yet",
    "class AutoProcessor:\n    def make(cls, name):\n        return kind.from_pretrained(name)": (
        "a processor is made"
    ),
    "import torch\nstate = torch.load(path)\noptimizer.load_state_dict(state)": "an optimizer's",
    "from ultralytics import YOLO\nmodel = YOLO('yolo11n.yaml')": "a file of the architecture",
    "tokenizer = AutoTokenizer.from_pretrained(name)": "a tokenizer has no weights",
    "ckpt = torch.load(args.resume)\nmodel.load_state_dict(ckpt['model'])\n"
    "optimizer.load_state_dict(ckpt['optimizer'])": "a run is resumed",
    "data = torch.load('data.pt')": "no model gets it",
    "model = resnet50(pretrained=False)": "starts from random weights",
    "def vit_tiny(pretrained=False, **kwargs):\n"
    "    return create('vit_tiny', pretrained=pretrained, **kwargs)\n"
    "def vit_base(pretrained=False):\n"
    "    model = create('vit_base', pretrained=pretrained)\n"
    "    return model": "whoever calls the function says whether",
    (
        "from tensorflow.keras.applications.resnet50 import preprocess_input\n"
        "x = preprocess_input(x)"
    ): "images are scaled",
    "from fastai.vision.all import *\nlearn = vision_learner(dls, resnet18, pretrained=False)": (
        "random weights"
    ),
    ("import torch\nmodel = torch.load(args.weights)"): "nothing is trained",
    (
        "import torch\n"
        "old_model = torch.load(args.weights)\n"
        "names = old_model.keys()\n"
        "for x in train_loader:\n"
        "    loss(net(x)).backward()"
    ): "a state, by what is done with it",
    (
        "import torch\n"
        "def stylize(args):\n"
        "    style_model = torch.load(args.model)\n"
        "    out = style_model(x)\n"
        "def train(args):\n"
        "    for x in train_loader:\n"
        "        net(x).mean().backward()"
    ): "its function does not train",
}
