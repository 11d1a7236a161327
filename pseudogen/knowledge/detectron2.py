"""detectron2: its loaders, models, evaluation and storage of metrics."""

from pseudogen.knowledge.api import Api

_DOCS = "https://detectron2.readthedocs.io/en/latest/modules/"
_EVENTS = _DOCS + "utils.html#module-detectron2.utils.events"
_COMM = _DOCS + "utils.html#module-detectron2.utils.comm"

EXACT: dict[str, Api] = {
    "detectron2.data.build_detection_train_loader": Api("loader", (), {}, _DOCS + "data.html"),
    "detectron2.data.build_detection_test_loader": Api("loader", (), {}, _DOCS + "data.html"),
    "detectron2.evaluation.inference_on_dataset": Api(
        "evaluation", ("model", "data_loader", "evaluator"), {}, _DOCS + "evaluation.html"
    ),
    # Metrics go to the storage; the writers write what it holds.
    "detectron2.utils.events.EventStorage": Api("writer", ("start_iter",), {}, _EVENTS),
    "detectron2.utils.events.TensorboardXWriter": Api(
        "writer", ("log_dir",), {}, _EVENTS, {"backend": "TensorBoard"}
    ),
    "detectron2.utils.events.JSONWriter": Api("writer", ("json_file",), {}, _EVENTS),
    "detectron2.engine.default_writers": Api(
        "writer", ("output_dir", "max_iter"), {}, _DOCS + "engine.html"
    ),
    **{
        f"detectron2.engine.{name}": Api(
            "wrap", ("model",), {}, _DOCS + "engine.html", {"wrap": "ddp"}
        )
        for name in ("create_ddp_model", "defaults.create_ddp_model")
    },
    **{
        f"detectron2.engine.hooks.{name}": Api(kind, params, {}, _DOCS + "engine.html", traits)
        for name, kind, params, traits in (
            ("LRScheduler", "scheduler", ("optimizer", "scheduler"), {"form": "other"}),
            ("PeriodicCheckpointer", "checkpoint-callback", ("checkpointer", "period"), {}),
            ("BestCheckpointer", "checkpoint-callback", ("eval_period", "checkpointer"), {}),
            ("EvalHook", "evaluation-callback", ("eval_period", "eval_function"), {}),
        )
    },
    **{
        f"detectron2.engine.{name}": Api("trainer", ("cfg",), {}, _DOCS + "engine.html")
        for name in ("DefaultTrainer", "defaults.DefaultTrainer")
    },
    **{
        f"detectron2.engine.{name}": Api("trainer", ("model",), {}, _DOCS + "engine.html")
        for name in ("SimpleTrainer", "AMPTrainer")
    },
    "detectron2.utils.comm.get_world_size": Api("world-size", (), {}, _COMM, {"scope": "all"}),
    "detectron2.utils.comm.get_local_rank": Api("local-rank", (), {}, _COMM),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
