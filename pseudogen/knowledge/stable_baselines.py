"""Stable-Baselines3: agents that learn by themselves, and their callbacks."""

from pseudogen.knowledge.api import Api

_DOCS = "https://stable-baselines3.readthedocs.io/en/master/"
_CALLBACKS = _DOCS + "guide/callbacks.html"
_AGENT = Api("model", ("policy", "env", "learning_rate"), {}, _DOCS, {"fit": "learn"})
_LOADED = Api("load", ("path", "env"), {}, _DOCS + "guide/save_format.html")

_AGENTS = {
    "stable_baselines3": ("A2C", "DDPG", "DQN", "PPO", "SAC", "TD3"),
    "sb3_contrib": ("ARS", "CrossQ", "MaskablePPO", "QRDQN", "RecurrentPPO", "TQC", "TRPO"),
}

EXACT: dict[str, Api] = {
    **{f"{package}.{name}": _AGENT for package, names in _AGENTS.items() for name in names},
    **{f"{package}.{name}.load": _LOADED for package, names in _AGENTS.items() for name in names},
    "stable_baselines3.common.callbacks.CheckpointCallback": Api(
        "checkpoint-callback", ("save_freq", "save_path"), {}, _CALLBACKS
    ),
    "stable_baselines3.common.callbacks.EvalCallback": Api(
        "evaluation-callback", ("eval_env",), {"eval_freq": "10000"}, _CALLBACKS
    ),
    "stable_baselines3.common.callbacks.StopTrainingOnNoModelImprovement": Api(
        "early-stopping", ("max_no_improvement_evals", "min_evals"), {}, _CALLBACKS
    ),
    "stable_baselines3.common.evaluation.evaluate_policy": Api(
        "evaluation", ("model", "env"), {}, _DOCS + "common/evaluation.html"
    ),
    "stable_baselines3.common.utils.set_random_seed": Api(
        "seed",
        ("seed",),
        {},
        _DOCS + "common/utils.html",
        {"library": "python numpy torch", "devices": ""},
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
