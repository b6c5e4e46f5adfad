"""Mutations of the way of a click: who is led on, who is counted, who stores for all."""

from tests.mutations.mutation import SERVICES, Mutation

_CLICKS, _REDIRECTS = f"{SERVICES}links/clicks.py", "promosms/views/links/redirects.py"
_STORED, _LED = "tests/services/links/test_links.py", "tests/views/links/test_follow.py"
_SERVER, _CROWDS = "promosms/supervisor/http_server.py", "tests/running/test_crowds.py"
CLICKS = (
    Mutation(_CLICKS, "if times == click.times:", "if True:", _STORED),
    Mutation(
        _CLICKS,
        "visit.target if _storing.ask(visit) else target(code)",
        "_storing.ask(visit) and visit.target",
        _LED,
    ),
    Mutation(_REDIRECTS, "request.is_secure and ", "", _LED),
    Mutation(_REDIRECTS, "self._is_ours(environ) and ", "", _LED),
    Mutation(_REDIRECTS, " and robots.is_person(request)", "", _LED),
    Mutation(_REDIRECTS, "self.app.process_response(Response(status=302))", "Response()", _LED),
    Mutation(_REDIRECTS, "except SQLAlchemyError:", "except KeyError:", _LED),
    Mutation(
        _SERVER,
        "wait = min(MODESTY * len(self.active_channels), LONGEST_MODESTY)",
        "wait = 0.0",
        "tests/running/test_modesty.py",
    ),
    Mutation(
        _SERVER,
        "        if self.accepting:\n",
        "        if True:\n",
        "tests/running/test_modesty.py",
    ),
    Mutation(_SERVER, "next(crowd, self.task_dispatcher)", "self.task_dispatcher", _CROWDS),
    Mutation(_SERVER, '"" if request.error else request.path', "request.path", _CROWDS),
)
