"""`concord ...`: parses, calls, prints. What a command needs is imported when it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.errors import ConcordError
from app.frequency.rules import RULES, RuleName
from app.reports.formats import Format, FormatName

if TYPE_CHECKING:
    from app.interchange.tabulate import Tabulation


class Commands(TyperGroup):
    """The one place where an error of any command becomes a sentence and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ConcordError as error:
            typer.echo(f"Error: {error.message}", err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=Commands,
    help="The workbench for Consensual Qualitative Research.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def concord() -> None:
    """The workbench for Consensual Qualitative Research."""


@app.command()
def tabulate(
    file: Annotated[Path, typer.Argument(help="csv or xlsx: case, domain, category ...")],
    rule: Annotated[RuleName, typer.Option(help="Which counts are general, typical ...")] = (
        RuleName.KNOX_2017
    ),
    min_cases: Annotated[int, typer.Option(min=2, max=3, help="Fewest cases reported.")] = 2,
    n: Annotated[list[str] | None, typer.Option("--n", help="N or SAMPLE=N, when larger.")] = None,
    sample: Annotated[str | None, typer.Option(help="Print only this sample.")] = None,
    keep_other: Annotated[
        bool, typer.Option("--keep-other", help="Table categories titled Other too.")
    ] = False,
    encoding: Annotated[str | None, typer.Option(help="Of a csv file.")] = None,
    format_name: Annotated[
        FormatName | None, typer.Option("--format", help="Default: by the ending of -o.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file.")] = None,
) -> None:
    """Frequency tables from a cross-analysis in a spreadsheet. Needs no server."""
    from app.interchange.tabulate import tabulate as tables_of
    from app.reports.delivery import choose_format

    chosen = choose_format(format_name, out, reading=file)
    tabulation = tables_of(
        file,
        rule=RULES[rule],
        min_cases=min_cases,
        n=n or (),
        sample=sample,
        keep_other=keep_other,
        encoding=encoding,
    )
    _print_tables(tabulation, chosen, out)


def _print_tables(tabulation: "Tabulation", chosen: Format, out: Path | None) -> None:
    from app.reports.delivery import deliver

    content = chosen.render(tabulation.tables)
    for warning in tabulation.warnings:
        typer.echo(warning, err=True)
    deliver(content, out)


@app.command()
def table(
    study: Annotated[str | None, typer.Option(help="Its number or title, where several.")] = None,
    sample: Annotated[str | None, typer.Option(help="Print only this sample.")] = None,
    rule: Annotated[RuleName | None, typer.Option(help="Default: the sample's own.")] = None,
    min_cases: Annotated[
        int | None, typer.Option(min=2, max=3, help="Fewest cases reported; the sample's own.")
    ] = None,
    n: Annotated[list[str] | None, typer.Option("--n", help="N or SAMPLE=N, when larger.")] = None,
    format_name: Annotated[
        FormatName | None, typer.Option("--format", help="Default: by the ending of -o.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file.")] = None,
) -> None:
    """Frequency tables of a study in the database."""
    from app.reports.delivery import choose_format
    from app.reports.table_command import tabulate_study
    from app.serving import open_installation

    settings, database = open_installation(make=False)
    chosen = choose_format(format_name, out, reading=settings.data_dir / "concord.sqlite3")
    with database.read() as db:
        tabulation = tabulate_study(
            db,
            study=study,
            sample=sample,
            rule=RULES[rule] if rule else None,
            min_cases=min_cases,
            n=n or (),
        )
    _print_tables(tabulation, chosen, out)


@app.command()
def read(
    files: Annotated[list[str], typer.Argument(help="Transcripts: txt, md, docx, PDF.")],
) -> None:
    """The turns of transcripts, as JSON lines. Needs no server."""
    import sys

    from app.cases.read_command import read_files

    raise typer.Exit(read_files(files, sys.stdout, sys.stderr))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
) -> None:
    """Make the data folder, bring the database up to date, and serve."""
    from app.serving import open_installation
    from app.serving import serve as serve_until_stopped

    settings, database = open_installation()
    serve_until_stopped(settings, database, host=host, port=port, say=typer.echo)


@app.command()
def demo(
    serve_it: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it too.")] = True,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
) -> None:
    """Build the demo study in a database without a study, and say who can sign in."""
    from app.demo.commands import make_demo
    from app.serving import open_installation
    from app.serving import serve as serve_until_stopped

    settings, database = open_installation()
    cheap = settings.test_mode
    for person in make_demo(database, lambda step: typer.echo(step, err=True), cheap=cheap):
        typer.echo(f"{person.role} {person.email} {person.password}")
    if serve_it:
        serve_until_stopped(settings, database, host=host, port=port, say=typer.echo)


@app.command()
def verify() -> None:
    """Check the trail of every study: was an entry changed, removed or put in?"""
    from app.serving import open_installation
    from app.trail.service import count_entries
    from app.trail.service import verify as problems_of

    _, database = open_installation(make=False)
    with database.read() as db:
        problems = list(problems_of(db))
        entries = count_entries(db)
    for problem in problems:
        typer.echo(f"Study {problem.study_id}, entry {problem.sequence}: {problem.what}.", err=True)
    if problems:
        raise typer.Exit(2)
    typer.echo(f"The trail is whole: {entries:,} entries.")


user = typer.Typer(help="Accounts.", no_args_is_help=True)
app.add_typer(user, name="user")


@user.command("create")
def user_create(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    name: Annotated[str, typer.Option(help="As the team knows the person.")] = "",
    administrator: Annotated[bool, typer.Option("--administrator")] = False,
) -> None:
    """Make an account and print its one-time link. The first account becomes administrator."""
    from app.accounts.commands import create_and_link
    from app.serving import open_installation

    settings, database = open_installation()
    with database.write() as db:
        path = create_and_link(db, email=email, name=name, administrator=administrator)
    _print_link(settings, path)


@user.command("reset-link")
def user_reset_link(email: Annotated[str, typer.Argument(help="Whose password.")]) -> None:
    """Print a one-time link that lets somebody choose a new password."""
    from app.accounts.commands import reset_link
    from app.serving import open_installation

    settings, database = open_installation(make=False)
    with database.write() as db:
        path = reset_link(db, email)
    _print_link(settings, path)


@user.command("disable")
def user_disable(email: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Close an account; its login sessions end at once, what it did stays."""
    import app.main  # noqa: F401 - the studies go on without them, and register that when imported
    from app.accounts.service import disable, find_account
    from app.serving import open_installation

    _, database = open_installation(make=False)
    with database.write() as db:
        disable(db, find_account(db, email))
    typer.echo(f"{email} can no longer sign in.")


def _print_link(settings: Any, path: str) -> None:
    from app.serving import base_url

    typer.echo(f"{base_url(settings, '127.0.0.1', 8000)}{path}")


def main() -> None:
    """The console script."""
    app(prog_name="concord")


if __name__ == "__main__":
    main()
