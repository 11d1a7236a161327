"""What the launchers (torchrun, Slurm, MPI, Paddle) tell each process through its environment.

Rows are keyed `os.environ[NAME]`; the trait `scope` says whether a number counts the processes of
one machine or of all.
"""

from pseudogen.knowledge.api import Api

_TORCHRUN = "https://docs.pytorch.org/docs/stable/elastic/run.html#environment-variables"
_SLURM = "https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES"
_OPEN_MPI = "https://docs.open-mpi.org/en/main/tuning-apps/environment-var.html"
_MPICH = "https://github.com/pmodels/mpich/blob/main/doc/wiki/developer_guide.md"
_MVAPICH = "https://mvapich.cse.ohio-state.edu/userguide/"
_PADDLE = (
    "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/distributed/launch_en.html"
)


def _row(kind: str, scope: str, source: str, launcher: str) -> Api:
    return Api(kind, source=source, traits={"scope": scope, "launcher": launcher})


_VARIABLES: dict[str, Api] = {
    "RANK": _row("rank", "all", _TORCHRUN, "torchrun"),
    "LOCAL_RANK": _row("local-rank", "machine", _TORCHRUN, "torchrun"),
    "WORLD_SIZE": _row("world-size", "all", _TORCHRUN, "torchrun"),
    "LOCAL_WORLD_SIZE": _row("world-size", "machine", _TORCHRUN, "torchrun"),
    "GROUP_RANK": _row("node-rank", "all", _TORCHRUN, "torchrun"),
    "NODE_RANK": _row("node-rank", "all", _TORCHRUN, "torchrun"),
    "SLURM_PROCID": _row("rank", "all", _SLURM, "Slurm"),
    "SLURM_LOCALID": _row("local-rank", "machine", _SLURM, "Slurm"),
    "SLURM_NTASKS": _row("world-size", "all", _SLURM, "Slurm"),
    "SLURM_NPROCS": _row("world-size", "all", _SLURM, "Slurm"),
    "SLURM_NODEID": _row("node-rank", "all", _SLURM, "Slurm"),
    "OMPI_COMM_WORLD_RANK": _row("rank", "all", _OPEN_MPI, "Open MPI"),
    "OMPI_COMM_WORLD_LOCAL_RANK": _row("local-rank", "machine", _OPEN_MPI, "Open MPI"),
    "OMPI_COMM_WORLD_SIZE": _row("world-size", "all", _OPEN_MPI, "Open MPI"),
    "OMPI_COMM_WORLD_LOCAL_SIZE": _row("world-size", "machine", _OPEN_MPI, "Open MPI"),
    "PMI_RANK": _row("rank", "all", _MPICH, "MPICH"),
    "PMI_SIZE": _row("world-size", "all", _MPICH, "MPICH"),
    "MV2_COMM_WORLD_RANK": _row("rank", "all", _MVAPICH, "MVAPICH"),
    "MV2_COMM_WORLD_LOCAL_RANK": _row("local-rank", "machine", _MVAPICH, "MVAPICH"),
    "MV2_COMM_WORLD_SIZE": _row("world-size", "all", _MVAPICH, "MVAPICH"),
    "PADDLE_TRAINER_ID": _row("rank", "all", _PADDLE, "Paddle"),
    "PADDLE_TRAINERS_NUM": _row("world-size", "all", _PADDLE, "Paddle"),
}

EXACT: dict[str, Api] = {f"os.environ[{name}]": row for name, row in _VARIABLES.items()}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
