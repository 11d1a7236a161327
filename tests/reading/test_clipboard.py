import sys

import pytest

from pseudogen.errors import InputError
from pseudogen.reading.clipboard import read_clipboard

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tools of X11 and Wayland")


@pytest.fixture
def tool(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    def make(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return make


def test_the_tool_at_hand_is_asked(tool):
    tool("xsel", "echo 'x = 1'")
    assert read_clipboard() == "x = 1\n"


def test_wayland_goes_first_where_it_runs(tool, monkeypatch):
    tool("xclip", "echo x11")
    tool("wl-paste", "echo wayland")
    assert read_clipboard() == "x11\n"
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert read_clipboard() == "wayland\n"


@pytest.mark.parametrize(
    ("script", "key"), [("exit 1", "clipboard-failed"), ("echo", "clipboard-empty")]
)
def test_a_clipboard_without_text_is_an_error(tool, script, key):
    tool("xclip", script)
    with pytest.raises(InputError) as caught:
        read_clipboard()
    assert caught.value.key == key


def test_a_system_without_a_tool_says_which_would_do(tool):
    with pytest.raises(InputError) as caught:
        read_clipboard()
    assert caught.value.key == "clipboard-missing"
    assert "xclip" in caught.value.facts["tools"]
