"""Is quality good now, and for whom? The question first, then who, then where to click."""

from .common import date_in_legend, hour_shown, recorded_freeze, recorded_mean, replay_stats, told
from .panels import APP, app_variable, bad_above, bad_below, cell, colored, dashboard, go_to, lines, link, query, row, stat, table, variables, who_is_who
from .thresholds import text

FREEZE = bad_above("video_freeze_fair", "video_freeze")
AUDIO_FREEZE = bad_above("audio_freeze_fair", "audio_freeze")
LOSS = bad_above("loss", "loss_severe")
RULES = "no data: are the recording rules loaded (dashboards/rules)?"
QUARTER = (6, 10)
FOLLOWED = "Of followed calls only; late by the replay lag."


def headline():
    return [
        stat("Video freeze", f"""Of the time that remote video played in the last 5 minutes before R, the share that it was frozen. Good: under {text('video_freeze_fair')};
             red from {text('video_freeze')}, Agora's own red line. Sum of freeze seconds over sum of playback seconds (mid 20011). {FOLLOWED}""",
             [query(recorded_freeze("video", "app", "job"))], "percentunit", (3, 4), steps=FREEZE, decimals=1, no_value=RULES),
        stat("Audio freeze", f"""The same for audio (mid 20005). Good: under {text('audio_freeze_fair')}; red from {text('audio_freeze')}, Agora's own red line.
             WebRTC sends no mid 20005, so users on Web are not in it: their freeze is in the rows by product below. {FOLLOWED}""",
             [query(recorded_freeze("audio", "app", "job"))], "percentunit", (3, 4), steps=AUDIO_FREEZE, decimals=1, no_value=RULES),
        stat("Packet loss", f"""Mean end-to-end packet loss of video over all points of the last 5 minutes (mid 20018). Good: under {text('loss')}; red from {text('loss_severe')}. {FOLLOWED}""",
             [query(recorded_mean("video_loss", "app", "job"))], "percentunit", (3, 4), steps=LOSS, decimals=1, no_value=RULES),
        stat("Calls now", """Calls going on at R by call/lists, followed or not. 0 is shown as 0; late by the replay lag.""",
             [query(f"sum(agora_active_calls{{{APP}}})")], "short", (3, 4), decimals=0),
        stat("Sessions", """Users in followed calls at R: one per join. Late by the replay lag.""",
             [query(f"sum(agora_active_sessions{{{APP}}})")], "short", (3, 4), decimals=0, no_value="none"),
        stat("Collected", """agora_up of the worst app: NO when the last request to an enabled endpoint failed or one is overdue, so that what is shown here may be old. Open Exporter then. Not delayed.""",
             [query(f"min(agora_up{{{APP}}})")], "none", (3, 4), steps=[(None, "red"), (1, "green")], spark=False,
             defaults={"mappings": [{"type": "value", "options": {"0": {"text": "NO", "index": 0}, "1": {"text": "yes", "index": 1}}}]}),
        *replay_stats(width=3),
    ]


def over_time():
    return [
        lines("Video freeze by app", f"""Is quality good, and since when? Freeze seconds over playback seconds of remote video (mid 20011), 5 minutes each.
              Dashed: {text('video_freeze_fair')} fair, {text('video_freeze')} bad. {FOLLOWED}""",
              [query(recorded_freeze("video", "app", "app"), "{{app}}")], "percentunit", (12, 7), limit=FREEZE, top=0.06, legend="list", no_value=RULES),
        lines("Audio freeze by app", f"""Freeze seconds over playback seconds of remote audio (mid 20005), 5 minutes each. Dashed: {text('audio_freeze_fair')} fair,
              {text('audio_freeze')} bad. Web is not in it: WebRTC sends no mid 20005. {FOLLOWED}""",
              [query(recorded_freeze("audio", "app", "app"), "{{app}}")], "percentunit", (12, 7), limit=AUDIO_FREEZE, top=0.04, legend="list", no_value=RULES),
    ]


def audio_by_platform():
    not_sent = f"""0 * (sum by (platform) (agora_active_sessions{{{APP}}}) > 0)
        unless on (platform) (sum by (platform) (app_platform:agora_audio_playback_seconds:rate5m{{{APP}}}) > 0)"""
    hidden = {"matcher": {"id": "byRegexp", "options": ".*not available"},
              "properties": [{"id": "custom.hideFrom", "value": {"viz": True, "legend": False, "tooltip": True}},
                             {"id": "custom.axisPlacement", "value": "hidden"}, {"id": "unit", "value": "short"},
                             {"id": "mappings", "value": [{"type": "range", "options": {"from": 0, "to": 0, "result": {"index": 0, "text": "-"}}}]}]}
    return lines("Audio freeze by platform", f"""Freeze over playback of remote audio (mid 20005) for each platform. "not available" names platforms with live sessions of which no
                 mid 20005 came: WebRTC sends none. Dashed: {text('audio_freeze_fair')} and {text('audio_freeze')}. {FOLLOWED}""",
                 [query(recorded_freeze("audio", "app_platform", "platform"), "{{platform}}"), query(not_sent, "{{platform}}: not available", instant=True)],
                 "percentunit", QUARTER, limit=AUDIO_FREEZE, top=0.04, calcs=("max", "lastNotNull"), no_value=RULES, overrides=[*who_is_who(), hidden])


def for_whom():
    titles = {"network": "network", "platform": "platform", "sdk_version": "SDK version"}

    def by(label, title, says, queried, limit, top, size):
        return lines(title, f"{says} {FOLLOWED}", [query(told(label, queried), f"{{{{{label}}}}}")], "percentunit", size,
                     limit=limit, top=top, calcs=("max", "lastNotNull"), overrides=who_is_who(), no_value=RULES)

    def video_freeze(label):
        return by(label, f"Video freeze by {titles[label]}", f"""Who suffers? The same ratio for each {titles[label]} of the listening user; one line above the others
                  names the cause, all lines together rather the server side or a release. "not told": the API left it out.
                  Dashed: {text('video_freeze_fair')} and {text('video_freeze')}.""", recorded_freeze("video", f"app_{label}", label), FREEZE, 0.06, (8, 10))

    def video_loss(label):
        return by(label, f"Video loss by {titles[label]}", f"""Mean end-to-end loss of video (mid 20018) for each {titles[label]}. Loss with freeze: the network;
                  freeze without loss: the device or the sender. Dashed: {text('loss')} and {text('loss_severe')}.""",
                  recorded_mean("video_loss", f"app_{label}", label), LOSS, 0.06, QUARTER)

    audio_by_network = by("network", "Audio freeze by network", f"""Does audio suffer with video? Freeze over playback of remote audio (mid 20005) for each network of the listening user. A line above the
                          others here and in video freeze: that network; in video alone: often the downlink's bandwidth. Web is not in it.
                          Dashed: {text('audio_freeze_fair')} and {text('audio_freeze')}.""", recorded_freeze("audio", "app_network", "network"), AUDIO_FREEZE, 0.04, QUARTER)
    return [*map(video_freeze, titles), audio_by_network, audio_by_platform(), video_loss("network"), video_loss("platform")]


def where():
    def worst(media):
        ratio = f"app_channel:agora_session_{media}_freeze:ratio_rate5m{{{APP}}}"
        played = f"app_channel:agora_session_{media}_playback_seconds:rate5m{{{APP}}} > 0.5"
        return f"topk(10, {ratio} and {played})"

    to_call = ("links", [link("Open the call", go_to("call", app=cell("App"), channel=cell("Channel"), call="$__all", uid="$__all"))])
    tables = []
    for media, steps in (("video", FREEZE), ("audio", AUDIO_FREEZE)):
        tables.append(table(f"Worst channels: {media} freeze", f"""Where to look: the ten channels whose {media} froze most in the 5 minutes before R, of those that played at least half a stream.
                            Click a channel to see its call. From the per-session counters by recording rule, so freeze over playback as above. {FOLLOWED}""",
                            [query(worst(media), instant=True, table=True)], "percentunit", (12, 8),
                            columns={"channel": ("Channel", (to_call, ("custom.width", 260))), "app": ("App", ()), "Value": ("Frozen", colored(steps))},
                            hide=("job", "instance", "__name__"), sort="Frozen", no_value=RULES))
    return tables


def calls():
    return [
        lines("Calls running", """Calls going on, all of call/lists, followed or not. Late by the replay lag.""",
              [query(f"sum by (app) (agora_active_calls{{{APP}}})", "{{app}}")], "short", (6, 9), stack=True, calcs=("max", "lastNotNull")),
        lines("Calls started a minute", """Calls that began in a minute (agora_calls_started_total). A sudden fall while users complain: calls cannot be started. Late by the replay lag.""",
              [query(f"sum by (app) (rate(agora_calls_started_total{{{APP}}}[$__rate_interval])) * 60", "{{app}}")], "short", (6, 9), stack=True, calcs=("max", "lastNotNull"), interval="5m"),
        lines("Length of ended calls", """Median and 90th percentile of the calls that ended in the last hour (agora_call_duration_seconds). Much shorter than usual: people hang up and try again. Late by the replay lag.""",
              [query(f"histogram_quantile(0.5, sum by (le) (increase(agora_call_duration_seconds_bucket{{{APP}}}[1h]))) >= 0", "half are shorter"),
               query(f"histogram_quantile(0.9, sum by (le) (increase(agora_call_duration_seconds_bucket{{{APP}}}[1h]))) >= 0", "9 of 10 are shorter")],
              "s", (6, 9), calcs=("lastNotNull", "max")),
        lines("Live sessions by network", "Users in followed calls at R by network: how many a bad line above concerns. Late by the replay lag.",
              [query(told("network", f"sum by (network) (agora_active_sessions{{{APP}}})"), "{{network}}")], "short", (6, 9), stack=True, calcs=("max", "lastNotNull"), overrides=who_is_who()),
    ]


def insight():
    late = "By Agora's own count over the whole app, one value an hour, shown at the lag agora_insight_lag_seconds (a day or two); the legend names the hour."
    def by_product(metric, title, good, steps, size=(6, 12), **more):
        return lines(title, f"{good} {late}", [hour_shown(metric[0]), query(f"avg by (app, product) (agora_insight_hourly_{metric[1]}{{{APP}}})", "{{product}} ({{app}})")],
                     "percentunit", size, limit=steps, step=True, calcs=("lastNotNull",), overrides=[date_in_legend()],
                     no_value="no insight row of this hour: is the endpoint allowed and enabled?", **more)
    return [
        by_product(("joinSuccessRate", "join_success_ratio"), "Join success by product", f"Users who joined, by attempts. Good: over {text('join_success')}.", bad_below("join_success"), bottom=0.9, defaults={"max": 1}),
        by_product(("joinSuccessIn5sRate", "join_success_within_5s_ratio"), "Joined within 5 s by product", "Users who joined within 5 seconds, by attempts. Good: close to join success.", bad_below("join_success"), bottom=0.9, defaults={"max": 1}),
        by_product(("videoFreezeRate", "video_freeze_ratio"), "Video freeze by product", f"Freezes over 600 ms by video time. Good: under {text('video_freeze_fair')}.", FREEZE),
        by_product(("networkDelay", "network_delay_ratio"), "Delay over 400 ms by product", f"Media time with more than 400 ms end to end. Good: under {text('network_delay')}.", bad_above("network_delay", "loss_severe")),
    ]


def make():
    return dashboard("overview", "Is call quality good now, and for whom? From the users' complaint to the channel in one page.", variables(app_variable()),
                     [*headline(), row("Is it good, and since when?"), *over_time(), row("For whom?"), *for_whom(), row("Where?"), *where(),
                      row("Calls"), *calls(), row("Whole app, by Agora's own count: a day or two late, the legend names the hour"), *insight()])
