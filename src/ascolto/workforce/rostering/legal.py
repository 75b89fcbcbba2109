"""The rules that every roster keeps, and where they come from. Figures are dated configuration.

D.Lgs. 66/2003 implements Directive 2003/88/EC (working time), D.Lgs. 81/2008 safety at work,
D.Lgs. 81/2015 contracts, among them part-time. Nothing here is legal advice.
"""

from dataclasses import dataclass

DAILY_REST = "D.Lgs. 66/2003 art. 7"
WEEKLY_REST = "D.Lgs. 66/2003 art. 9"
WEEKLY_HOURS = "D.Lgs. 66/2003 art. 4"
BREAK = "D.Lgs. 66/2003 art. 8"
SCREEN = "D.Lgs. 81/2008 art. 175"
BAND = "D.Lgs. 81/2015 art. 5"
ELASTIC = "D.Lgs. 81/2015 art. 6"
LEAVE = "D.Lgs. 66/2003 art. 10"
CONTRACT = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The Italian rule set; a roster keeps each of them strictly, where the law knows averages.

    The weekly rest is 24 hours and the daily rest together: kept around every day off, with at
    most six days of work between. A screen stretch is ended by a pause, a meal or other work off
    the screen; pauses are not put together, nor at either end of a shift. A day of parts, from the
    first beginning to the last end, leaves the daily rest in its 24 hours.
    """

    daily_rest_minutes: int = 660
    day_span_minutes: int = 24 * 60 - 660
    weekly_rest_minutes: int = 24 * 60 + 660
    consecutive_days: int = 6
    weekly_minutes: int = 48 * 60
    break_beyond_minutes: int = 360
    screen_stretch_minutes: int = 120
    screen_pause_minutes: int = 15
