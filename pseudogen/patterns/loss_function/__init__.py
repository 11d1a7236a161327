"""loss-function: the criterion is made, or a loss is computed by a function."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.loss_function.facts import LossFunction
from pseudogen.patterns.loss_function.finders import (
    find_compiled,
    find_held,
    find_layer,
    find_library,
    find_named,
    find_registered,
    find_similarity,
)

__all__ = [
    "LossFunction",
    "find_compiled",
    "find_held",
    "find_layer",
    "find_library",
    "find_named",
    "find_registered",
    "find_similarity",
]


def _example(**facts: Any) -> list[LossFunction]:
    facts.setdefault("end", facts["line"])
    return [LossFunction(**facts)]


EXAMPLES = {
    "import torch.nn as nn\ncriterion = nn.CrossEntropyLoss(label_smoothing=0.1)": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.CrossEntropyLoss",)),
        action="made",
        name="criterion",
        api="CrossEntropyLoss",
        task="classes",
        expects="logits",
        reduction="'mean'",
        smoothing="0.1",
    ),
    "paws = init_paws_loss(multicrop=2)\nloss = paws(batch)\nfactory = LossFactory(settings)": [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("init_paws_loss",)),
            action="made",
            name="paws",
            maker=True,
            api="init_paws_loss",
        ),
        LossFunction(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("LossFactory",)),
            action="made",
            name="factory",
            api="LossFactory",
        ),
    ],
    (
        "from mix import mixup_criterion\n"
        "loss = mixup_criterion(criterion, output, targets_a, targets_b)"
    ): [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("mixup_criterion",)),
            action="computed",
            name="loss",
            api="mixup_criterion",
            inputs=("criterion", "output", "targets_a", "targets_b"),
        )
    ],
    "from losses import smooth_loss\nloss_s = smooth_loss(depth).item()": [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("smooth_loss",)),
            action="computed",
            name="loss_s",
            api="smooth_loss",
            inputs=("depth",),
            part=True,
        )
    ],
    "import torch.nn.functional as F\nloss = F.cross_entropy(out, target_classes)": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.functional.cross_entropy",)),
        action="computed",
        name="loss",
        api="cross_entropy",
        task="classes",
        expects="logits",
        reduction="'mean'",
        inputs=("out", "target_classes"),
    ),
    "from losses import generator_loss\nloss_gen, parts = generator_loss(scores)": _example(
        line=2,
        evidence=Evidence(NAME, ("generator_loss",)),
        action="computed",
        name="loss_gen",
        api="generator_loss",
        inputs=("scores",),
    ),
    "import torch.nn as nn\n"
    "criterion = nn.CrossEntropyLoss() if classes > 2 else nn.BCEWithLogitsLoss()": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.CrossEntropyLoss",)),
        action="made",
        name="criterion",
        api="CrossEntropyLoss",
        choices=("CrossEntropyLoss", "BCEWithLogitsLoss"),
        chosen_by="classes > 2",
        task="classes",
        expects="logits",
        reduction="'mean'",
    ),
    "criterion = v8DetectionLoss(model)": _example(
        line=1,
        evidence=Evidence(NAME, ("v8DetectionLoss",)),
        action="made",
        name="criterion",
        api="v8DetectionLoss",
    ),
    "import torch.nn.functional as F\nloss = F.mse_loss(output, target)": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.functional.mse_loss",)),
        action="computed",
        name="loss",
        api="mse_loss",
        task="squared",
        reduction="'mean'",
        inputs=("output", "target"),
    ),
    "loss += dice_loss(masks, true_masks)": _example(
        line=1,
        evidence=Evidence(NAME, ("dice_loss",)),
        action="computed",
        name="loss",
        api="dice_loss",
        task="overlap",
        inputs=("masks", "true_masks"),
        part=True,
        added=True,
    ),
    "from losses import FocalLoss\ncriterion = FocalLoss(gamma=2)": _example(
        line=2,
        evidence=Evidence(NAME, ("FocalLoss",)),
        action="made",
        name="criterion",
        api="FocalLoss",
        task="focal",
    ),
    (
        "import torch.nn.functional as F\n"
        "def pair_loss(p, z):\n"
        "    return -F.cosine_similarity(p, z).mean()"
    ): _example(
        line=3,
        evidence=Evidence(FLOW, ("pair_loss",)),
        action="computed",
        api="cosine_similarity",
        inputs=("p", "z"),
    ),
    "from losses import hybrid_loss\nmodel.compile(optimizer=opt, loss=hybrid_loss)": _example(
        line=2,
        evidence=Evidence(FLOW, ("model.compile",)),
        action="computed",
        api="hybrid_loss",
    ),
    "head = dict(loss_cls=dict(type='FocalLoss', gamma=2.0))": _example(
        line=1,
        evidence=Evidence(NAME, ("loss_cls",)),
        action="made",
        name="loss_cls",
        api="FocalLoss",
        task="focal",
    ),
    ("terms = diffusion.training_losses(model, x, t)"): [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("diffusion.training_losses",)),
            action="computed",
            name="terms",
            api="training_losses",
            inputs=(
                "model",
                "x",
                "t",
            ),
        )
    ],
    "from torch import nn\nlogp = -nn.CrossEntropyLoss()(output, target)": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.CrossEntropyLoss",)),
        action="computed",
        name="logp",
        api="CrossEntropyLoss",
        task="classes",
        expects="logits",
        reduction="'mean'",
        inputs=("output", "target"),
        part=True,
    ),
    ("from utils import chunked_cross_entropy\nloss = chunked_cross_entropy(logits, targets)"): [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("chunked_cross_entropy",)),
            action="computed",
            name="loss",
            api="chunked_cross_entropy",
            inputs=(
                "logits",
                "targets",
            ),
        )
    ],
    "import torch.nn as nn\ncriterion = nn.CosineSimilarity(dim=1).cuda(gpu)": _example(
        line=2,
        evidence=Evidence(NAME, ("criterion",)),
        action="held",
        name="criterion",
        api="CosineSimilarity",
    ),
    ("from project import create_loss\ntrain_loss, val_loss = create_loss(config)"): [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("create_loss",)),
            action="made",
            name="train_loss, val_loss",
            maker=True,
            api="create_loss",
        )
    ],
    "from torch import nn\nterms = {'a': nn.L1Loss(reduction='none'), 'b': nn.MSELoss()}": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.L1Loss",)),
        action="made",
        name="terms",
        api="L1Loss",
        choices=("L1Loss", "MSELoss"),
        several=True,
        task="absolute",
    ),
    (
        "from project import dice_loss, focal_loss\n"
        "losses = {'mask': focal_loss(m, t, num_boxes), 'dice': dice_loss(m, t, num_boxes)}"
    ): _example(
        line=2,
        evidence=Evidence(NAME, ("focal_loss",)),
        action="computed",
        name="losses",
        api="focal_loss",
        choices=("focal_loss", "dice_loss"),
        several=True,
        inputs=("m", "t"),
        part=True,
    ),
    "from torch.nn import BCEWithLogitsLoss\nbce = BCEWithLogitsLoss(pos_weight=w)": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.BCEWithLogitsLoss",)),
        action="made",
        name="bce",
        api="BCEWithLogitsLoss",
        task="binary",
        expects="logits",
        reduction="'mean'",
        positive_weight="w",
    ),
    "from lib import focal_loss\nloss = focal_loss(N_real, N_fake, alpha, gamma)": _example(
        line=2,
        evidence=Evidence(NAME, ("focal_loss",)),
        action="computed",
        name="loss",
        api="focal_loss",
        task="focal",
        inputs=("N_real", "N_fake"),
    ),
    "from lib import kl_loss\nloss = kl_loss(log_q, p, reduction, scale)": _example(
        line=2,
        evidence=Evidence(NAME, ("kl_loss",)),
        action="computed",
        name="loss",
        api="kl_loss",
        inputs=("log_q", "p"),
    ),
    "from lib import ctc_loss\nloss = ctc_loss(raw_logits=a, targets=y, soft_label=True)": _example(
        line=2,
        evidence=Evidence(NAME, ("ctc_loss",)),
        action="computed",
        name="loss",
        api="ctc_loss",
        inputs=("a", "y"),
    ),
    "model.compile(optimizer='sgd', loss='mse')": [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("model.compile",)),
            action="made",
            api="mse",
        ),
    ],
    (
        "import torch\n"
        "bce = torch.nn.BCELoss()\n"
        "def bce_loss_fusion(a, b, y):\n"
        "    first = bce(a, y)\n"
        "    return first, first + bce(b, y)\n"
        "first, loss = bce_loss_fusion(a, b, labels)"
    ): [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.nn.BCELoss",)),
            action="made",
            name="bce",
            api="BCELoss",
            task="binary",
            expects="probabilities",
            reduction="'mean'",
        ),
        LossFunction(
            line=6,
            end=6,
            evidence=Evidence(NAME, ("bce_loss_fusion",)),
            action="computed",
            name="loss",
            api="bce_loss_fusion",
            inputs=("a", "b", "labels"),
        ),
    ],
    (
        "from torch import nn\nclass Softened(nn.CrossEntropyLoss):\n    pass\n"
        "criterion = Softened()"
    ): _example(
        line=4,
        evidence=Evidence(API, ("torch.nn.CrossEntropyLoss",)),
        action="made",
        name="criterion",
        api="Softened",
        task="classes",
        expects="logits",
        reduction="'mean'",
    ),
    ("model.compile(optimizer='adam', loss={'box': lambda y_true, y_pred: y_pred})"): [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("model.compile",)),
            action="made",
            api="{'box': lambda y_true, y_pred: y_pred}",
        )
    ],
    ("from keras.layers import Lambda\nbox_loss = Lambda(yolo_loss, output_shape=(1,))(outputs)"): [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("yolo_loss",)),
            action="computed",
            name="box_loss",
            api="yolo_loss",
        )
    ],
    ("criterion_kd = Attention()"): [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("criterion_kd",)),
            action="held",
            name="criterion_kd",
            api="Attention",
        )
    ],
    ("loss = loss_registry[cfg.loss](model, x, t)"): [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("loss_registry[]",)),
            action="computed",
            name="loss",
            api="loss_registry[cfg.loss]",
            inputs=("model", "x", "t"),
        )
    ],
    ("self.compute_loss_ab = ComputeLoss_ab(num_classes=80, use_dfl=False)"): [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("ComputeLoss_ab",)),
            action="made",
            name="self.compute_loss_ab",
            api="ComputeLoss_ab",
        )
    ],
    ("self.criterion = get_seg_loss(args.model, aux=True).to(device)\n"): [
        LossFunction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_seg_loss",)),
            action="made",
            name="self.criterion",
            maker=True,
            api="get_seg_loss",
        )
    ],
    (
        "from layers import get_smooth_loss\n"
        "smooth_loss = get_smooth_loss(depth, image)\n"
        "total += 0.1 * smooth_loss\n"
        ""
    ): [
        LossFunction(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("get_smooth_loss",)),
            action="computed",
            name="smooth_loss",
            api="get_smooth_loss",
            inputs=("depth", "image"),
        )
    ],
    "from torch import nn\nengine = Engine(net, nn.MSELoss())": _example(
        line=2,
        evidence=Evidence(API, ("torch.nn.MSELoss",)),
        action="made",
        api="MSELoss",
        task="squared",
        reduction="'mean'",
    ),
}
COUNTEREXAMPLES = {
    "from torch import nn\nignored = nn.CrossEntropyLoss().ignore_index": "a default is read",
    (
        "from torch import nn\n"
        "def pair_wise_cost(pred, target):\n"
        "    criterion = nn.BCEWithLogitsLoss(reduction='none')\n"
        "    return criterion(pred, target)"
    ): "the cost of pairs that may be matched",
    "start = init_best_loss(10)\nshow(start)": "nothing computes a loss with it",
    "from nets import ModelWithLoss\nmodel_loss = ModelWithLoss(model, loss)": "two side by side",
    "from meters import smooth_loss\nmean = smooth_loss(loss, 0.9)": "a loss is smoothed",
    (
        "import torch\nimport torch.nn.functional as F\n"
        "@torch.no_grad()\ndef loss_of_counts(counted, wanted):\n"
        "    count_error = F.l1_loss(counted, wanted)\n    return count_error"
    ): "an error that is reported",
    "from lib import total_loss\nloss = total_loss(losses)": "a sum of losses computed before",
    "from lib import choose_loss\nloss = choose_loss(name)": "which loss to take",
    "from lib import mean_loss\nval_loss = mean_loss(val_loader)": "an evaluation",
    "model.compile(optimizer='sgd', loss=chosen)": "is made elsewhere",
    ("from project import get_losses\ntrain_loss = get_losses(history)"): "losses that were kept",
    (
        "from ignite.metrics import Loss\nmetrics = {'loss': Loss(criterion)}"
    ): "a metric of the loss",
    ("history = state.training_losses(10)"): "losses seen before are read",
    "import torch.nn as nn\ncriterion = nn.DataParallel(criterion)": "is spread over devices",
    "from lib import Parallel\nloss_fn = Parallel(loss_fn)": "something around the criterion",
    "cost_mask = pair_wise_dice_loss(mask, target)": "the cost of a pair that may be matched",
    (
        "import torch.nn.functional as F\nnearest = F.cosine_similarity(query, bank).argmax()"
    ): "a search",
    "losses = ModelLosses(image=image_loss, text=text_loss)": "a record of losses",
    "_, scores = cell_selection_loss(scores, labels)": "the loss itself is let fall",
    "register(DistributedCrossEntropy('softmax'))": "an operator is registered",
    "criterion = compile_loss(criterion)": "is compiled, not made",
    "loss = criterion(output, target)": "calling a criterion belongs to the training step",
    "yolo_loss = YoloHead()\nvalue = yolo_loss(outputs, targets)": "an object is called",
    "average_loss(losses, count)": "a mean over losses computed before",
    "losses.update(loss.item(), n)": "a meter",
    ("model = ModelWithLoss(model)"): "the model is put into another",
    ("from keras.layers import Lambda\nx = Lambda(resize)(x)"): "a layer that computes no loss",
    ("loss = losses[0]"): "a loss that is there",
    (
        "from layers import get_smooth_loss\n"
        "smooth_loss = get_smooth_loss(depth, image)\n"
        "print(smooth_loss)\n"
        ""
    ): "it may make the loss only",
}
