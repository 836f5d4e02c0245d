"""The formats a results table can be taken away in. Each module is imported when it is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from app.frequency.tables import Table
from app.reports.layout import Column


class FormatName(StrEnum):
    """As the command line and the export form spell it; also the module's name."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    LATEX = "latex"
    DOCX = "docx"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Format:
    """One format: the ending of its files, its media type, and how to write it."""

    name: FormatName
    ending: str
    media_type: str

    @property
    def is_binary(self) -> bool:
        """Whether a terminal cannot show it."""
        return self.name in (FormatName.DOCX, FormatName.XLSX)

    @property
    def has_columns(self) -> bool:
        """Whether its columns can be chosen; those of csv and json are fixed."""
        return self.name not in (FormatName.CSV, FormatName.JSON)

    def render(
        self,
        tables: Sequence[Table],
        columns: Sequence[Column] | None = None,
        *,
        for_browser: bool = False,
    ) -> bytes:
        """The file's bytes; text is UTF-8. `for_browser` makes csv safe to open in Excel."""
        render = import_module(f"app.reports.{self.name}").render
        if self.has_columns:
            content = render(tables, columns)
        elif self.name is FormatName.CSV:
            content = render(tables, for_spreadsheet=for_browser)
        else:
            content = render(tables)
        return content if self.is_binary else content.encode()


_OFFICE = "application/vnd.openxmlformats-officedocument"

FORMATS = {
    entry.name: entry
    for entry in (
        Format(FormatName.TEXT, ".txt", "text/plain; charset=utf-8"),
        Format(FormatName.CSV, ".csv", "text/csv; charset=utf-8"),
        Format(FormatName.JSON, ".json", "application/json"),
        Format(FormatName.MARKDOWN, ".md", "text/markdown; charset=utf-8"),
        Format(FormatName.HTML, ".html", "text/html; charset=utf-8"),
        Format(FormatName.LATEX, ".tex", "application/x-tex"),
        Format(FormatName.DOCX, ".docx", f"{_OFFICE}.wordprocessingml.document"),
        Format(FormatName.XLSX, ".xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    )
}
