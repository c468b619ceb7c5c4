"""How much is it used, by Agora's own count: day by day, week over week."""

from .common import date_in_legend, hour_shown, replay_stats
from .panels import APP, BY_INSIGHT, NAMED, app_variable, dashboard, lines, override, query, row, stat, variables

LATE = f"{BY_INSIGHT}: a UTC day is shown about 54 h after it began, since the vendor recalculates it two days later; the legend or the first panel names the day"
NONE = "no usage row of this day: is insight/usage allowed and enabled?"
COMPARE = "no limit; compare with the same day a week before"
# metric, title, the API's word, what it counts
ROWS = [("sessions", "Sessions", "sessionCount", "times that somebody joined a channel"),
        ("users", "Users", "userCount", "users over all channels; one in two channels counts twice"),
        ("channels", "Channels", "channelCount", "channels in use, from the first join to the last leave"),
        ("peak_users", "Most users at once", "peakCurrentUsers", "the peak of the day, which servers and licences must bear"),
        ("peak_channels", "Most channels at once", "peakCurrentChannels", "the peak of the day"),
        ("duration_seconds", "Minutes in calls", "totalDuration", "summed over users, which is what is billed")]

OF_ROWS = [override(title, ("color", {"mode": "fixed", "fixedColor": color})) for (_, title, *_), color in zip(ROWS, NAMED)]


def source(metric, api, what):
    return f"agora_insight_daily_{metric}, {api} of insight/usage: {what}"


def week_over_week(metric):
    now = f"sum(agora_insight_daily_{metric}{{{APP}}})"
    return f"{now} / (sum(agora_insight_daily_{metric}{{{APP}}} offset 7d) > 0) - 1"


def headline():
    day = f'max by (app) (agora_insight_bucket_timestamp_seconds{{{APP}, source="usage", granularity="1d"}}) * 1000'
    panels = [stat("Day shown", "no limit; two or three days ago", "agora_insight_bucket_timestamp_seconds, the start of the UTC day of each app that all values below are of", BY_INSIGHT,
                   [query(day, "{{app}}", instant=True)], "dateTimeAsIso", (13, 4), text="value_and_name", sizes=(16, 24), spark=False, no_value=NONE), *replay_stats(width=7, late_width=4)]
    for metric, title, api, what in ROWS[:4]:
        panels.append(stat(title, f"{COMPARE}, which the second value does", source(metric, api, what), LATE,
                           [query(f"sum(agora_insight_daily_{metric}{{{APP}}})", title), query(week_over_week(metric), "week over week")], "locale", (6, 5), text="value_and_name", spark=False, no_value=NONE,
                           overrides=[override("week over week", ("unit", "percentunit"), ("decimals", 1), ("noValue", "no day a week before"))]))
    return panels


def shown(metric):
    """Durations in minutes, as they are billed."""
    return f"agora_insight_daily_{metric}{{{APP}}}" + (" / 60" if metric.endswith("_seconds") else "")


def by_day():
    return [lines(f"{title} by app", COMPARE, f"{source(metric, api, what)}; a step a day", LATE, [hour_shown(api, "1d"), query(f"sum by (app) ({shown(metric)})", "{{app}}")], "locale", (8, 11),
                  step=True, stack=not metric.startswith("peak"), calcs=("lastNotNull",), overrides=[date_in_legend()], no_value=NONE) for metric, title, api, what in ROWS]


def split():
    return [
        lines("Audio and video minutes", COMPARE, "agora_insight_daily_audio_duration_seconds and agora_insight_daily_video_duration_seconds: minutes in audio-only calls and in calls with video, summed over users", LATE,
              [hour_shown("totalDuration", "1d"), query(f"sum({shown('audio_duration_seconds')})", "audio only"), query(f"sum({shown('video_duration_seconds')})", "with video")],
              "locale", (12, 11), step=True, stack=True, calcs=("lastNotNull",), overrides=[date_in_legend()], no_value=NONE),
        lines("Week over week", "no limit; 0 % is no change to the same day a week before. Needs seven days more of history in Prometheus than it draws",
              "agora_insight_daily_sessions, users, channels, peak_users and duration_seconds, each day over the day a week before", LATE,
              [hour_shown("sessionCount", "1d")] + [query(week_over_week(metric), title) for metric, title, *_ in ROWS[:4] + ROWS[5:]], "percentunit", (12, 11), step=True, calcs=("lastNotNull",),
              defaults={"min": None}, overrides=[*OF_ROWS, date_in_legend()], no_value="no day a week before"),
    ]


def make():
    return dashboard("usage", "How much is it used: users, sessions, channels, peaks and time, day by day and week over week.", variables(app_variable()),
                     [*headline(), row("Day by day"), *by_day(), row("What changes"), *split()], start="now-28d")
