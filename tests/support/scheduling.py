"""Which test runs in which process: as xdist decides it, without work that grows with the square.

xdist counts what a process has left among all that it was ever given, and looks for each test in
the list of all tests. With thousands of tests that takes seconds of a core.
"""

from collections.abc import Sequence
from typing import Any

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController


class Collection(list[str]):
    """The names of all tests in their order. It knows the place of each."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.places = {name: place for place, name in reversed(list(enumerate(names)))}

    def index(self, name: str, *_limits: Any) -> int:
        """The place of a test."""
        return self.places[name]


class GroupScheduling(LoadGroupScheduling):
    """Gives groups of tests to processes, and forgets each group when it is done."""

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Note the tests that a process has collected."""
        super().add_node_collection(node, collection)
        if node in self.registered_collections:
            self.registered_collections[node] = Collection(collection)

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Note that a test is done, and give the process more when it has little left."""
        group = self._split_scope(self.registered_collections[node][item_index])
        super().mark_test_complete(node, item_index, duration)
        if all(self.assigned_work[node][group].values()):
            del self.assigned_work[node][group]
