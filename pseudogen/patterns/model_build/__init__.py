"""model-build: the model to be trained is made."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.model_build.facts import ModelBuild
from pseudogen.patterns.model_build.finders import (
    find_known,
    find_named,
    find_registered,
)

__all__ = [
    "ModelBuild",
    "find_known",
    "find_named",
    "find_registered",
]


EXAMPLES = {
    "import timm\nmodel = timm.create_model(args.model, pretrained=True, num_classes=10)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("timm.create_model",)),
            target="model",
            function="timm.create_model",
            architecture="args.model",
            arguments=("args.model", "pretrained=True", "num_classes=10"),
            pretrained="pretrained=True",
            classes="10",
        ),
    ],
    (
        "from torch import nn\n"
        "def conv(width):\n"
        "    return nn.Conv2d(width, width, 3)\n"
        "class Net(nn.Module):\n"
        "    def __init__(self, width, norm):\n"
        "        super().__init__()\n"
        "        self.width = int(width)\n"
        "        self.stem = conv(width)\n"
        "        if norm:\n"
        "            self.norm = nn.BatchNorm2d(width)\n"
        "        self.body = nn.Sequential("
        "*blocks(width), nn.Conv2d(width, 2 * width, kernel_size=3, padding=1), nn.ReLU())\n"
        "        self.head = self.make_head(width)\n"
        "        self.last = normed(nn.Linear(width, 2))\n"
        "model = Net(9, False)"
    ): [
        ModelBuild(
            line=14,
            end=14,
            evidence=Evidence(API, ("torch.nn.Module",)),
            target="model",
            function="Net",
            arguments=("9", "False"),
            parts=(
                "stem = conv(width)",
                "body = nn.Sequential(*blocks(…), nn.Conv2d(…), nn.ReLU())",
                "head = self.make_head(width)",
                "last = normed(nn.Linear(width, 2))",
            ),
            parts_in=(4, 13),
            more_parts=True,
        )
    ],
    (
        "from nets import PageEncoder\n"
        "encoder = PageEncoder(9).to(device)\n"
        "params = list(encoder.head.parameters())\n"
        "encoder.zero_grad()"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("encoder",)),
            target="encoder",
            function="PageEncoder",
            arguments=("9",),
            device="device",
        )
    ],
    "from zoo import *\nmodel = resnet_face(use_se=True)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="resnet_face",
            arguments=("use_se=True",),
        )
    ],
    (
        "from restoration import RestoreNet\n"
        "model_restoration = RestoreNet()\n"
        "model_restoration.train()\n"
        "optimizer = Adam(model_restoration.parameters())"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model_restoration",)),
            target="model_restoration",
            function="RestoreNet",
        )
    ],
    (
        "from nets import Generator\n"
        "class Solver:\n"
        "    def build(self):\n"
        "        self.G = Generator(width)\n"
        "        self.optimizer = Adam(self.G.parameters())\n"
        "    def save(self):\n"
        "        torch.save(self.G.state_dict(), path)"
    ): [
        ModelBuild(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("self.G",)),
            target="self.G",
            function="Generator",
            arguments=("width",),
        )
    ],
    (
        "import torch\n"
        "from nets import Glow\n"
        "model_single = Glow(3, blocks)\n"
        "model = torch.nn.DataParallel(model_single)"
    ): [
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("model_single",)),
            target="model_single",
            function="Glow",
            arguments=("3", "blocks"),
        )
    ],
    (
        "from project import TrainLoop, build_model\n"
        "teacher_model = build_model(args)\n"
        "teacher_model.eval()\n"
        "TrainLoop(student, teacher_model).run()"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("teacher_model",)),
            target="teacher_model",
            function="build_model",
            arguments=("args",),
        )
    ],
    "model = SmallNet(width) if small else BigNet()": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="SmallNet(width) if small else BigNet()",
        ),
    ],
    "from torchvision import models\nmodel = models.resnet18().to(device)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.models.resnet18",)),
            target="model",
            function="models.resnet18",
            device="device",
        )
    ],
    "import torch.nn as nn\nclass Net(nn.Module):\n    pass\nmodel = Net().to(device)": [
        ModelBuild(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.nn.Module",)),
            target="model",
            function="Net",
            device="device",
        ),
    ],
    (
        "from torchvision import models\n"
        "model = models.__dict__[args.arch](pretrained=args.pretrained)"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.models.__dict__[]",)),
            target="model",
            function="models.__dict__[args.arch]",
            architecture="args.arch",
            arguments=("pretrained=args.pretrained",),
            pretrained="pretrained=args.pretrained",
        ),
    ],
    "model = YoloBody(num_classes, phi)": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="YoloBody",
            arguments=("num_classes", "phi"),
        ),
    ],
    "model, criterion, postprocessors = build_model(args)": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model, criterion, postprocessors",
            function="build_model",
            arguments=("args",),
        ),
    ],
    (
        "from model import EncoderCNN\n"
        "encoder = EncoderCNN(embed_size)\n"
        "params = list(encoder.parameters())"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("encoder",)),
            target="encoder",
            function="EncoderCNN",
            arguments=("embed_size",),
        )
    ],
    "from zoo import load_model\nmodel = load_model(cfg, weights)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="load_model",
            arguments=("cfg", "weights"),
        ),
    ],
    ("def create_model(args):\n    return nets.build(args)\nmodel = create_model(args)"): [
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="create_model",
            arguments=("args",),
        )
    ],
    (
        "import pytorch_lightning as pl\n"
        "class Detector(pl.LightningModule):\n"
        "    pass\n"
        "trainer = pl.Trainer()\n"
        "module = Detector(cfg)\n"
        "trainer.fit(module, data)"
    ): [
        ModelBuild(
            line=5,
            end=5,
            evidence=Evidence(API, ("pytorch_lightning.LightningModule",)),
            target="module",
            function="Detector",
            arguments=("cfg",),
        ),
    ],
    'model = dict(type="RetinaNet", backbone=dict(type="ResNet", depth=50))': [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="RetinaNet",
            architecture="RetinaNet",
            described=True,
        ),
    ],
    (
        "from nets import *\n"
        "G_AB = GeneratorRes(shape)\n"
        "opt = torch.optim.Adam(G_AB.parameters())\n"
        "torch.save(G_AB.state_dict(), 'g.pth')"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("G_AB",)),
            target="G_AB",
            function="GeneratorRes",
            arguments=("shape",),
        )
    ],
    (
        "from models import small\n"
        "retina = small.resnet(classes=3, pretrained=True)\n"
        "optimizer = Adam(retina.parameters())"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("retina",)),
            target="retina",
            function="small.resnet",
            arguments=("classes=3", "pretrained=True"),
            pretrained="pretrained=True",
        ),
    ],
    (
        "from nets import resnet\n"
        "import torch.nn as nn\n"
        "detector_a = resnet(classes, 101, pretrained=True)\n"
        "detector_a = nn.DataParallel(detector_a)"
    ): [
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("detector_a",)),
            target="detector_a",
            function="resnet",
            arguments=("classes", "101", "pretrained=True"),
            pretrained="pretrained=True",
        )
    ],
    (
        "from zoo import nets\n"
        "m = nets.detector(config, stage='train')\n"
        "m.load_weights('x.h5')\n"
        "m.fit_generator(flow, epochs=3)"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("m",)),
            target="m",
            function="nets.detector",
            arguments=(
                "config",
                "stage='train'",
            ),
        )
    ],
    "import lightning as L\n"
    "class Lit(L.LightningModule):\n    pass\n"
    "L.Trainer(max_epochs=3).fit(Lit(width), data)": [
        ModelBuild(
            line=4,
            end=4,
            evidence=Evidence(API, ("lightning.LightningModule",)),
            function="Lit",
            arguments=("width",),
        ),
    ],
    "import haiku as hk\nnet_fn = hk.transform_with_state(apply_net)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("haiku.transform_with_state",)),
            target="net_fn",
            function="hk.transform_with_state",
            arguments=("apply_net",),
        ),
    ],
    (
        "from tensorflow import keras\n"
        "model = keras.Sequential([\n"
        "    keras.layers.Conv2D(8, 3, padding='same', activation='relu'),\n"
        "    keras.layers.Dense(10)], name='small')"
    ): [
        ModelBuild(
            line=2,
            end=4,
            evidence=Evidence(API, ("tensorflow.keras.Sequential",)),
            target="model",
            function="keras.Sequential",
            arguments=(
                "[keras.layers.Conv2D(8, 3, padding='same', activation='relu'), "
                "keras.layers.Dense(10)]",
                "name='small'",
            ),
            layers=("Conv2D(8, 3, padding='same', activation='relu')", "Dense(10)"),
        ),
    ],
    (
        "import torch\n"
        "from torch import nn\n"
        "D = nn.Sequential(nn.Linear(784, 1), nn.Sigmoid())\n"
        "step = torch.optim.Adam(D.parameters(), lr=2e-4)"
    ): [
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.nn.Sequential",)),
            target="D",
            function="nn.Sequential",
            arguments=("nn.Linear(784, 1)", "nn.Sigmoid()"),
            layers=("Linear(784, 1)", "Sigmoid()"),
        ),
    ],
    (
        "from torch import nn\n"
        "def stack(width):\n"
        "    return nn.Sequential(nn.Linear(width, width), nn.ReLU())\n"
        "model = stack(8)"
    ): [
        ModelBuild(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="stack",
            arguments=("8",),
        ),
    ],
    (
        "from td3 import TD3\n"
        "policy = TD3(state_dim, action_dim)\n"
        "for t in range(max_timesteps):\n"
        "    action = policy.select_action(state)\n"
        "    state, reward, done, _ = env.step(action)\n"
        "    policy.train(buffer, 256)\n"
        '    policy.save("td3")'
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("policy",)),
            target="policy",
            function="TD3",
            arguments=("state_dim", "action_dim"),
        )
    ],
    (
        "import hydra\n"
        "agent = hydra.utils.instantiate(cfg.agent)\n"
        "agent.update(replay_buffer, step)"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("agent",)),
            target="agent",
            function="hydra.utils.instantiate",
            arguments=("cfg.agent",),
        )
    ],
    (
        "agent = make_agent(env.observation_spec(), cfg.agent)\n"
        "for batch in batches:\n"
        "    metrics = agent.update(batch, 3)"
    ): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("agent",)),
            target="agent",
            function="make_agent",
            arguments=("env.observation_spec()", "cfg.agent"),
        )
    ],
    (
        "from project import ConservativeSAC, GaussianPolicy, QFunction\n"
        "policy = GaussianPolicy(dims)\n"
        "qf = QFunction(dims)\n"
        "sac = ConservativeSAC(policy, qf)\n"
        "for batch in batches:\n"
        "    sac.train(batch, 0.5)"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("policy",)),
            target="policy",
            function="GaussianPolicy",
            arguments=("dims",),
        ),
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("qf",)),
            target="qf",
            function="QFunction",
            arguments=("dims",),
        ),
        ModelBuild(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("sac",)),
            target="sac",
            function="ConservativeSAC",
            arguments=("policy", "qf"),
        ),
    ],
    ("model = models.__dict__[args.arch]\nmodel = model(num_classes=21)"): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="model",
            arguments=("num_classes=21",),
            classes="21",
        )
    ],
    "from fastai.vision.all import *\nlearn = vision_learner(dls, resnet18, pretrained=False)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("fastai.vision.all.vision_learner",)),
            function="vision_learner",
            architecture="resnet18",
            arguments=("dls", "resnet18", "pretrained=False"),
        ),
    ],
    ("from nets import Discriminator\ndiscr = Discriminator(width)"): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("discr",)),
            target="discr",
            function="Discriminator",
            arguments=("width",),
        )
    ],
    (
        "import importlib\n"
        "model = importlib.import_module(args.kind)\n"
        "net = model.get_model(classes)"
    ): [
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("net",)),
            target="net",
            function="model.get_model",
            arguments=("classes",),
        )
    ],
    ('model = eval("nets." + name)(classes)'): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function='eval("nets." + name)',
            arguments=("classes",),
        )
    ],
    ("import torch\nmodel = torch.nn.DataParallel(FlowNet(args), device_ids=[0])"): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("FlowNet",)),
            function="FlowNet",
            arguments=("args",),
        )
    ],
    (
        "import nets\n"
        "backbone = eval('nets.{}'.format(args.net))(num_features=512)\n"
        "backbone.train()"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("backbone",)),
            target="backbone",
            function="eval('nets.{}'.format(args.net))",
            arguments=("num_features=512",),
        )
    ],
    ("encoder, predictor = init_model(size=224)"): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("encoder",)),
            target="encoder, predictor",
            function="init_model",
            arguments=("size=224",),
        )
    ],
    ("model_s = model_dict[opt.model_s](num_classes=100)"): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model_s",)),
            target="model_s",
            function="model_dict[opt.model_s]",
            architecture="opt.model_s",
            arguments=("num_classes=100",),
            classes="100",
        )
    ],
    ("net_encoder = Builder.build_encoder(arch=cfg.arch)\n"): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("net_encoder",)),
            target="net_encoder",
            function="Builder.build_encoder",
            architecture="cfg.arch",
            arguments=("arch=cfg.arch",),
        )
    ],
    ("self.models['depth'] = networks.DepthDecoder(channels, scales)\n"): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("self.models['depth']",)),
            target="self.models['depth']",
            function="networks.DepthDecoder",
            arguments=("channels", "scales"),
        )
    ],
    (
        "import pytorch_lightning as pl\n"
        "task = DetectionTask(cfg)\n"
        "trainer = pl.Trainer(max_epochs=3)\n"
        "trainer.fit(task, loader)\n"
        ""
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("task",)),
            target="task",
            function="DetectionTask",
            arguments=("cfg",),
        )
    ],
    ("model = create_network_by_name(cfg.arch)\n"): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="create_network_by_name",
            arguments=("cfg.arch",),
        )
    ],
    (
        "from nets import AutoregressiveWrapper, TransformerWrapper\n"
        "model = TransformerWrapper(num_tokens=256, depth=4)\n"
        "model = AutoregressiveWrapper(model)"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="TransformerWrapper",
            arguments=("num_tokens=256", "depth=4"),
        )
    ],
    ("model = trans_to_cuda(SessionGraph(opt, n_node))"): [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("SessionGraph",)),
            function="SessionGraph",
            arguments=("opt", "n_node"),
        )
    ],
    "net = (Small(9) if small else Large(9)).to(device)": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("net",)),
            target="net",
            function="Small(9) if small else Large(9)",
            device="device",
        ),
    ],
    (
        "import tensorflow as tf\n"
        "up = nets.Generator(9)\n"
        "def step(x):\n"
        "    with tf.GradientTape() as tape:\n"
        "        loss = adversarial(up(x))\n"
        "    grads = tape.gradient(loss, up.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(grads, up.trainable_variables))"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("up",)),
            target="up",
            function="nets.Generator",
            arguments=("9",),
        ),
    ],
    "net = get_model(name)(**settings)": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("net",)),
            target="net",
            function="get_model(name)",
            arguments=("**settings",),
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "from tensorflow.keras.applications.resnet50 import decode_predictions\n"
        "model.fit(x, y, epochs=3)\n"
        "result = decode_predictions(model.predict(image))"
    ): "names of classes are read from what a model gave",
    (
        "from project import SAC, Walls\n"
        "walls = Walls(dims)\n"
        "agent = make(walls)\n"
        "agent.update(memory)"
    ): "what an agent is made with is no network by its name",
    (
        "from envs import Walker\n"
        "walker = Walker(state_dim, action_dim)\n"
        "state = walker.update(state)"
    ): "nothing is told to learn",
    (
        "def make_draft(main_model):\n"
        "    main_model.eval()\n"
        "    draft_model = DraftModel.from_pretrained(main_model)\n"
        "    return draft_model"
    ): "made from a model that is there",
    "from zoo import *\nmodel = dict(kind='face')": "Python's own",
    "from nets import RestoreNet\nmodel_table = RestoreNet()": "nothing uses it as a model",
    (
        "from ultralytics import YOLO\n"
        "class Watcher:\n"
        "    def __init__(self, path):\n"
        "        self.model = YOLO(path)\n"
        "    def see(self, image):\n"
        "        return self.model.track(image)"
    ): "it is run, and nothing in the script is trained",
    (
        "model = Committee()\nfor path in paths:\n    model.append(load(path).eval())"
    ): "a list of models that are run",
    (
        "class Base:\n    @classmethod\n    def from_pretrained(cls, path):\n"
        "        model = super().from_pretrained(path)\n        return model"
    ): "a method that loads one calls that of its class",
    ("import socket\nwire = socket.Network(width)"): "connects to others",
    (
        "class VideoPredictor:\n"
        "    def setup(self):\n"
        "        model = build_model(self.cfg)\n"
        "        self.model = model.eval()"
    ): "it is made to predict",
    (
        "def shrink(path):\n    model = DetectorModel(path)\n    model.half()\n    model.save(path)"
    ): "another form of a trained model is saved",
    "from quant import QLinear\nnew_module = QLinear(8, 8)\nnew_module.requires_grad_(False)": (
        "one layer is replaced"
    ),
    "from hub import open_hub\nmodel = open_hub().model_info(name)": "something about a model",
    "pre_transformer = ReturnTransformer(root)\npre_transformer.transform()": "it changes code",
    "class InferenceRecipe:\n    def setup(self):\n        self.model = build_model(self.cfg)": (
        "it is run, not trained"
    ),
    "def to_onnx(path):\n    network = builder.create_network(0)": "it is run, not trained",
    "from torch import nn\nD = nn.Linear(784, 1)\ny = D(x)": "nothing trains it",
    "train_generator = CsvGenerator(path)": "batches of data",
    ("from zoo import tables\nm = tables.make(config)\nm.summary()"): "a summary alone",
    ("from tensorflow import keras\nlm_mask = keras.Input(shape=(4,))"): "an input of a model",
    (
        "def get_zoo_models():\n    return table\nmodel_urls = get_zoo_models()"
    ): "addresses of models",
    ("from nets import *\nSTEM = Tokens(shape)\nSTEM.train(texts)"): "nothing that has parameters",
    (
        "def split_model(model):\n    return model.parts\nmodel = split_model(whole)"
    ): "a model is cut up",
    ("encoder = LabelEncoder()\nlabels = encoder.fit_transform(names)"): "encodes labels",
    "self.metadata = client.get_model_metadata(name)": "tells about a model",
    "from torch import nn\nclass Wrap(nn.Module):\n    pass\nmodel = Wrap(model)": "is wrapped",
    "self.model_manager = ModelManager(device=device)": "looks after models",
    "from tensorflow import keras\nm_ = keras.Sequential([layer() for _ in range(n)])": "a block",
    "model_artifact = tracker.Artifact(name, type='model')": "a record of a file",
    'model = dict(type="linear", order=2)': "settings of something else",
    "from lib import load_model\nmodel = load_model(path, device)": "may be read from a file whole",
    "from lib import attempt_load\nmodel = attempt_load(path)": "is read from a file",
    "net.classifier = Decoder(classes=classes)": "a part of a model",
    "import coremltools as ct\nnms_model = ct.models.MLModel(spec)": "a model that only predicts",
    "layer_of_transformer = SelfAttentionLayer(heads)\n"
    "transformer_layer = SelfAttentionLayer(heads)": "a layer",
    "model_to_inspect = self.model.get_base_model()": "a model is asked for a part",
    "base_model_plan = AttributeError()": "an exception",
    "from collections import defaultdict\nmodel_tags = defaultdict(list)": "a table about models",
    "import wandb\nmodel = wandb.Artifact(name, type='model')": "a file that is kept",
    "import cv2\ndetector = cv2.FastFeatureDetector_create(20)": "nothing that is trained",
    "model = model.to(device)": "is moved, not made",
    "model = torch.nn.DataParallel(model)": "is wrapped, not made",
    "model_name = build_model_name(args)": "makes a name",
    "criterion = LabelSmoothingLoss(classes)": "a loss",
    "model = ShardedStage3(model, group=group)": "is wrapped, not made",
    "generator = kwargs.get('generator')": "is looked up",
    "class TaggerForTokens(TaggerPreTrainedModel):\n"
    "    def __init__(self, config):\n"
    "        self.classifier = Head(config)\n"
    "        self.model = TaggerModel(config)": "a model's parts",
    "class Net(Base):\n"
    "    def __init__(self):\n"
    "        self.net = build_net()\n"
    "    def forward(self, x):\n"
    "        return self.net(x)": "a part, as its class has a forward pass and no training",
    "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n"
    "        self.net = nn.Sequential()": "a part of a model",
    (
        "import torch\nmodel = torch.nn.DataParallel(unwrap(old))"
    ): "what is there already is wrapped",
    (
        "import haiku as hk\n_, loss_fn = hk.without_apply_rng(hk.transform(sequence_loss))"
    ): "a loss",
    ("self.models['depth'] = find_weights(path)\n"): "no class is called",
    ("task = DetectionTask(cfg)\nscaler.fit(task)\n"): "what fits is no trainer",
}
