"""How much of a file is believed: more than any family's sheet, less than any bomb."""

MOST_BYTES = 20 * 2**20
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELLS = 1_000_000
MOST_LETTERS = 10_000
MOST_ENTRIES = 500
MOST_UNPACKED = 60 * 2**20
MOST_RATIO = 150
RATIO_FROM = 2 * 2**20
