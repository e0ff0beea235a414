"""Debian's Chromium and the two sizes at which every page is looked at."""

EXECUTABLE = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = (360, 740)
LAPTOP = (1280, 800)
