"""Routes of trail."""

from fastapi import APIRouter

router = APIRouter()
