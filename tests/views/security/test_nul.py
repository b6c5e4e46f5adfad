"""NUL in requests: removed from what is typed, kept in files."""

from io import BytesIO

from flask import Flask, request

from promosms.web.nul import NUL


def test_it_is_removed_from_fields_and_their_names(app: Flask) -> None:
    fields = {"na\0me": "a\0b", "text": ["\0", "one", "\0two"]}
    with app.test_request_context(method="POST", data=fields):
        assert request.form.to_dict(flat=False) == {"name": ["ab"], "text": ["", "one", "two"]}


def test_it_is_removed_from_arguments(app: Flask) -> None:
    with app.test_request_context("/recipients?q=a%00b&%00c=1&q=x"):
        assert request.args.to_dict(flat=False) == {"q": ["ab", "x"], "c": ["1"]}


def test_a_form_without_it_is_read_as_it_is(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"text": ["Żubr", "b"], "empty": ""}):
        assert request.form.to_dict(flat=False) == {"text": ["Żubr", "b"], "empty": [""]}


def test_files_are_not_changed(app: Flask) -> None:
    content = b"a\0b"
    fields = {"file": (BytesIO(content), "a.csv"), "text": f"x{NUL}"}
    with app.test_request_context(method="POST", data=fields):
        assert request.files["file"].read() == content
        assert request.form["text"] == "x"
