"""A few of the generated invoices; `python -m tests.documents.generated` validates a thousand."""

from promosms.documents.data import frozen, thawed
from tests.documents.generated import generated, wrong


def test_invoices_of_all_kinds_are_valid_and_can_be_printed():
    errors_of = {
        data.label: wrong(data, printed=at < 5) for at, data in enumerate(generated(30, 7))
    }
    assert {label: errors for label, errors in errors_of.items() if errors} == {}


def test_the_same_seed_gives_the_same_invoices_and_they_can_be_frozen():
    once = list(generated(30, 3))
    assert once == list(generated(30, 3))
    assert [thawed(frozen(data)) for data in once] == once
