"""A disk that becomes full."""

import resource
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Disk:
    """A small file system; if it cannot be mounted, a limit for the size of files."""

    def __init__(self, folder: Path, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted
        self.ballast = folder / "ballast"

    @property
    def kind(self) -> str:
        """The method by which it becomes full."""
        return "a full file system" if self.mounted else "a limit to the size of files"

    def fill(self, pids: Iterable[int]) -> None:
        """Fill it to the last byte."""
        if not self.mounted:
            for pid in pids:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            return
        with self.ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while file.write(b"\0" * size):
                        continue

    def free(self, pids: Iterable[int]) -> None:
        """Free the space again."""
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        for pid in () if self.mounted else pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
        self.ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk of this size in a folder, if the machine allows us to mount one."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(folder)]
    mounted = (
        bool(shutil.which("mount"))
        and not subprocess.run(words, capture_output=True, check=False).returncode
    )
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
