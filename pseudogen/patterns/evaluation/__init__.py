"""evaluation: the model is evaluated, by a loop or by the call of the function that holds it."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.evaluation.facts import Evaluation
from pseudogen.patterns.evaluation.finders import (
    find_call,
    find_callback,
    find_calls_of,
    find_fit,
    find_known,
    find_loop,
    find_method,
    find_pass,
)

__all__ = [
    "Evaluation",
    "find_call",
    "find_callback",
    "find_calls_of",
    "find_fit",
    "find_known",
    "find_loop",
    "find_method",
    "find_pass",
]


def _example(**facts: Any) -> list[Evaluation]:
    facts.setdefault("end", facts["line"])
    return [Evaluation(**facts)]


EXAMPLES = {
    "model.eval()\n"
    "with torch.no_grad():\n"
    "    for x, y in val_loader:\n"
    "        loss += criterion(model(x), y)\n"
    "model.train()": _example(
        line=3,
        evidence=Evidence(NAME, ("val_loader",)),
        how="loop",
        loader="val_loader",
        batch="x, y",
        eval_mode=1,
        train_mode=5,
        no_gradients=2,
    ),
    "acc = faces_test(model, pairs)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("faces_test",)),
            how="call",
            model="model",
            call="faces_test",
            result="acc",
        )
    ],
    (
        "model = define_model(opt)\n"
        "for data in test_loader:\n"
        "    model.feed(data)\n"
        "    model.test()"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("test_loader",)),
            how="loop",
            loader="test_loader",
            batch="data",
        )
    ],
    "def measure(model, val_loader):\n"
    "    if averaged:\n        net = averaged.module\n    else:\n        net = model.eval()\n"
    "    with torch.no_grad():\n"
    "        for x, y in val_loader:\n            loss += criterion(net(x), y)": _example(
        line=7,
        evidence=Evidence(NAME, ("val_loader",)),
        how="loop",
        loader="val_loader",
        batch="x, y",
        eval_mode=5,
        eval_condition="not averaged",
        no_gradients=6,
    ),
    "import torch\n"
    "@torch.no_grad()\n"
    "def estimate_loss():\n"
    "    for part in ['train', 'val']:\n"
    "        for k in range(9):\n"
    "            loss = model(get_batch(part))": [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("k",)),
            how="loop",
            rounds="9",
            each="['train', 'val']",
            no_gradients=2,
        )
    ],
    "acc1 = validate(val_loader, model, criterion, args)": _example(
        line=1,
        evidence=Evidence(NAME, ("validate",)),
        how="call",
        loader="val_loader",
        model="model",
        call="validate",
        result="acc1",
    ),
    "for epoch in range(epochs):\n"
    "    train(net, loader)\n"
    "    if epoch % 5 == 0:\n"
    "        validate(net, val_loader)": _example(
        line=4,
        evidence=Evidence(NAME, ("validate",)),
        how="call",
        loader="val_loader",
        model="net",
        call="validate",
        per="epochs",
        condition="epoch % 5 == 0",
    ),
    "from lightning import Trainer\n"
    "trainer = Trainer()\n"
    "trainer.test(model, test_loader)": _example(
        line=3,
        evidence=Evidence(API, ("lightning.Trainer",)),
        how="call",
        loader="test_loader",
        model="model",
        call="trainer.test",
    ),
    "for epoch in range(9):\n"
    '    for phase in ["train", "val"]:\n'
    "        for x, y in loaders[phase]:\n"
    "            loss = criterion(model(x), y)\n"
    '            if phase == "train":\n'
    "                loss.backward()": _example(
        line=3,
        evidence=Evidence(NAME, ("loaders",)),
        how="phase",
        loader="loaders[phase]",
        batch="x, y",
    ),
    "def accuracy(model, data_loader):\n"
    "    with torch.no_grad():\n"
    "        for x, y in data_loader:\n"
    "            hits += (model(x) == y).sum()\n"
    "    return hits\n"
    "score = accuracy(net, test_loader)": [
        Evaluation(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("data_loader",)),
            how="loop",
            loader="data_loader",
            batch="x, y",
            no_gradients=2,
        ),
        Evaluation(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("accuracy",)),
            how="call",
            loader="test_loader",
            model="net",
            call="accuracy",
            result="score",
        ),
    ],
    (
        "for epoch in range(10):\n"
        "    run_epoch(epoch, train_loader, train=True)\n"
        "    run_epoch(epoch, val_loader, train=False)"
    ): [
        Evaluation(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("val_loader",)),
            how="call",
            loader="val_loader",
            call="run_epoch",
            per="epoch",
        )
    ],
    "for name, value in evaluator.run(train_state):\n    record(name, value)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("evaluator.run",)),
            how="call",
            call="evaluator.run",
        )
    ],
    "for i, batch in enumerate(eval_loader):\n    total += model(batch)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("eval_loader",)),
            how="loop",
            loader="eval_loader",
            batch="batch",
        )
    ],
    (
        "def evaluate(generator, eval_loader):\n"
        "    for x, y in eval_loader:\n"
        "        x, y = x[:1], y[:1]\n"
        "        break\n"
        "    return generator.infer(x)"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("eval_loader",)),
            how="loop",
            loader="eval_loader",
            batch="x, y",
            first_only=True,
        )
    ],
    ("from evaluation import evaluate\nevaluate(actor_critic, env_name, seed)"): [
        Evaluation(
            line=2, end=2, evidence=Evidence(NAME, ("evaluate",)), how="call", call="evaluate"
        )
    ],
    (
        "def validate(val_loader, model):\n"
        "    source = Prefetcher(val_loader)\n"
        "    x = source.next()\n"
        "    while x is not None:\n"
        "        losses.append(model(x))\n"
        "        x = source.next()"
    ): [Evaluation(line=4, end=4, evidence=Evidence(FLOW, ("x is not None",)), how="loop")],
    "from detectron2.evaluation import inference_on_dataset\n"
    "def test(cfg, model):\n"
    "    for name in cfg.DATASETS.TEST:\n"
    "        inference_on_dataset(model, build_loader(cfg, name), judges[name])": _example(
        line=4,
        evidence=Evidence(API, ("detectron2.evaluation.inference_on_dataset",)),
        how="call",
        model="model",
        call="inference_on_dataset",
    ),
    (
        "def test():\n"
        "    model.eval()\n"
        "    output = model(features, adj)\n"
        "    return accuracy(output[idx_test], labels[idx_test])\n"
        "score = test()"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("test",)),
            how="call",
            call="test",
            result="score",
        )
    ],
    (
        "from stable_baselines3.common.callbacks import EvalCallback\n"
        "callback = EvalCallback(env, eval_freq=500)"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(API, ("stable_baselines3.common.callbacks.EvalCallback",)),
            how="callback",
            call="EvalCallback",
        )
    ],
    (
        "def epoch():\n"
        "    loss = criterion(net(x)[train_idx], y[train_idx])\n"
        "    loss.backward()\n"
        "    net.eval()\n"
        "    out = net(x)"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("net",)),
            how="pass",
            result="out",
            model="net",
            eval_mode=4,
        )
    ],
    (
        "from evaluate import evaluate\n"
        "for it in range(max_iter):\n"
        "    loss = net(batch)\n"
        "    loss.backward()\n"
        "    evaluate(folder, 'last.pth')"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("evaluate",)),
            how="call",
            call="evaluate",
            per="step",
        )
    ],
    (
        "def evaluate_policy(policy):\n"
        "    for _ in range(9):\n"
        "        state, done = env.reset(), False\n"
        "        while not done:\n"
        "            state, reward, done, _ = env.step(policy.select_action(state))"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("_",)),
            how="episodes",
        )
    ],
    (
        "for _ in range(episodes):\n"
        "    state = env.reset()\n"
        "    while not done:\n"
        "        action = agent.select_action(state, evaluate=True)\n"
        "        state, reward, done, _ = env.step(action)"
    ): [Evaluation(line=1, end=1, evidence=Evidence(FLOW, ("_",)), how="episodes")],
    "result = test_collector.collect(n_episode=10)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("test_collector.collect",)),
            how="call",
            call="test_collector.collect",
            result="result",
        )
    ],
    (
        "class Agent:\n"
        "    def step(self, action):\n"
        "        return self.env.step(action)\n"
        "    def test(self):\n"
        "        while not done:\n"
        "            action = self.select_action(state)\n"
        "            state, reward, done = self.step(action)"
    ): [Evaluation(line=5, end=5, evidence=Evidence(FLOW, ("not done",)), how="episodes")],
    "results.update(Trainer.test_with_tta(cfg, model))": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Trainer.test_with_tta",)),
            how="call",
            call="Trainer.test_with_tta",
            model="model",
        )
    ],
    "returns = eval_sampler.sample(policy, 5, deterministic=True)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("eval_sampler.sample",)),
            how="call",
            call="eval_sampler.sample",
            result="returns",
        )
    ],
    ("acc, threshold = perform_val(device, backbone, folder)"): [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("perform_val",)),
            how="call",
            call="perform_val",
            result="acc, threshold",
        )
    ],
    (
        "import torch\n"
        "net = torch.nn.DataParallel(net)\n"
        "for step in range(9):\n"
        "    loss.backward()\n"
        "    opt.step()\n"
        "    callback_verification(step, net)"
    ): [
        Evaluation(
            line=6,
            end=6,
            evidence=Evidence(NAME, ("callback_verification",)),
            how="call",
            call="callback_verification",
            model="net",
            per="step",
        )
    ],
    (
        "import evaluate\n"
        "import torch\n"
        "net = torch.nn.DataParallel(net)\n"
        "results.update(evaluate.validate_faces(net.module))"
    ): [
        Evaluation(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("evaluate.validate_faces",)),
            how="call",
            call="evaluate.validate_faces",
            model="net.module",
        )
    ],
    (
        "import torch\n"
        "for epoch in range(9):\n"
        "    net.train(False)\n"
        "    net.eval()\n"
        "    for x, y in valid_loader:\n"
        "        score += metric(net(x), y)\n"
        "net.train(False)\n"
        "net.eval()"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("valid_loader",)),
            how="loop",
            loader="valid_loader",
            batch="x, y",
            eval_mode=4,
        )
    ],
    "from tensorflow import keras\n"
    "model = keras.Sequential(layers)\n"
    "model.fit(x, y, epochs=9, validation_split=0.2)": _example(
        line=3,
        evidence=Evidence(FLOW, ("model.fit",)),
        how="fit",
        call="model.fit",
        per="epoch",
    ),
    "from tensorflow import keras\n"
    "model = keras.Sequential(layers)\n"
    "model.fit(x, y, validation_data=held_out)": _example(
        line=3,
        evidence=Evidence(FLOW, ("model.fit",)),
        how="fit",
        loader="held_out",
        call="model.fit",
        per="epoch",
    ),
    (
        "import torch\n"
        "model = Net()\n"
        "def evaluate(data, size):\n"
        "    model.eval()\n"
        "    i = 0\n"
        "    with torch.no_grad():\n"
        "        while i + size <= len(data):\n"
        "            batch = data[i : i + size]\n"
        "            scores[i : i + size] = model(batch)\n"
        "            i += size"
    ): [
        Evaluation(
            line=7,
            end=7,
            evidence=Evidence(FLOW, ("i + size <= len(data)",)),
            how="loop",
            eval_mode=4,
            no_gradients=6,
        )
    ],
    (
        "from detectron2.engine import hooks\n"
        "trainer.register_hooks([hooks.EvalHook(500, lambda: do_test(cfg, model))])"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(API, ("detectron2.engine.hooks.EvalHook",)),
            how="callback",
            call="EvalHook",
        )
    ],
    ("repeat_eval_ckpt(model, test_loader, args)\n"): [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("repeat_eval_ckpt",)),
            how="call",
            loader="test_loader",
            call="repeat_eval_ckpt",
            model="model",
        )
    ],
    (
        "import torch\n"
        "class Trainer:\n"
        "    def val(self):\n"
        "        with torch.no_grad():\n"
        "            outputs = self.process(next(self.val_iter))\n"
        "    def run(self):\n"
        "        for batch in self.loader:\n"
        "            self.loss(batch).backward()\n"
        "            self.optimizer.step()\n"
        "            self.val()\n"
        ""
    ): [
        Evaluation(
            line=10,
            end=10,
            evidence=Evidence(NAME, ("self.val",)),
            how="call",
            call="self.val",
            per="step",
        )
    ],
    "def eval(index, model):\n"
    "    return score(model(index))\n"
    "loss = eval(val_index, model)": _example(
        line=3,
        evidence=Evidence(NAME, ("eval",)),
        how="call",
        model="model",
        call="eval",
        result="loss",
    ),
    ("for x, y in val_loader.get_iterator():\n    metrics = engine.eval(x, y)"): [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("val_loader.get_iterator()",)),
            how="loop",
            loader="val_loader.get_iterator()",
            batch="x, y",
        )
    ],
    ("scores = trainer.evaluate_from_list(test_list)"): [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("trainer.evaluate_from_list",)),
            how="call",
            call="trainer.evaluate_from_list",
            result="scores",
        )
    ],
    (
        "class Trainer:\n"
        "    def get_metrics(self, batch):\n"
        "        return self.policy(batch).loss\n"
        "    def train(self):\n"
        "        for batch in tqdm(self.eval_batches) if self.rank == 0 else self.eval_batches:\n"
        "            with torch.no_grad():\n"
        "                metrics = self.get_metrics(batch)"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("self.eval_batches",)),
            how="loop",
            loader="self.eval_batches",
            batch="batch",
            no_gradients=6,
        )
    ],
    ("hit_rate, ndcg = evaluate.metrics(model, test_loader, args.top_k)"): [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("evaluate.metrics", "test_loader")),
            how="call",
            loader="test_loader",
            call="evaluate.metrics",
            result="hit_rate, ndcg",
            model="model",
        )
    ],
    (
        "class Trainer:\n"
        "    def evaluate(self, val_loader):\n"
        "        self.model.eval()\n"
        "        for batch in val_loader:\n"
        "            self.model(batch)\n"
        "    def save_and_log(self, step):\n"
        "        if step % 100 == 0:\n"
        "            self.evaluate(self.val_loader)\n"
        "    def fit(self):\n"
        "        for batch in self.train_loader:\n"
        "            self.model(batch).backward()\n"
        "            self.save_and_log(step)"
    ): [
        Evaluation(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("val_loader",)),
            how="loop",
            loader="val_loader",
            batch="batch",
            eval_mode=3,
        ),
        Evaluation(
            line=8,
            end=8,
            evidence=Evidence(FLOW, ("self.evaluate",)),
            how="call",
            loader="self.val_loader",
            call="self.evaluate",
            per="step",
            condition="step % 100 == 0",
        ),
    ],
    ("import procedure\nprocedure.Test(dataset, model, epoch)"): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("procedure.Test",)),
            how="call",
            call="procedure.Test",
            model="model",
        )
    ],
    (
        "def test(dataset, recmodel):\n"
        "    with torch.no_grad():\n"
        "        for users in minibatch(dataset, 64):\n"
        "            rating = recmodel.get_rating(users)"
    ): [
        Evaluation(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("minibatch(dataset, 64)",)),
            how="loop",
            loader="minibatch(dataset, 64)",
            batch="users",
            no_gradients=2,
        )
    ],
    (
        "def run(epoch, validate=False):\n"
        "    for x, y in loader:\n"
        "        loss = criterion(net(x), y)\n"
        "        if not validate:\n"
        "            loss.backward()\n"
        "            optimizer.step()\n"
        "for epoch in range(9):\n"
        "    run(epoch)\n"
        "    with torch.no_grad():\n"
        "        score = run(epoch, validate=True)"
    ): [
        Evaluation(
            line=10,
            end=10,
            evidence=Evidence(FLOW, ("validate=True",)),
            how="call",
            call="run",
            result="score",
            per="epoch",
        ),
    ],
}
COUNTEREXAMPLES = {
    "paths = eval_sampler.sample(batch_size)": "nothing tells that the policy is only measured",
    (
        "for _ in range(episodes):\n"
        "    action = agent.select_action(state)\n"
        "    state, reward, done, _ = env.step(action)"
    ): "the policy explores",
    "result = train_collector.collect(n_episode=10)": "data for training are gathered",
    "import torch\n@torch.no_grad()\ndef extract_features(model, loader):\n"
    "    for x in loader:\n        kept.append(model(x))\n"
    "features = extract_features(model, test_loader)": "something else is done with what it gives",
    "names = faces_test(model, pairs)": "what it gives is no result by its name",
    (
        "def get_clusters(data_loader):\n"
        "    model.eval()\n"
        "    with torch.no_grad():\n"
        "        for x, indices in data_loader:\n"
        "            table[indices] = model(x)"
    ): "what the model gives is kept, and not measured",
    "self._maybe_log_save_evaluate(loss, model, epoch)": "it may evaluate, or not",
    "import torch\ndef predict(model, test_loader):\n    with torch.no_grad():\n"
    "        for x in test_loader:\n            out = model(x)": "predictions are made",
    "from tensorflow import keras\n"
    "model = keras.Sequential(layers)\n"
    "model.fit(x, y, validation_data=None)": "nothing is held out",
    ("perform_setup(model)"): "something else is performed",
    (
        "def collect(policy):\n"
        "    for _ in range(9):\n"
        "        state, reward, done, _ = env.step(policy.act(state))"
    ): "data are collected, nothing is measured",
    ("from rules import evaluate\nevaluate(expression)"): "another matter than the model",
    ("net.eval()\nout = net(x)"): "nothing is trained here",
    "def test():\n    check(parser)\ntest()": "a test of the code",
    ("import evaluate\nresults.update(evaluate.validate_arguments(args))"): "no model is given",
    (
        "class Meter:\n"
        "    def val(self):\n"
        "        return self.total / self.count\n"
        "    def show(self):\n"
        "        print(self.val())\n"
        ""
    ): "the value of a meter",
    (
        "import torch\n"
        "@torch.no_grad()\n"
        "def denoise(model, steps, x):\n"
        "    begin = 0\n"
        "    while begin < len(steps):\n"
        "        part = steps[begin:begin + 4]\n"
        "        x = model(x, part)\n"
        "        begin += 4"
    ): "an image is made step by step",
    "loss = eval(written, model)": "what Python itself evaluates",
    (
        "class PredictionLoop:\n"
        "    @torch.no_grad()\n"
        "    def run(self):\n"
        "        while True:\n"
        "            batch = next(fetcher)\n"
        "            out = model(batch)"
    ): "predicts and measures nothing",
    "val_loader = get_dataloader(val_loader, 'val', is_train=False)": "makes data for one",
    (
        "counts = fit(fabric=fabric, train_dataloader=a, val_dataloader=val_dataloader, eval=eval)"
    ): "a training that is told how to evaluate",
    (
        "def evaluate(model, eval_metrics):\n"
        "    for metric in eval_metrics:\n"
        "        metric.reset()\n"
        "    return model(x)"
    ): "metrics are reset, no data are gone through",
    (
        "def collect(source, model):\n"
        "    x = source.next()\n"
        "    while x is not None:\n"
        "        seen.append(x)\n"
        "        x = source.next()"
    ): "reads data and measures nothing",
    "left = self._evaluate_all()": "evaluates an expression",
    "self.validate_loop = _EvaluationLoop(self, model)": "an object is made, nothing runs yet",
    "model.eval()": "only switches the mode",
    "for x, y in val_loader:\n    counts[y] += 1": "statistics of the data, no model runs",
    "value = eval(expression)": "Python's own eval",
    "validate_args(args)": "checks the settings",
    "def build(train, test):\n    test_set = load(test)\n    return test_set": "names of data",
    (
        'def test_masking():\n    for batch in loader:\n        total += batch["mask"].sum().item()'
    ): "batches are counted, no model is asked",
    ("loss = training_loss(model, train_loader, val_loader)"): "it trains",
}
