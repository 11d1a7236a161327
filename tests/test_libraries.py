"""What an explanation says of the calls of libraries that no pattern names."""

from __future__ import annotations

import json
import re

import pytest

import pseudogen
from pseudogen.explanation.libraries import KINDS
from pseudogen.languages import languages, template_root

_DATA = "from datasets import load_dataset\nraw = load_dataset('imdb')\n"


def told(code: str, lang: str = "en") -> str:
    """The sentences of the code between the findings."""
    made = json.loads(pseudogen.explain(code, lang=lang, format="json"))
    return " ".join(p["text"] for stage in made["stages"] for p in stage["passages"])


@pytest.mark.parametrize("lang", languages())
def test_each_language_has_words_for_each_kind(lang: str) -> None:
    written = (template_root() / lang / "libraries.jinja").read_text(encoding="utf-8")
    table = written.partition("{% set said = {")[2]
    assert {kind for kind in KINDS if f'"{kind}": _' not in table} == set()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("x = raw.map(tokenize, batched=True)",
         "`tokenize` is applied to the samples of `raw`, several at a time, which gives `x`."),
        ("raw = raw.map(tokenize)", "`tokenize` is applied to the samples of `raw`."),
        ("x = raw['train'].shuffle(seed=7).select(range(9))",
         "`x` has the samples of `raw['train'].shuffle(seed=7)` at `range(9)`."),
        ("raw = raw.filter(short)", "`raw` keeps only the samples for which `short` holds."),
        ("raw = raw.remove_columns(['id'])", "`raw` loses the columns `['id']`."),
        ("x = raw.rename_column('label', 'y')",
         "`x` is `raw` with the column `'label'` renamed to `'y'`."),
        ("x = raw.shuffle()", "`x` is `raw` in a random order."),
        ("x = other.map(tokenize)", "`x` becomes `other.map(tokenize)`."),
    ],
)  # fmt: skip
def test_what_is_done_to_a_data_set(call: str, said: str) -> None:
    assert told(_DATA + call) == said
    assert told(_DATA + call, "zh")


def test_the_settings_of_a_run_are_told_beside_the_findings() -> None:
    code = (
        "from transformers import AutoModel, Trainer, TrainingArguments\n"
        "model = AutoModel.from_pretrained('gpt2')\n"
        "options = TrainingArguments(\n"
        "    'out', num_train_epochs=2, per_device_train_batch_size=8, fp16=True,\n"
        "    eval_strategy='steps', eval_steps=50, save_strategy='no', report_to='none',\n"
        "    load_best_model_at_end=keep, group_by_length=True)\n"
        "trainer = Trainer(model, options, train_dataset=data, eval_dataset=None)\n"
        "trainer.train()\n"
    )
    said = told(code)
    assert (
        "`options` sets up the run: `2` epochs, batches of `8` on each device, samples of like "
        "length in one batch, an evaluation every `50` steps."
    ) in said
    assert "`trainer` is to train `model` on `data`, as `options` sets it up." in said
    assert "`options` 设定本次训练：共 `2` 个 epoch，每个设备的批大小为 `8`" in told(code, "zh")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("mlm=False", "puts samples together into a batch, whose labels are the inputs themselves"),
        ("mlm_probability=0.3", "and hides a share of the tokens (`0.3`)"),
        ("mlm=masked", "whether tokens are hidden for the model to guess, `masked` says"),
    ],
)
def test_how_batches_are_put_together(arguments: str, said: str) -> None:
    imported = "from transformers import DataCollatorForLanguageModeling as Collator, set_seed\n"
    assert said in told(f"{imported}set_seed(1)\nput = Collator(tokens, {arguments})\n")


def test_a_collator_of_the_script_may_make_other_labels() -> None:
    code = (
        "from transformers import DataCollatorForLanguageModeling, set_seed\n"
        "class OnlyAnswers(DataCollatorForLanguageModeling):\n"
        "    def torch_call(self, examples):\n"
        "        return hide_questions(super().torch_call(examples))\n"
        "set_seed(1)\n"
        "put = OnlyAnswers(tokens, mlm=False)\n"
    )
    assert "labels are the inputs" not in told(code)


def test_a_pipeline_is_told_with_its_task_and_model() -> None:
    code = (
        "from transformers import pipeline, set_seed\nset_seed(1)\n"
        'write = pipeline("text-generation", model=model)\n'
    )
    said = '`write` is a pipeline that runs `model` for the task `"text-generation"`'
    assert said in told(code)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("torch.cuda.empty_cache()", "`torch.cuda.empty_cache()` gives back the GPU memory"),
        ("torch.cuda.synchronize()", "`torch.cuda.synchronize()` waits until the GPU has done"),
        ("gc.collect()", "`gc.collect()` runs Python's garbage collector"),
        ("torch.set_float32_matmul_precision('high')", "be computed in lower precision"),
        ("torch.set_float32_matmul_precision('highest')", "in full float32 precision"),
        ("torch.set_float32_matmul_precision(p)", "says how exactly products"),
        ("torch.autograd.set_detect_anomaly(True)", "has backward passes checked for values"),
        ("torch.set_num_threads(4)", "says how many threads PyTorch uses on the CPU"),
        ("warnings.filterwarnings('ignore')", "hides warnings."),
        (
            "warnings.simplefilter('ignore', category=FutureWarning)",
            "hides warnings of the kind `FutureWarning`.",
        ),
        (
            "warnings.filterwarnings('ignore', 'old', module='m')",
            "matches `'old'` from the module `'m'`",
        ),
        (
            "torch.backends.cuda.matmul.allow_tf32 = True",
            "lets products of float32 matrices use TF32",
        ),
        (
            "torch.backends.cudnn.allow_tf32 = False",
            "keeps convolutions in float32 from using TF32",
        ),
    ],
)
def test_what_is_done_to_the_process_itself(line: str, said: str) -> None:
    code = f"import gc, warnings\nimport torch\ntorch.manual_seed(1)\n{line}\n"
    assert said in told(code)


def test_adapters_on_quantized_weights() -> None:
    code = (
        "import torch\n"
        "from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training\n"
        "from transformers import AutoModel, AutoTokenizer, BitsAndBytesConfig\n"
        "small = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)\n"
        "model = AutoModel.from_pretrained('gpt2', quantization_config=small)\n"
        "model = prepare_model_for_kbit_training(model)\n"
        "lora = LoraConfig(r=8, lora_alpha=16, target_modules=['c_attn'])\n"
        "tuned = get_peft_model(model, lora)\n"
        "tokens = AutoTokenizer.from_pretrained('gpt2')\n"
    )
    said = told(code)
    for part in (
        "`small` asks for weights that are stored in 4 bits, and computed with in `torch.bfloat16`",
        "`model` is made ready for training on top of quantized weights: they are frozen",
        "low-rank adapters (LoRA): rank `8`, scaled by `16` over the rank, in the modules",
        "its own weights are frozen but for those named there; the result is `tuned`",
        "`tokens` is the tokenizer stored under `'gpt2'`",
    ):
        assert part in said


def test_the_settings_of_a_run_at_a_glance() -> None:
    code = (
        "from transformers import AutoModel, Trainer, TrainingArguments\n"
        "model = AutoModel.from_pretrained('gpt2')\n"
        "options = TrainingArguments('out', per_device_train_batch_size=8, learning_rate=rate,\n"
        "    weight_decay=0.1, eval_strategy='steps', eval_steps=50, save_strategy='epoch',\n"
        "    gradient_accumulation_steps=4, report_to='wandb')\n"
        "trainer = Trainer(model, options, train_dataset=data)\n"
        "trainer.train()\n"
    )
    said = pseudogen.explain(code + "\n" * 60, format="markdown")
    rows = dict(re.findall(r"^\| (\w[\w ]+?) +\| (.+?) +\|", said, re.M))
    assert rows["Batch size"] == "`8` on each device"
    assert rows["Optimizer"] == "learning rate `rate`, weight decay `0.1`"
    assert rows["Gradients"] == "accumulated over `4` batches"
    assert rows["Evaluation"] == "every `50` steps"
    assert rows["Checkpoints"] == "saved after each epoch"
    assert rows["Logging"] == "`'wandb'`"


def test_how_long_a_trainer_trains_is_in_its_settings() -> None:
    code = (
        "from trl import GRPOConfig, GRPOTrainer\n"
        "def score(texts):\n"
        "    return [float('42' in text) for text in texts]\n"
        "options = GRPOConfig(max_steps=250, num_generations=8)\n"
        "trainer = GRPOTrainer(model, reward_funcs=[score], args=options, train_dataset=data)\n"
        "trainer.train()\n"
    )
    said = pseudogen.explain(code + "\n" * 60, format="markdown")
    assert "runs the training loop: at most `250` steps" in said
    assert "`[score]` rate what it writes" in said
    assert "`score` (lines 2–3): handed over on line 5; returns `[float('42' in text)" in said
    shadowed = code.replace("options = GRPO", "score = None\noptions = GRPO")
    assert "handed over" not in pseudogen.explain(shadowed + "\n" * 60)


def test_how_a_detector_trains_itself() -> None:
    code = (
        "from ultralytics import YOLO\n"
        "model = YOLO('yolov8n.pt')\n"
        "model.train(data='pets.yaml', epochs=9, imgsz=320, batch=4, lr0=0.01, cos_lr=True,\n"
        "            patience=20, amp=False, freeze=None)\n"
    )
    assert told(code) == (
        "`model` trains on the data `'pets.yaml'`, on images of `320` pixels a side, to the end, "
        "or until `20` epochs in a row have brought no improvement, in batches of `4`, with a "
        "learning rate that falls along a cosine."
    )
    assert "学习率按余弦下降" in told(code, "zh")
    assert "trains on the data" not in told(code.replace("YOLO", "Net"))


def test_how_a_lightning_trainer_runs_and_where_its_tracker_is_made() -> None:
    code = (
        "import lightning.pytorch as pl\n"
        "from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger\n"
        "trainer = pl.Trainer(accelerator='gpu', devices=2, max_epochs=3,\n"
        "    logger=TensorBoardLogger('runs'), callbacks=[keep, pl.callbacks.Timer('1:00')],\n"
        "    val_check_interval=0.5)\n"
        "trainer.fit(model, data)\n"
    )
    assert told(code) == (
        "`trainer` trains on `2` devices (`'gpu'`), evaluates each time that the share `0.5` "
        "of an epoch is done, logs to `TensorBoardLogger('runs')`, calls "
        "`[keep, pl.callbacks.Timer(…)]` as it goes."
    )
    assert "A tracker is made and handed on (TensorBoard)" in pseudogen.explain(code)
    assert "trainer ← pl.Trainer(accelerator" in pseudogen.pseudo(code)


@pytest.mark.parametrize(
    ("arguments", "said", "unsaid"),
    [
        ("batch=0.7", "in batches that fill the share `0.7` of the GPU memory", "batches of"),
        ("batch=-1, freeze=10", "with its first `10` layers frozen", "batches"),
        ("freeze=[0, 2]", "with the layers `[0, 2]` frozen", "first"),
        (
            "optimizer='SGD', lr0=0.1",
            "the optimizer `'SGD'`, from a learning rate of `0.1`",
            "auto",
        ),
        ("optimizer='auto', lr0=0.1, device=[0, 1]", "on the devices `[0, 1]`.", "0.1"),
    ],
)
def test_what_the_settings_of_a_detector_mean(arguments: str, said: str, unsaid: str) -> None:
    made = "from ultralytics import YOLO\nmodel = YOLO('yolov8n.pt')\n"
    code = f"{made}model.train(data=d, epochs=9, {arguments})\n"
    assert said in told(code)
    assert unsaid not in told(code)
    assert told(code, "zh")


_RUN = "from transformers import TrainingArguments, set_seed\nset_seed(1)\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("num_train_epochs=3, max_steps=500", "`500` steps in all."),
        ("num_train_epochs=3, max_steps=-1", "`3` epochs."),
        ("num_train_epochs=3, max_steps=most",
         "`3` epochs, or `most` steps in all, if that is positive."),
        ("eval_strategy='steps', eval_steps=0.2",
         "an evaluation each time that the share `0.2` of all steps is done."),
        ("save_total_limit=1", "only the last checkpoint kept."),
        ("save_total_limit=1, load_best_model_at_end=True",
         "only the last and the best checkpoint kept, the best model loaded again at the end."),
        ("deepspeed=args.deepspeed", "DeepSpeed as `args.deepspeed` says, if that is given."),
    ],
)  # fmt: skip
def test_what_the_settings_of_a_run_mean(arguments: str, said: str) -> None:
    code = f"{_RUN}options = TrainingArguments({arguments})\n"
    assert told(code) == f"`options` sets up the run: {said}"
    assert told(code, "zh")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("accelerator='auto', devices='auto'", "is to run the training"),
        ("accelerator='gpu', devices=-1", "trains on all devices (`'gpu'`)"),
        ("accelerator='gpu', devices=[0, 1]", "trains on the devices `[0, 1]` (`'gpu'`)"),
        ("devices=n", "trains on the devices that `n` says"),
        ("val_check_interval=0.25", "the share `0.25` of an epoch is done"),
        ("val_check_interval=500", "evaluates every `500` batches"),
        ("limit_train_batches=0.1", "takes only the share `0.1` of the training batches"),
        ("limit_train_batches=1.0, check_val_every_n_epoch=1", "is to run the training"),
    ],
)
def test_what_the_settings_of_lightning_mean(arguments: str, said: str) -> None:
    code = f"import lightning as L\nL.seed_everything(1)\nrunner = L.Trainer({arguments})\n"
    assert said in told(code)
    assert told(code, "zh")


def test_settings_made_where_the_trainer_gets_them() -> None:
    code = (
        "from transformers import Trainer, TrainingArguments, set_seed\n"
        "set_seed(1)\n"
        "trainer = Trainer(model, TrainingArguments('out', learning_rate=rate), callbacks=[a])\n"
    )
    assert told(code) == (
        "`trainer` is to train `model`; `TrainingArguments(…)` sets up the run: a learning rate of "
        "`rate`."
    )


def test_what_a_split_data_set_becomes() -> None:
    code = _DATA + "parts = raw.train_test_split(0.1)\ntrain = parts['train'].map(tokenize)\n"
    assert "`tokenize` is applied to the samples of `parts['train']`, which gives `train`." in told(
        code
    )


def test_a_command_gets_its_arguments_from_the_command_line() -> None:
    code = (
        "import fire\n"
        "from transformers import Trainer\n"
        "def train(base='gpt2', rate=1e-4):\n"
        "    trainer = Trainer(base, rate)\n"
        "    trainer.train()\n"
        "fire.Fire(train)\n"
    )
    assert "hands them to `train`" in pseudogen.explain(code)
    assert "base ← " not in pseudogen.pseudo(code, detail="outline")
    assert "run train with the options of the command line" in pseudogen.pseudo(code)


def test_what_grows_is_named_with_its_key() -> None:
    code = "import torch\ntorch.manual_seed(1)\nrow['ids'].append(end)\n"
    assert told(code) == "`end` is appended to `row['ids']`."
