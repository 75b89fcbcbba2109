"""A file is looked at by a virus scanner, where there is one, before it is kept."""

from ascolto.conversations import errors
from ascolto.kit.scanning import NotScannable, Scanner, ScannerAway, ScannerBroke
from ascolto.kit.settings import Settings

# Somebody waits for the answer.
PATIENCE_S = 15.0


async def require_clean(data: bytes, *, set_up: Settings) -> None:
    """Refuse a file that is not clean; without a scanner every file is taken.

    While the scanner is away a file is refused for now, or taken where the settings say so; one
    that the scanner does not look into is refused all the same. Raises InfectedFile and
    ScannerUnavailable.
    """
    if set_up.clamd is None:
        return
    try:
        found = await Scanner(set_up.clamd, timeout_s=PATIENCE_S).infection(data)
    except (ScannerAway, ScannerBroke) as away:
        if set_up.clamd_away_passes:
            return
        raise errors.ScannerUnavailable("Files cannot be looked at just now.") from away
    except NotScannable as word:
        raise errors.InfectedFile("This file cannot be looked into.") from word
    if found is not None:
        raise errors.InfectedFile("A virus was found in this file.", found=found)
