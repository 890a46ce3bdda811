"""The fixtures for pytest."""

import pytest

from .space import Space


@pytest.fixture
def open_space(tmp_path_factory):
    """Opens spaces that are deleted when the test ends: open_space(environment="sandbox", topics=["a.b"], devices=2)."""
    opened = []

    def open_one(**options):
        opened.append(Space(folder=tmp_path_factory.mktemp("space"), **options))
        return opened[-1]

    yield open_one
    for one in reversed(opened):
        one.close()


@pytest.fixture
def space(open_space):
    """A Space in production with one device, deleted when the test ends."""
    return open_space()


@pytest.fixture
def sandbox_space(open_space):
    """The same in the sandbox."""
    return open_space(environment="sandbox")
