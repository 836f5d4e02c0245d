"""Routes of studies."""

from fastapi import APIRouter

router = APIRouter()
