"""Mutations of the supervisor's forks, and of the lock of a gateway connection."""

from tests.mutations.mutation import SERVICES, Mutation

_FORKS, _TESTS = "promosms/supervisor/forks.py", "tests/running/test_forks.py"
_RUN = "promosms/supervisor/run.py"
_LOCK = f"{SERVICES}gateways/connection_lock.py"
_LOCKED = "tests/services/gateways/test_connection_lock.py"
_AFTER = "\n    end_with_parent()\n    if "
_SIGNALS = f"signal.signal(number, signal.SIG_DFL){_AFTER}"
SUPERVISOR = (
    Mutation(_FORKS, "threading.active_count() > 1", "False", _TESTS),
    Mutation(_FORKS, "if os.getpid() == supervisor:", "if True:", _TESTS),
    Mutation(_FORKS, "if os.getpid() == supervisor:", "if False:", _TESTS),
    Mutation(_FORKS, "os.setpgid(0, 0)", "pass", _TESTS),
    Mutation(_FORKS, "name_process(name)", "pass", _TESTS),
    Mutation(_FORKS, _SIGNALS, f"pass{_AFTER}", _TESTS),
    Mutation(_FORKS, "    log.critical(CRASH, exc_info=True)", "    pass", _TESTS),
    Mutation(_FORKS, "raise error\n", "pass\n", _TESTS),
    Mutation(_RUN, "except worker.Refused as", "except KeyError as", _TESTS),
    Mutation("promosms/supervisor/orphans.py", "== mark:", "== '':", _TESTS),
    Mutation(_LOCK, "session.execute(LET_GO, self._name())", "pass", _LOCKED, "postgresql"),
    Mutation(_LOCK, "if not session.invalidated:", "if True:", _LOCKED, "postgresql"),
)
