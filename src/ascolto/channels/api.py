"""Routes of channels for those who have an account or a program's token."""

from fastapi import APIRouter

router = APIRouter(tags=["channels"])
