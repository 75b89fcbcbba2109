"""Where a mail's bytes lie: in memory, or in a file mapped into memory."""

from mmap import mmap

# Both slice to bytes and can be searched; a mapped file keeps a large mail out of memory.
Source = bytes | mmap


def with_line_feeds(source: Source) -> Source:
    """Return the source with line feeds where its lines end with carriage returns alone."""
    if source.find(b"\n") < 0 <= source.find(b"\r"):
        return source[:].replace(b"\r", b"\n")
    return source
