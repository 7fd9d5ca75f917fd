"""`archive-pkg bag`: create, change, pack and verify bags of any content."""

from archive_pkg.cli.commands.bag.changing import update, upgrade
from archive_pkg.cli.commands.bag.checking import verify
from archive_pkg.cli.commands.bag.creating import create
from archive_pkg.cli.commands.bag.packing import fetch, pack, unpack
from archive_pkg.cli.commands.bag.showing import list_, show
from archive_pkg.cli.commands.bag.splitting import join, revert, split
from archive_pkg.cli.help import Commands

app = Commands(no_args_is_help=True, help="Work with BagIt bags of any content (RFC 8493).")
for command in (create, verify, show, update, upgrade, split, join, revert, pack, unpack, fetch):
    app.command()(command)
app.command("list")(list_)
