"""The configuration on a real disk: which file is found, what is no file, what a file names."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrwatch import config
from hrwatch.config import schema
from hrwatch.errors import ConfigError, Mistake

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "config" / "feeds.yaml"
SCHEMA = ROOT / "config" / "feeds.schema.json"
GOOD = "fetch: {contact: 'mailto:ops@desk.example'}\n"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def mistakes(path: Path) -> tuple[Mistake, ...]:
    with pytest.raises(ConfigError) as raised:
        config.load(path)
    return raised.value.mistakes


# Finding it


def test_locate_option_is_meant_before_everything_else(tmp_path: Path) -> None:
    write(tmp_path / "config" / "feeds.yaml", GOOD)
    environ = {"HRWATCH_CONFIG": str(tmp_path / "named.yaml")}

    assert config.locate(Path("given.yaml"), environ, tmp_path) == Path("given.yaml")


def test_locate_variable_is_meant_before_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "config" / "feeds.yaml", GOOD)
    environ = {"HRWATCH_CONFIG": str(tmp_path / "named.yaml")}

    found = config.locate(None, environ, tmp_path)

    assert found == tmp_path / "named.yaml"
    assert "does not exist" in mistakes(found)[0].text  # named but missing: no falling through


@pytest.mark.parametrize("environ", [{}, {"HRWATCH_CONFIG": ""}])
def test_locate_folder_is_found_when_nothing_is_named(
    environ: dict[str, str], tmp_path: Path
) -> None:
    path = write(tmp_path / "config" / "feeds.yaml", GOOD)

    assert config.locate(None, environ, tmp_path) == path


def test_locate_broken_link_is_found_rather_than_passed_over(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "feeds.yaml").symlink_to(tmp_path / "gone.yaml")

    found = config.locate(None, {}, tmp_path)

    assert "does not exist" in mistakes(found)[0].text


@pytest.mark.skipif(Path("/etc/hrwatch").exists(), reason="this machine has an hrwatch of its own")
def test_locate_nothing_names_all_four_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        config.locate(None, {}, tmp_path)

    for place in ("--config", "$HRWATCH_CONFIG", "./config/feeds.yaml", "/etc/hrwatch/feeds.yaml"):
        assert place in str(raised.value)


# What is no file


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        yield tmp_path / "socket"


@pytest.mark.timeout(10)
def test_load_pipe_nobody_writes_to_is_refused_at_once(pipe: Path) -> None:
    (mistake,) = mistakes(pipe)

    assert str(mistake).startswith(f"{pipe}:1:1: file: is not a regular file")


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dev/zero", "is not a regular file"),
        (".", "is a directory"),
        ("nowhere/feeds.yaml", "does not exist"),
        (f"{__file__}/feeds.yaml", "does not exist"),
        ("x\0y", "no path"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_load_what_is_no_file_is_one_mistake(path: str, said: str) -> None:
    (mistake,) = mistakes(Path(path))

    assert (mistake.line, mistake.column, mistake.path) == (1, 1, "file")
    assert said in mistake.text


def test_load_socket_is_refused(listening: Path) -> None:
    assert "cannot be read" in mistakes(listening)[0].text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_load_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "feeds.yaml", GOOD)
    path.chmod(0)

    assert "may not be read by this user" in mistakes(path)[0].text


def test_load_file_over_four_megabytes_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "feeds.yaml", b"#" * 4_000_001)

    assert "larger than 4 MB" in mistakes(path)[0].text


def test_load_large_file_of_comments_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "feeds.yaml", GOOD.encode() + b"#" * 3_900_000)

    assert config.load(path).fetch.contact == "mailto:ops@desk.example"


# What a file names


def test_subscribers_file_is_relative_to_the_file_and_joins_its_list(tmp_path: Path) -> None:
    write(tmp_path / "etc" / "people.yaml", "- {name: b, address: b@desk.example}\n")
    path = write(
        tmp_path / "etc" / "feeds.yaml",
        GOOD + "subscribers_file: people.yaml\nsubscribers: [{name: a, address: a@desk.example}]\n",
    )

    assert [subscriber.name for subscriber in config.load(path).subscribers] == ["a", "b"]


def test_subscribers_file_has_mistakes_under_its_own_name_after_the_others(tmp_path: Path) -> None:
    people = write(
        tmp_path / "people.yaml",
        "- name: a\n  adress: a@desk.example\n  keywords: [tortur]\n- {name: c, address: *x}\n",
    )
    path = write(
        tmp_path / "feeds.yaml",
        "subscribers_file: people.yaml\n"
        "subscribers: [{name: a, address: a@desk.example}]\nworkers: two\n",
    )

    assert [str(mistake).partition(" (")[0] for mistake in mistakes(path)] == [
        f"{path}:3:10: workers: must be a whole number",
        f"{people}:1:3: subscribers[0].address: is missing; add `address: anna@example.org`",
        f"{people}:1:9: subscribers[0].name: is the same as subscribers[0].name on line 2 of "
        f"{path}; each needs its own",
        f"{people}:2:3: subscribers[0].adress: unknown key; did you mean address?",
        f"{people}:3:14: subscribers[0].keywords[0]: there is no keyword "
        '"tortur"; did you mean torture?',
        f"{people}:4:22: subscribers[1].address: aliases",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "file: is empty"),
        ("subscribers: []\n", "subscribers: must be a list"),
        ("a: [\n", "file: "),
        ("- anna\n", "subscribers[0]: must be a mapping"),
    ],
)
def test_subscribers_file_of_another_shape_is_told_as_such(
    content: str, said: str, tmp_path: Path
) -> None:
    people = write(tmp_path / "people.yaml", content)
    path = write(tmp_path / "feeds.yaml", "subscribers_file: people.yaml\n")

    (mistake,) = mistakes(path)

    assert mistake.file == str(people)
    assert said in str(mistake)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("key", ["subscribers_file", "fetch: {ca_file"])
def test_named_file_that_cannot_be_had_is_told_where_it_is_named(
    key: str, pipe: Path, tmp_path: Path
) -> None:
    path = tmp_path / "feeds.yaml"
    for named, said in (("gone", "does not exist"), ("pipe", "not a regular"), (".", "directory")):
        write(path, f"{key}: {named}" + ("}" if "{" in key else "") + "\n")
        (mistake,) = mistakes(path)
        assert (mistake.file, mistake.line, mistake.column) == (str(path), 1, len(key) + 3)
        assert said in mistake.text
        assert "relative to this file" in mistake.text


def test_ca_file_is_kept_as_an_absolute_path(tmp_path: Path) -> None:
    pem = write(tmp_path / "ca.pem", "-----BEGIN CERTIFICATE-----\n")
    path = write(tmp_path / "feeds.yaml", "fetch: {ca_file: ca.pem}\n")

    assert config.load(path).fetch.ca_file == pem


def test_ca_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "ca.pem", "-----BEGIN PRIVATE KEY-----\n")
    path = write(tmp_path / "feeds.yaml", "fetch: {ca_file: ca.pem}\n")

    assert "holds no certificate" in mistakes(path)[0].text


# The shipped file


def test_shipped_file_has_no_mistake_and_only_the_contact_to_be_filled_in() -> None:
    shipped = config.load(SHIPPED)

    assert [warning.path for warning in shipped.warnings] == ["fetch.contact"]
    assert shipped.fetch.loopback_only
    assert len(shipped.feeds) == 201
    assert sum(feed.enabled for feed in shipped.feeds) == 67
    assert all(feed.language and feed.publisher for feed in shipped.feeds)
    assert shipped.subscribers == ()


def test_shipped_file_shows_the_default_of_every_setting() -> None:
    shipped = config.load(SHIPPED)

    assert (shipped.archive, shipped.workers, shipped.copies) == ("archive.db", 2, "near")
    assert shipped.fetch == config.settings.FetchSettings(loopback_only=True)
    assert shipped.mail == config.settings.MailSettings()


def test_shipped_examples_are_good_once_uncommented(tmp_path: Path) -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")
    feeds, keywords, rest = shipped.partition("\nkeywords:\n")
    uncommented = re.sub("^#   ", "  ", rest, flags=re.MULTILINE)

    found = config.load(write(tmp_path / "feeds.yaml", feeds + keywords + uncommented))

    assert len(found.subscribers) == 3
    assert [keyword.id for keyword in found.rules.keywords[48:]] == ["water-cannon"]


def test_shipped_file_names_its_schema_and_the_schema_is_current() -> None:
    first_line = SHIPPED.read_text(encoding="utf-8").partition("\n")[0]

    assert first_line == f"# yaml-language-server: $schema={SCHEMA.name}"
    assert SCHEMA.read_text(encoding="utf-8") == schema.text()


def test_schema_is_printed_by_its_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hrwatch.config.schema"], capture_output=True, check=True, text=True
    )

    assert done.stdout == schema.text()


def test_schema_knows_every_key_that_the_models_know() -> None:
    made = schema.schema()

    assert list(made["properties"]) == [
        "archive", "archive_password_file", "workers", "copies", "fetch", "feeds", "keywords",
        "subscribers_file", "subscribers", "mail",
    ]  # fmt: skip
    assert made["additionalProperties"] is False
    assert made["$defs"]["Fetch"]["properties"]["every"]["default"] == "30m"


@pytest.mark.bench
def test_shipped_file_loads_in_a_quarter_of_a_second() -> None:
    program = (
        "import time; started = time.perf_counter(); from hrwatch import config; "
        "imported = time.perf_counter(); from pathlib import Path; "
        "config.load(Path('config/feeds.yaml')); "
        "print(imported - started, time.perf_counter() - imported)"
    )
    times = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True
        )
        times.append([float(seconds) for seconds in done.stdout.split()])

    assert min(loading for _, loading in times) < 0.25, f"importing and loading took {times} s"


def test_broken_file_is_told_in_bounded_time(tmp_path: Path) -> None:
    """Every value wrong, with a guess for each: still seconds, not minutes."""
    feeds = "".join(
        f"- {{name: feed {n}, url: x{n}, contries: [], language: Englsh, countries: [Belarrus]}}\n"
        for n in range(500)
    )
    path = write(tmp_path / "feeds.yaml", "feeds:\n" + feeds)

    started = time.perf_counter()
    found = mistakes(path)

    assert len(found) == 2500
    assert time.perf_counter() - started < 20
