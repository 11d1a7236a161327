"""Progress bars: tqdm, rich, progressbar, fastprogress, alive-progress, progress."""

from pseudogen.knowledge.api import Api

_TQDM = Api("progress", ("iterable", "desc", "total"), {}, "https://tqdm.github.io/docs/tqdm/")
_RANGE = Api("progress", ("stop",), {}, "https://tqdm.github.io/docs/shortcuts/")
_RICH = Api("progress", ("sequence",), {}, "https://rich.readthedocs.io/en/stable/progress.html")
_BAR = Api("progress", ("desc",), {}, "https://github.com/verigak/progress")

EXACT: dict[str, Api] = {
    **{f"{module}.tqdm": _TQDM for module in ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.std")},
    **{f"{module}.trange": _RANGE for module in ("tqdm", "tqdm.auto", "tqdm.notebook")},
    "tqdm.autonotebook.tqdm": _TQDM,
    "tqdm.rich.tqdm": _TQDM,
    "tqdm.asyncio.tqdm": _TQDM,
    "tqdm.contrib.tenumerate": _TQDM,
    "tqdm.tqdm_notebook": _TQDM,
    "rich.progress.track": _RICH,
    "rich.progress.Progress": Api("progress", (), {}, _RICH.source),
    "progressbar.ProgressBar": Api("progress", (), {}, "https://progressbar-2.readthedocs.io/"),
    "progressbar.progressbar": Api("progress", (), {}, "https://progressbar-2.readthedocs.io/"),
    "fastprogress.progress_bar": Api(
        "progress", ("gen",), {}, "https://fastai.github.io/fastprogress/"
    ),
    "fastprogress.master_bar": Api(
        "progress", ("gen",), {}, "https://fastai.github.io/fastprogress/"
    ),
    "alive_progress.alive_bar": Api(
        "progress", ("total",), {}, "https://github.com/rsalmei/alive-progress"
    ),
    "mmcv.track_iter_progress": Api("progress", ("tasks",), {}, "https://mmcv.readthedocs.io/"),
    "mmengine.utils.track_iter_progress": Api(
        "progress", ("tasks",), {}, "https://mmengine.readthedocs.io/"
    ),
    "accelerate.utils.tqdm": _TQDM,
    **{f"progress.bar.{kind}Bar": _BAR for kind in ("", "Charging", "Incremental", "Pixel")},
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ("tqdm.tqdm", "tqdm.trange", "alive_progress.alive_bar")
