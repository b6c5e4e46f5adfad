"""Whatever a plug-in sends is a request, or refused with a status: nothing else can happen."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promosms.forms import rest32
from promosms.forms.rest32 import Fields
from promosms.services.api.rest32.requests import Asked
from promosms.services.api.rest32.statuses import NotDone
from promosms.views.api.plug_ins import FIELDS

NAMES = [name.removesuffix("[]") for name in FIELDS]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def read(fields: Fields) -> Asked | NotDone:
    try:
        return rest32.asked(fields)
    except NotDone as error:
        return error


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_json_is_read_or_refused(sent: dict[str, Any]) -> None:
    found = read(rest32.of_json(json.dumps(sent).encode()))
    assert isinstance(found, NotDone) or all(isinstance(one, str) for one in found.recipients)


@given(st.binary())
@example(b"\xff")
@example(b"a=%FF")
@example(b"recipients[=1&recipients]]=2&=3")
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        fields = rest32.of_query(body, 10)
    except NotDone:
        return
    assert isinstance(read(fields), Asked | NotDone)


def test_of_a_field_that_comes_twice_the_last_one_counts_as_in_php() -> None:
    fields = rest32.of_query(b"text=a&text=b&type=1&type=3", 10)
    asked = rest32.asked(fields)
    assert (asked.text, asked.type) == ("b", 3)


def test_there_are_not_more_fields_than_that() -> None:
    assert rest32.of_query(b"a=1&b=2", 2)
    with pytest.raises(NotDone):
        rest32.of_query(b"a=1&b=2&c=3", 2)
