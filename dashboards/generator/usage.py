"""How much is it used, by Agora's own count: day by day, week over week."""

from .common import date_in_legend, hour_shown
from .panels import APP, app_variable, dashboard, lines, override, query, row, stat, variables

LATE = "By Agora's own count, one value a UTC day, shown about 54 h after the day began (agora_insight_lag_seconds): the vendor recalculates a day two days later. The legend or the first panel names the day."
NONE = "no usage row of this day: is insight/usage allowed and enabled?"
ROWS = [("sessions", "Sessions", "locale", "sessionCount", "Times that somebody joined a channel."),
        ("users", "Users", "locale", "userCount", "Users over all channels; one in two channels counts twice."),
        ("channels", "Channels", "locale", "channelCount", "Channels in use, from the first join to the last leave."),
        ("peak_users", "Most users at once", "locale", "peakCurrentUsers", "The peak of the day: what servers and licences must bear."),
        ("peak_channels", "Most channels at once", "locale", "peakCurrentChannels", "The peak of the day."),
        ("duration_seconds", "Minutes in calls", "locale", "totalDuration", "Summed over users: what is billed.")]


def week_over_week(metric):
    now = f"sum(agora_insight_daily_{metric}{{{APP}}})"
    return f"{now} / (sum(agora_insight_daily_{metric}{{{APP}}} offset 7d) > 0) - 1"


def headline():
    day = f'max(agora_insight_bucket_timestamp_seconds{{{APP}, source="usage", granularity="1d"}}) * 1000'
    panels = [stat("Day shown", f"The start of the UTC day that all values at the right are of. {LATE}", [query(day, instant=True)], "dateTimeAsIso", (4, 5), spark=False, no_value=NONE)]
    for metric, title, unit, _, what in ROWS[:4]:
        panels.append(stat(title, f"{what} Small: against the same day a week before. {LATE}",
                           [query(f"sum(agora_insight_daily_{metric}{{{APP}}})", title), query(week_over_week(metric), "week over week")], unit, (5, 5), text="value_and_name", spark=False, no_value=NONE,
                           overrides=[override("week over week", ("unit", "percentunit"), ("decimals", 1), ("noValue", "no day a week before"))]))
    return panels


def shown(metric):
    """Durations in minutes, as they are billed."""
    return f"agora_insight_daily_{metric}{{{APP}}}" + (" / 60" if metric.endswith("_seconds") else "")


def by_day():
    panels = []
    for metric, title, unit, api, what in ROWS:
        panels.append(lines(f"{title} by app", f"{what} {api} of insight/usage; a step a day. {LATE}",
                            [query(f"sum by (app) ({shown(metric)})", "{{app}}"), hour_shown(api, "1d")], unit, (8, 9), step=True, stack=not metric.startswith("peak"), calcs=("lastNotNull",),
                            overrides=[date_in_legend()], no_value=NONE))
    return panels


def split():
    return [
        lines("Audio and video minutes", f"Minutes in audio-only calls and in calls with video, summed over users (totalAudioDuration, totalVideoDuration). {LATE}",
              [query(f"sum({shown('audio_duration_seconds')})", "audio only"), query(f"sum({shown('video_duration_seconds')})", "with video"), hour_shown("totalDuration", "1d")],
              "locale", (12, 9), step=True, stack=True, calcs=("lastNotNull",), overrides=[date_in_legend()], no_value=NONE),
        lines("Week over week", f"Each day against the same day a week before: 0 % is no change. Needs seven days more of history in Prometheus than it draws. {LATE}",
              [query(week_over_week(metric), title) for metric, title, *_ in ROWS[:4] + ROWS[5:]] + [hour_shown("sessionCount", "1d")], "percentunit", (12, 9), step=True, calcs=("lastNotNull",),
              defaults={"min": None}, overrides=[date_in_legend()], no_value="no day a week before"),
    ]


def make():
    return dashboard("usage", "How much is it used: users, sessions, channels, peaks and time, day by day and week over week.", variables(app_variable()),
                     [*headline(), row("Day by day"), *by_day(), row("What changes"), *split()], start="now-28d")
