"""Routes of cross_analysis."""

from fastapi import APIRouter

router = APIRouter()
