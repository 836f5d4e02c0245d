"""The demo in one click, for the administrator of an installation without a study."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.sessions import Administrator
from app.db import Db
from app.demo.build import TITLE, build_demo
from app.web.templating import page

router = APIRouter()


@router.post("/demo")
def open_demo(request: Request, db: Db, me: Administrator) -> Response:
    """Build the demo study and show, once, how to sign in as each role."""
    cheap = request.app.state.settings.test_mode
    people = build_demo(db, administrator=False, cheap=cheap)
    return page(request, "demo/ready.html", people=people, title=TITLE)
