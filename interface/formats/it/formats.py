"""How dates and times are written in Italian."""

DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
WEEKDAY_DATETIME_FORMAT = "l j F Y, H:i"
DATETIME_FORMAT = "j F Y, H:i"
MONTH_DAY_TIME_FORMAT = "j F, H:i"

SHORT_DATE_FORMAT = "j b Y"
SHORT_MONTH_DAY_FORMAT = "j b"
SHORT_DATETIME_FORMAT = "j b Y, H:i"

TIME_FORMAT = "H:i"
TIME_SECONDS_FORMAT = "H:i:s"
