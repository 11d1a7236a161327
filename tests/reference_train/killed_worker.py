"""The trainer, with a worker that is killed in the middle of its second epoch, once.

Started by torchrun in test_survival.py. What kills it stands here and not in the trainer.
"""

import os
import signal
from pathlib import Path

from reference_train import train

KILLED_EPOCH, KILLED_STEP = 1, 2
set_optimizer_lr = train.set_optimizer_lr
fit_one_epoch = train.fit_one_epoch


def fit_until_killed(model_train, state, *rest):
    """As `fit_one_epoch`, until the moment comes."""
    steps = iter(range(10**9))

    def set_lr(optimizer, lr):
        mark = Path(os.environ["KILLED_MARK"])
        is_victim = os.environ["RANK"] == "1" and not mark.exists()
        if is_victim and state.epoch == KILLED_EPOCH and next(steps) == KILLED_STEP:
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        set_optimizer_lr(optimizer, lr)

    train.set_optimizer_lr = set_lr
    return fit_one_epoch(model_train, state, *rest)


if __name__ == "__main__":
    train.fit_one_epoch = fit_until_killed
    train.main()
