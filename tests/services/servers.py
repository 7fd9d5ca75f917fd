"""Real servers on the loopback interface, each in its own folder, stopped with all processes.

Nothing is installed here; `install.sh` does that. A server whose program is absent raises
`AbsentError`, with a reason for the skipped test to show.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.client
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from certificates import certify
from services import keeper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("ARCHIVE_PKG_SERVICES", HERE.parents[1] / ".services"))
LOOPBACK = "127.0.0.1"


class AbsentError(RuntimeError):
    """A program that a server needs is not installed."""


def program(*names: str) -> str:
    """Return the first of these programs that is installed."""
    for name in names:
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found:
            return found
    raise AbsentError(f"{names[0]} is not installed (tests/services/install.sh installs it)")


def environment(name: str) -> Path:
    """Return the folder of programs of a virtual environment that `install.sh` made."""
    if not (CACHE / name / ".whole").exists():
        raise AbsentError(
            f"{name} is not installed in {CACHE} (tests/services/install.sh installs it)"
        )
    return CACHE / name / "bin"


def free_port(host: str = LOOPBACK) -> int:
    """Return a free port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@functools.cache
def _keeper() -> int:
    """Return a pipe to `keeper.py`, which ends the servers if the tests are killed."""
    theirs, ours = os.pipe()
    os.posix_spawn(
        sys.executable,
        [sys.executable, str(HERE / "keeper.py")],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 0)],
        setsid=True,
    )
    os.close(theirs)
    return ours


def _tell_keeper(sign: str, kind: str, what: object) -> None:
    os.write(_keeper(), f"{sign} {kind} {what}\n".encode())


@contextlib.contextmanager
def kept_folder(name: str) -> Iterator[Path]:
    """Make a folder for a server, which is removed even if the tests are killed."""
    # Not in pytest's own folders, which other users cannot enter: some servers run as other
    # users.
    folder = Path(tempfile.mkdtemp(prefix=f"archive-pkg-{name}-"))
    folder.chmod(0o711)
    _tell_keeper("+", "folder", folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _tell_keeper("-", "folder", folder)


class Processes:
    """A server's processes: each has its own group, and is ended with all its children."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._running: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        command: Sequence[str | Path],
        *,
        env: dict[str, str] | None = None,
        user: str | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program; its output goes into a log file in the folder."""
        log = self.folder / f"{Path(command[0]).name}-{len(self._running)}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                user=user if os.geteuid() == 0 else None,
                group=pwd.getpwnam(user).pw_gid if user and os.geteuid() == 0 else None,
                extra_groups=[] if user and os.geteuid() == 0 else None,
            )
        self._running.append(process)
        _tell_keeper("+", "session", process.pid)
        return process

    def run(
        self,
        command: Sequence[str | Path],
        *,
        env: dict[str, str] | None = None,
        user: str | None = None,
        limit: float = 240,
    ) -> None:
        """Run a program to its end; it must succeed."""
        process = self.start(command, env=env, user=user)
        status = process.wait(limit)
        self.forget(process)
        if status != 0:
            logs = sorted(self.folder.glob(f"{Path(command[0]).name}-*.log"))
            raise RuntimeError(f"{command[0]} failed: {logs[-1].read_text()[-2000:]}")

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """Remove an ended process from the list."""
        self._running.remove(process)
        _tell_keeper("-", "session", process.pid)

    def stop(self) -> None:
        """End all processes, the last started one first."""
        for process in self._running[::-1]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(keeper.PATIENCE)
            keeper.end({process.pid}, 1.0)
            process.wait(keeper.PATIENCE)
            self.forget(process)

    def wait_for(self, ready: Callable[[], bool], limit: float = 120) -> None:
        """Wait until the server answers."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ready():
                    return
            dead = [each for each in self._running if each.poll() is not None]
            if dead:
                break
            time.sleep(0.05)
        logs = "\n".join(log.read_text()[-1500:] for log in sorted(self.folder.glob("*.log")))
        self.stop()
        raise RuntimeError(f"the server in {self.folder} did not start:\n{logs}")


def listening(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server accepts connections at the port."""
    with socket.create_connection((host, port), timeout=1):
        return True


def answers(
    port: int, path: str, host: str = LOOPBACK, context: ssl.SSLContext | None = None
) -> bool:
    """Return whether an HTTP server answers there, with any status."""
    connection = (
        http.client.HTTPSConnection(host, port, timeout=20, context=context)
        if context
        else http.client.HTTPConnection(host, port, timeout=20)
    )
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status < 500


# --- the servers ------------------------------------------------------------------------------


class Sftp:
    """OpenSSH's sshd, with SFTP only, one user (the one who runs the tests), keys only."""

    def __init__(self, folder: Path, options: str = "") -> None:
        sshd, keygen = program("sshd"), program("ssh-keygen")
        self.processes = Processes(folder)
        self.port = free_port()
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.key, host_key = folder / "id_ed25519", folder / "host_key"
        for key in (self.key, host_key):
            if not key.exists():
                subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.known_hosts = folder / "known_hosts"
        self.host_key = host_key.with_suffix(".pub").read_text().split(" ")[:2]
        self.known_hosts.write_text(f"[{LOOPBACK}]:{self.port} {' '.join(self.host_key)}\n")
        (folder / "authorized").write_text(self.key.with_suffix(".pub").read_text())
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress {LOOPBACK}\nHostKey {host_key}\n"
            f"AuthorizedKeysFile {folder}/authorized\nPidFile {folder}/pid\nStrictModes no\n"
            "UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            "PermitRootLogin prohibit-password\nMaxStartups 100\nMaxSessions 100\n"
            f"Subsystem sftp internal-sftp -d {self.root} {options}\n"
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # sshd requires it if root starts it
        self._command = [sshd, "-D", "-e", "-f", str(folder / "sshd_config")]
        self.start()

    def start(self) -> None:
        """Start, or start again after `stop`."""
        self.processes.start(self._command)
        self.processes.wait_for(lambda: listening(self.port))

    def stop(self) -> None:
        """Stop the server and all open connections."""
        self.processes.stop()


class WebDav:
    """nginx with its WebDAV modules, over TLS, with a user and a password."""

    user, password = "deposit", "correct horse"

    def __init__(self, folder: Path) -> None:
        nginx = program("nginx")
        module = Path("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")
        if not module.exists():
            raise AbsentError("nginx's module dav-ext is not installed (tests/services/install.sh)")
        self.processes = Processes(folder)
        self.port = free_port()
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.ca, certificate, key = certify(folder / "tls")
        hashed = subprocess.run(
            [program("openssl"), "passwd", "-apr1", self.password],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        (folder / "users").write_text(f"{self.user}:{hashed}\n")
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"load_module {module};\n"
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}\n"
            "worker_processes 2;\nevents {}\n"
            f"http {{ access_log {folder}/access.log; client_body_temp_path {folder}/tmp;\n"
            " client_max_body_size 0; dav_ext_lock_zone zone=l:1m;\n"
            f" server {{ listen {LOOPBACK}:{self.port} ssl; root {self.root};\n"
            f"  ssl_certificate {certificate}; ssl_certificate_key {key};\n"
            f"  auth_basic drop; auth_basic_user_file {folder}/users;\n"
            "  location / { dav_methods PUT DELETE MKCOL COPY MOVE; dav_access user:rw group:r;\n"
            "   dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK; dav_ext_lock zone=l; } } }\n"
        )
        self._command = [nginx, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        self.start()

    @property
    def url(self) -> str:
        return f"davs://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self.processes.start(self._command)
        self.processes.wait_for(lambda: listening(self.port))

    def stop(self) -> None:
        self.processes.stop()


class Swift:
    """OpenStack Swift with its S3 interface: one proxy, one device, one replica."""

    key, secret = "test:tester", "sEcret.of.swift"

    def __init__(self, folder: Path) -> None:
        ring, memcached = program("swift-ring-builder"), program("memcached")
        servers = {
            kind: program(f"swift-{kind}-server")
            for kind in ("object", "container", "account", "proxy")
        }
        self.processes = Processes(folder)
        user = "swift" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        etc, device = folder / "etc", folder / "srv" / "d1"
        for each in (etc, device, folder / "cache"):
            each.mkdir(parents=True, exist_ok=True)
        self.port, cache_port = free_port(), free_port()
        (etc / "swift.conf").write_text(
            "[swift-hash]\nswift_hash_path_suffix=a\nswift_hash_path_prefix=b\n"
        )
        for kind in ("object", "container", "account"):
            port = free_port()
            builder = etc / f"{kind}.builder"
            for words in (
                ["create", "4", "1", "1"],
                [
                    "add",
                    "--region",
                    "1",
                    "--zone",
                    "1",
                    "--ip",
                    LOOPBACK,
                    "--port",
                    str(port),
                    "--device",
                    "d1",
                    "--weight",
                    "1",
                ],
                ["rebalance"],
            ):
                self.processes.run([ring, builder, *words])
            (etc / f"{kind}-server.conf").write_text(
                f"[DEFAULT]\nbind_ip={LOOPBACK}\nbind_port={port}\nworkers=1\nuser={user}\n"
                f"swift_dir={etc}\ndevices={folder}/srv\nmount_check=false\nlog_name={kind}\n"
                f"recon_cache_path={folder}/cache\n[pipeline:main]\npipeline={kind}-server\n"
                f"[app:{kind}-server]\nuse=egg:swift#{kind}\nnode_timeout=60\nconn_timeout=20\n"
            )
        (etc / "proxy-server.conf").write_text(
            (HERE / "swift-proxy.conf")
            .read_text()
            .format(
                port=self.port,
                cache=cache_port,
                user=user,
                etc=etc,
                access=f"user_{self.key.replace(':', '_')}",
                secret=self.secret,
            )
        )
        if os.geteuid() == 0:
            for path in [folder, *folder.rglob("*")]:
                shutil.chown(path, user)
        self.processes.start([memcached, "-l", LOOPBACK, "-p", str(cache_port)], user=user)
        for kind, server in servers.items():
            self.processes.start([server, etc / f"{kind}-server.conf", "-v"], user=user)
        self.processes.wait_for(lambda: answers(self.port, "/healthcheck"))

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> None:
        self.processes.stop()


class LocalStack:
    """LocalStack's S3: checksums, conditional writes and object lock."""

    key, secret = "test", "sEcret.of.localstack"

    def __init__(self, folder: Path) -> None:
        python = environment("localstack") / "python"
        try:
            self.port = free_port("::1")
        except OSError as error:
            raise AbsentError(
                "this machine has no IPv6 loopback, the only one LocalStack keeps to"
            ) from (error)
        self.processes = Processes(folder)
        self.processes.start(
            [python, "-m", "localstack.runtime.main"],
            env={
                "DNS_ADDRESS": "0",
                "SERVICES": "s3",
                # On IPv4 it always listens on every address.
                "GATEWAY_LISTEN": f"[::1]:{self.port}",
                "LOCALSTACK_HOST": f"localhost:{self.port}",
                "DISABLE_EVENTS": "1",
                "SKIP_SSL_CERT_DOWNLOAD": "1",
                "FILESYSTEM_ROOT": str(folder / "state"),
                "TMPDIR": str(folder),
            },
        )
        self.processes.wait_for(lambda: answers(self.port, "/_localstack/health", "::1"), 120)

    @property
    def url(self) -> str:
        return f"http://[::1]:{self.port}"

    def stop(self) -> None:
        self.processes.stop()


class Moto:
    """moto's S3: quick, and checks no digests."""

    key, secret = "test", "sEcret.of.moto"

    def __init__(self, folder: Path) -> None:
        server = environment("moto") / "moto_server"
        self.processes = Processes(folder)
        self.port = free_port()
        self.processes.start([server, "-H", LOOPBACK, "-p", str(self.port)])
        self.processes.wait_for(lambda: answers(self.port, "/moto-api/"))

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> None:
        self.processes.stop()


class Postgres:
    """PostgreSQL with a superuser `archive`, without a password on the loopback interface."""

    def __init__(self, folder: Path) -> None:
        homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        if not homes:
            raise AbsentError("PostgreSQL is not installed (tests/services/install.sh installs it)")
        self.programs = homes[0]
        user = "postgres" if os.geteuid() == 0 else None
        self.user = user
        self.processes = Processes(folder)
        self.port = free_port()
        data = folder / "data"
        if user:
            shutil.chown(folder, user)
        if not data.exists():
            self.processes.run(
                [
                    self.programs / "initdb",
                    "-D",
                    data,
                    "-U",
                    "archive",
                    "-A",
                    "trust",
                    "--no-sync",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                ],
                user=user,
            )
        self.processes.start(
            [
                self.programs / "postgres",
                "-D",
                data,
                "-h",
                LOOPBACK,
                "-p",
                str(self.port),
                "-k",
                "",
                "-c",
                "fsync=off",
            ],
            user=user,
        )
        self.processes.wait_for(self._ready)

    def _ready(self) -> bool:
        return (
            subprocess.run(
                [self.programs / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(self.port)],
                check=False,
            ).returncode
            == 0
        )

    def create(self, name: str) -> None:
        """Make a database."""
        self.processes.run(
            [
                self.programs / "createdb",
                "-h",
                LOOPBACK,
                "-p",
                str(self.port),
                "-U",
                "archive",
                name,
            ]
        )

    def ask(self, name: str, question: str) -> list[list[str]]:
        """Return the answer of a database as rows of texts."""
        where = ["-h", LOOPBACK, "-p", str(self.port), "-U", "archive", name]
        asked = subprocess.run(
            [self.programs / "psql", *where, "-At", "-F", "\t", "-c", question],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        return [line.split("\t") for line in asked.splitlines()]

    def stop(self) -> None:
        self.processes.stop()


class SwhDeposit:
    """swh-deposit, Software Heritage's SWORD v2 server."""

    user, password, collection = "bags", "pw of bags", "bags"

    def __init__(self, folder: Path) -> None:
        programs = environment("swh")
        self.processes = Processes(folder)
        self.postgres = Postgres(folder / "postgres")
        self.port = free_port()
        try:
            self.postgres.create("swhdeposit")
            (folder / "conf.yml").write_text(
                f"extraction_dir: {folder}/extracted\nauthentication_provider: basic\n"
                "storage: {cls: memory}\nstorage_metadata: {cls: memory}\n"
                "scheduler: {cls: memory}\nchecks: false\nmax_upload_size: 209715200\n"
                f"swh_authority_url: http://{LOOPBACK}/\n"
            )
            (folder / "swh_here.py").write_text(
                "from swh.deposit.settings.common import *\n"
                "DEBUG = True\nSECRET_KEY = 'tests'\nALLOWED_HOSTS = ['*']\n"
                "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql',\n"
                " 'NAME': 'swhdeposit', 'USER': 'archive', 'HOST': '127.0.0.1',\n"
                f" 'PORT': '{self.postgres.port}'}}}}\n"
                f"MEDIA_ROOT = '{folder}/uploads'\n"
                "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"
            )
            (folder / "make_user.py").write_text(
                "import django; django.setup()\n"
                "from swh.deposit.models import DepositClient, DepositCollection\n"
                f"c, _ = DepositCollection.objects.get_or_create(name='{self.collection}')\n"
                f"u = DepositClient(username='{self.user}', provider_url='http://127.0.0.1/',\n"
                " domain='127.0.0.1/', collections=[c.id])\n"
                f"u.set_password('{self.password}'); u.is_active = True; u.save()\n"
            )
            env = {
                "SWH_CONFIG_FILENAME": str(folder / "conf.yml"),
                "DJANGO_SETTINGS_MODULE": "swh_here",
                "PYTHONPATH": str(folder),
            }
            self.processes.run([programs / "django-admin", "migrate", "-v0"], env=env)
            self.processes.run([programs / "python", folder / "make_user.py"], env=env)
            self.ca, certificate, key = certify(folder / "tls")
            tls = ["--certfile", str(certificate), "--keyfile", str(key)]
            bind = ["--bind", f"{LOOPBACK}:{self.port}", "--threads", "8"]
            application = "django.core.wsgi:get_wsgi_application()"
            self.processes.start([programs / "gunicorn", *bind, *tls, application], env=env)
            context = ssl.create_default_context(cafile=str(self.ca))
            self.processes.wait_for(
                lambda: answers(self.port, "/1/servicedocument/", context=context)
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.processes.stop()
        self.postgres.stop()

    def deposits(self) -> dict[str, str]:
        """Return the state of every deposit by its number."""
        return dict(self.postgres.ask("swhdeposit", "select id, status from deposit"))

    def archives(self) -> dict[str, str]:
        """Return the SHA-256 of every deposited archive on the disk of the server."""
        uploads = self.processes.folder / "uploads"
        return {
            path: hashlib.sha256((uploads / path).read_bytes()).hexdigest()
            for (path,) in self.postgres.ask(
                "swhdeposit", "select archive from deposit_request where type = 'archive'"
            )
        }


class InvenioRdm:
    """InvenioRDM, the engine of Zenodo: its real application, database, files and REST over TLS.

    Only its search index is replaced, by `rdm/search_sink.py`. The first start takes a minute; its
    result is kept in the cache folder and copied from there later.
    """

    def __init__(self, folder: Path) -> None:
        programs = environment("rdm")
        redis = program("redis-server")
        self.processes = Processes(folder)
        self.port, redis_port, self.search_port = free_port(), free_port(), free_port()
        seed = hashlib.sha256((HERE / "rdm" / "seed.py").read_bytes()).hexdigest()[:8]
        kept = CACHE / f"rdm-state-{seed}"
        if kept.exists():
            _copy_tree(kept / "postgres", folder / "postgres")
            shutil.copytree(kept / "files", folder / "files")
            shutil.copy(kept / "token", folder / "token")
        self.postgres = Postgres(folder / "postgres")
        self.ca, certificate, key = certify(folder / "tls")
        instance = folder / "instance"
        instance.mkdir(exist_ok=True)
        (folder / "files").mkdir(exist_ok=True)
        (instance / "invenio.cfg").write_text(
            (HERE / "rdm" / "invenio.cfg")
            .read_text()
            .format(
                postgres=self.postgres.port,
                redis=redis_port,
                search=self.search_port,
                port=self.port,
            )
        )
        env = {
            "INVENIO_INSTANCE_PATH": str(instance),
            "RDM_FILES": str(folder / "files"),
            "RDM_TOKEN_FILE": str(folder / "token"),
            "RDM_PORT": str(self.port),
            "RDM_CERTIFICATE": str(certificate),
            "RDM_KEY": str(key),
            "PYTHONWARNINGS": "ignore",
        }
        try:
            self.processes.start(
                [redis, "--bind", LOOPBACK, "--port", str(redis_port), "--save", ""]
            )
            self.processes.start(
                [sys.executable, HERE / "rdm" / "search_sink.py", str(self.search_port)]
            )
            self.processes.wait_for(
                lambda: listening(redis_port) and answers(self.search_port, "/")
            )
            if not kept.exists():
                self._set_up(programs, folder, env, kept)
            self.token = (folder / "token").read_text().strip()
            self._serve = ([programs / "python", HERE / "rdm" / "serve.py"], env)
            self.start()
        except BaseException:
            self.stop()
            raise

    def _set_up(self, programs: Path, folder: Path, env: dict[str, str], kept: Path) -> None:
        self.postgres.create("invenio")
        for words in (
            ["db", "create"],
            ["files", "location", "create", "--default", "here", f"file://{folder}/files/store"],
            ["roles", "create", "admin"],
            ["access", "allow", "superuser-access", "role", "admin"],
            ["index", "init", "--force"],
        ):
            self.processes.run([programs / "invenio", *words], env=env)
        self.processes.run([programs / "python", HERE / "rdm" / "seed.py"], env=env)
        # A stopped database can be copied; the place of the files is set at each start.
        self.postgres.stop()
        made = kept.with_name(f"{kept.name}-{secrets.token_hex(4)}")
        made.mkdir(parents=True)
        _copy_tree(folder / "postgres", made / "postgres")
        shutil.copytree(folder / "files", made / "files")
        shutil.copy(folder / "token", made / "token")
        with contextlib.suppress(OSError):
            made.rename(kept)
        port = self.postgres.port
        self.postgres = Postgres(folder / "postgres")
        cfg = folder / "instance" / "invenio.cfg"
        cfg.write_text(cfg.read_text().replace(f":{port}/", f":{self.postgres.port}/"))

    def start(self) -> None:
        """Start the application, or start it again after `stop_application`."""
        command, env = self._serve
        self._application = self.processes.start(command, env=env)
        context = ssl.create_default_context(cafile=str(self.ca))
        self.processes.wait_for(
            lambda: answers(self.port, "/api/records/none", context=context), 120
        )

    def stop_application(self) -> None:
        """End the application like a crash; the database and the files remain."""
        self._application.kill()
        self._application.wait(10)
        self.processes.forget(self._application)

    def stop(self) -> None:
        self.processes.stop()
        self.postgres.stop()

    def files(self) -> dict[str, str]:
        """Return the SHA-256 of every complete file of drafts and records."""
        pairs = self.postgres.ask(
            "invenio",
            "select o.version_id, f.uri from files_object o join files_files f "
            "on o.file_id = f.id where o.is_head and f.readable",
        )
        return {
            key: hashlib.sha256(Path(uri.removeprefix("file://")).read_bytes()).hexdigest()
            for key, uri in pairs
        }

    def records(self) -> dict[str, str]:
        """Return the state of every draft and record, "draft" or "published", by its name."""
        question = "select json->>'id', '{}' from rdm_{}s_metadata where json is not null"
        return {
            name: state
            for state, table in (("draft", "draft"), ("published", "record"))
            for name, state in self.postgres.ask("invenio", question.format(state, table))
        }


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder with its owners, as PostgreSQL requires."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


class Stoppable(Protocol):
    """A server that can be stopped."""

    def stop(self) -> object: ...


Server = TypeVar("Server", bound=Stoppable)


@contextlib.contextmanager
def running(server: Callable[[Path], Server], folder: Path) -> Iterator[Server]:
    """Run a server during a block."""
    made = server(folder)
    try:
        yield made
    finally:
        made.stop()
