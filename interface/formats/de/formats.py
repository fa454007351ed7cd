"""How dates and times are written in German."""

DATE_FORMAT = "j. F Y"
MONTH_DAY_FORMAT = "j. F"
WEEKDAY_DATETIME_FORMAT = "l, j. F Y, H:i"
DATETIME_FORMAT = "j. F Y, H:i"
MONTH_DAY_TIME_FORMAT = "j. F, H:i"

SHORT_DATE_FORMAT = "d.m.Y"
SHORT_MONTH_DAY_FORMAT = "j.n."
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"

TIME_FORMAT = "H:i"
TIME_SECONDS_FORMAT = "H:i:s"
