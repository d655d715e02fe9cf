"""What `manage.py up` refuses: one sentence, a status that is not zero, and nothing started."""

import os
import socket

import pytest

from tests.processes.running import wait_for
from webapp import embedded

pytestmark = pytest.mark.slow


def refusal(one):
    assert one.process.wait(30) == 1
    assert "Traceback" not in one.output
    return one.output.strip()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "8000.5"])
def test_a_port_that_is_no_port(up, make_home, port):
    assert refusal(up(make_home(), PORT=port)) == (
        f"PORT must be a number from 1 to 65535, not '{port}'."
    )


def test_a_busy_port_is_said_before_anything_starts(up, make_home):
    home = make_home()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(up(home, "--port", port))
    assert said.startswith(f"Port {port} on 127.0.0.1 cannot be used (Address already in use)")
    assert not (home / "postgres").exists()


def test_a_server_that_does_not_exist(up, make_home):
    assert refusal(up(make_home(), "--only", "postgres,mysql")) == (
        "--only takes postgres and valkey, not mysql."
    )


def test_a_data_folder_that_is_a_file(up, make_home):
    home = make_home()
    home.write_text("")
    assert refusal(up(home)) == f"The data folder {home} cannot be used: Not a directory."


@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["read only", "closed"])
def test_a_data_folder_in_a_place_that_is_not_ours(up, make_home, mode):
    home = make_home()
    home.mkdir()
    home.chmod(mode if os.geteuid() == 0 else mode & 0o555)
    user = "nobody" if os.geteuid() == 0 else None
    said = refusal(up(home / "data", user=user))
    home.chmod(0o755)
    assert said == f"The data folder {home / 'data'} cannot be used: Permission denied."


def test_a_folder_of_sockets_that_a_stranger_made_first(up, make_home):
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder that belongs to somebody else")
    home = make_home("x" * 120)
    stranger = embedded.run_folder(home)
    stranger.mkdir()
    os.chown(stranger, 12345, 12345)
    one = up(home)
    assert one.process.wait(30) != 0
    assert f"{stranger} belongs to another user." in one.output
    stranger.rmdir()


def test_a_second_one_on_the_same_data(up, make_home):
    home = make_home()
    first = up(home, "--only", "valkey")
    first.wait_for_line("ready; other commands find the servers")
    assert refusal(up(home)) == f"Firstlight is already running with the data in {home}."
    assert first.end() == 0
    wait_for(lambda: "Firstlight has stopped." in first.output, 5, "the last line")
