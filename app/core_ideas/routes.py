"""Routes of core_ideas."""

from fastapi import APIRouter

router = APIRouter()
