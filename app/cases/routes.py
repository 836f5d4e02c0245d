"""Routes of cases."""

from fastapi import APIRouter

router = APIRouter()
