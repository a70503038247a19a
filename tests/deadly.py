"""Work for engines that ends well, badly, or with its process."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """Something to do: `how` it ends, and the file that is there when it ended well."""

    name: str
    how: str
    folder: Path


def do(task: Task) -> None:
    """Do it; the file says which process did."""
    if task.how == "raises":
        message = f"{task.name} cannot be done"
        raise ValueError(message)
    if task.how == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.how == "kills once":
        mark = task.folder / f"{task.name} tried"
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    (task.folder / task.name).write_text(str(os.getpid()), "utf-8")
