"""`concord ...`: parses, calls, prints. What a command needs is imported when it runs."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app.errors import ConcordError
from app.frequency.rules import RULES, RuleName
from app.reports.formats import FormatName


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
    from app.reports.delivery import choose_format, deliver

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
    content = chosen.render(tabulation.tables)
    for warning in tabulation.warnings:
        typer.echo(warning, err=True)
    deliver(content, out)


def main() -> None:
    """The console script."""
    app(prog_name="concord")


if __name__ == "__main__":
    main()
