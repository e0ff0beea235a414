"""Charts of single motifs: s steppe, w wheat, r red, n night, a dot for bare cloth."""

LINE = """
..s...s.......s.....
..ss.ss......s.s....
ss.s.s.ss...s.w.s...
.ss...ss...s.w.w.s..
....w.....s.w.w.w.s.
.ss...ss...s.w.w.s..
ss.s.s.ss...s.w.s...
..ss.ss......s.s....
..s...s.......s.....
"""

BRACKETS = """
....ss.....rr..ss....
...ss......rr...ss...
..ss......rr.....ss..
.ss.......rr......ss.
..ss.....rr......ss..
...ss....rr.....ss...
....ss..rr.....ss....
"""

BRACES = """
...sss.........sss...
..ss.............ss..
..ss....r.w.r....ss..
.ss......w.w......ss.
..ss....r.w.r....ss..
..ss.............ss..
...sss.........sss...
"""

SUNFLOWER = """
......w......
..w..www..w..
..ww.www.ww..
...wwwwwww...
..wwwnnnwww..
.wwwnnrnnwww.
wwwwnrnrnwwww
.wwwnnrnnwww.
..wwwnnnwww..
...wwwwwww...
..ww.www.ww..
..w..www..w..
......w......
"""

LETTERS = {
    "ge": """
......r
.rrrrrr
.rr....
.rr....
.rr....
.rr....
.rr....
.rr....
.rr....
""",
    "ye": """
..rrrr.
.rr..rr
rr.....
rr.....
rrrrr..
rr.....
rr.....
.rr..rr
..rrrr.
""",
    "yi": """
rr.rr
rr.rr
.....
.rrr.
..r..
..r..
..r..
..r..
.rrr.
""",
    "yot": """
.rr.rr.
..rrr..
.......
rr...rr
rr..rrr
rr.r.rr
rrr..rr
rr...rr
rr...rr
""",
    "soft": """
rr.....
rr.....
rr.....
rr.....
rrrrr..
rr..rr.
rr...rr
rr..rr.
rrrrr..
""",
    "shcha": """
rr.r.rr.
rr.r.rr.
rr.r.rr.
rr.r.rr.
rr.r.rr.
rr.r.rr.
rrrrrrrr
......rr
.......r
""",
    "yu": """
rr..rrr.
rr.rr.rr
rr.rr.rr
rr.rr.rr
rrrrr.rr
rr.rr.rr
rr.rr.rr
rr.rr.rr
rr..rrr.
""",
}
