"""The audit form as a file, out and back in."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit.commenting import Written, save_comment
from app.audit.guard import AuditContext, in_audit
from app.audit.reading import ABOUT, read_audit
from app.audit.words import About, CommentType, Strength, Suggestion
from app.db import Db, guid
from app.errors import Invalid, NotFound
from app.interchange.audit_sheet import read_form
from app.permissions import Action
from app.reports import audit_form
from app.reports.findings_page import slug
from app.reports.word import MEDIA_TYPE
from app.web.forms import Form
from app.web.templating import Toast, page, plural, see_other

router = APIRouter()

AUDIT = "/studies/{study}/audits/{audit}"
Seeing = Annotated[AuditContext, Depends(in_audit(Action.SEE_AUDIT))]
Auditing = Annotated[AuditContext, Depends(in_audit(Action.AUDIT))]
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(AUDIT + "/form.{ending}")
def form_file(request: Request, db: Db, audit: Seeing, ending: str) -> Response:
    """The form with every item, and the comments and responses that this person may see."""
    reading = read_audit(db, audit)
    title = f"Audit of {audit.name}, round {reading.round.number}"
    if ending == "docx":
        content, kind = audit_form.docx(reading, title), MEDIA_TYPE
    elif ending == "xlsx":
        content, kind = audit_form.xlsx(reading), SHEET
    elif ending == "csv":
        content, kind = audit_form.csv(reading), "text/csv; charset=utf-8"
    else:
        raise NotFound("The form is a docx, xlsx or csv file.")
    name = f"audit-{slug(audit.name, 40) or audit.id}-round-{reading.round.number}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=kind, headers=headers)


@router.get(AUDIT + "/form")
def choose_file(request: Request, audit: Auditing) -> Response:
    """Choose a form that was filled in offline."""
    return page(request, "audit/form.html", audit=audit, found=None, message="")


@router.post(AUDIT + "/form")
def look_at_file(request: Request, db: Db, form: Form, audit: Auditing) -> Response:
    """Show what a filled-in form holds; nothing is kept before the auditor says so."""
    files = form.files("file")
    try:
        if not files:
            raise Invalid("Choose the form you filled in: a docx, xlsx or csv file.")
        found = read_form(files[0].data, files[0].name, read_audit(db, audit))
    except Invalid as error:
        return page(
            request, "audit/form.html", status=422, audit=audit, found=None, message=error.message
        )
    packed = [_packed(row.written) for row in found.rows]
    return page(request, "audit/form.html", audit=audit, found=found, packed=packed, message="")


def _packed(written: Written) -> str:
    return json.dumps(
        {
            "item": written.item,
            "number": written.number,
            "type": written.type,
            "text": written.text,
            "strength": written.strength,
            "wording": (written.suggestion or {}).get("text", ""),
        }
    )


@router.post(AUDIT + "/form/comments")
def keep_comments(request: Request, db: Db, form: Form, audit: Auditing) -> Response:
    """Keep the comments that were shown, as drafts that can still be changed."""
    kept = _keep(db, audit, form.texts("comment"))
    return see_other(request, audit.url, Toast(f"{plural(kept, 'comment')} taken over."))


def _keep(db: Session, audit: AuditContext, packed: list[str]) -> int:
    reading = read_audit(db, audit)
    for each in packed:
        try:
            values = json.loads(each)
            item = reading.item(str(values["item"]), str(values["number"]))
            wording = str(values["wording"])
            written = Written(
                guid(),
                ABOUT.get(item.kind, About.WHOLE),
                item.guid,
                item.number,
                "",
                CommentType(values["type"]),
                str(values["text"]),
                Strength(values["strength"]),
                Suggestion.WORDING if wording else None,
                {"text": wording} if wording else None,
            )
        except (ValueError, KeyError, TypeError):
            raise Invalid("These comments came back changed. Choose the file again.") from None
        save_comment(db, audit, written, version=0)
    return len(packed)
