"""How often programs may call, and how often somebody may try keys."""

from flask import Flask

from promosms.web.api import rate_limit
from tests.support.api import Program, new_key
from tests.support.cast import Cast
from tests.support.limits import with_limits

HERE = {"environ_overrides": {"REMOTE_ADDR": "2001:db8:1:2::3"}}
NEXT_DOOR = {"environ_overrides": {"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}}
ELSEWHERE = {"environ_overrides": {"REMOTE_ADDR": "2001:db8:1:3::3"}}


def test_a_key_may_call_so_often_a_minute(
    app: Flask, cast: Cast, program: Program, redis_url: str
) -> None:
    token = new_key(app, cast.owner.account_id, name="Other")
    with with_limits(app, redis_url, API_REQUESTS_PER_MINUTE=3) as limited:
        answers = [Program(limited, program.token).get("/routes") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"key";q=3;w=60'
        assert answers[0].headers["RateLimit"].startswith('"key";r=2;t=')
        assert 0 < int(answers[3].headers["Retry-After"]) <= 60
        assert Program(limited, token).get("/routes").status_code == 200


def test_those_who_come_together_are_counted_one_by_one(
    app: Flask, program: Program, redis_url: str
) -> None:
    with with_limits(app, redis_url, API_REQUESTS_PER_MINUTE=3) as limited, limited.app_context():
        for expected in ([1, 2, 1, 3], [4, 5, 2, 6]):
            counted = rate_limit.count_all(["one", "one", "other", "one"])
            assert [each and each.place for each in counted] == expected
            assert all(each and 0 < each.seconds <= 60 for each in counted)
        assert rate_limit.count_all([]) == []


def test_whoever_tries_keys_is_slowed_down(app: Flask, program: Program, redis_url: str) -> None:
    with with_limits(app, redis_url) as limited:
        nobody = Program(limited)
        answers = [nobody.get("/routes", **HERE).status_code for _ in range(31)]
        assert answers == [401] * 30 + [429]
        assert nobody.get("/routes", **NEXT_DOOR).status_code == 429
        assert nobody.get("/routes", **ELSEWHERE).status_code == 401
        assert Program(limited, program.token).get("/routes", **HERE).status_code == 200


def test_without_redis_nothing_is_counted_and_everything_works(
    app: Flask, program: Program
) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    with with_limits(app, nowhere) as limited:
        answer = Program(limited, program.token).get("/routes")
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers
