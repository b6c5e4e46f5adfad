"""The provider that these tests talk to."""

from collections.abc import Iterator

import pytest

from tests.gateways.http.provider import Provider, provider


@pytest.fixture
def there() -> Iterator[Provider]:
    """A provider on this machine."""
    with provider() as running:
        yield running
