"""One call: who was in it and when, every user's quality over time, what was wrong."""

from .common import ratio, replay_stats
from .panels import APP, app_variable, bad_above, cell, colored, dashboard, go_to, lines, link, panel, query, row, stat, table, variable, variables, warn_above
from .thresholds import text

CALL = f'{APP}, channel=~"$channel", call_id=~"$call", uid=~"$uid"'
FREEZE = bad_above("video_freeze_fair", "video_freeze")
AUDIO_FREEZE = bad_above("audio_freeze_fair", "audio_freeze")
LOSS = bad_above("loss", "loss_severe")
LATE = "Call data is shown at the replay lag."
NONE = "no session of this call in this time: widen the time range or choose another call"


def choices(with_session=False):
    info = "agora_session_info"
    picked = [variable("channel", "Channel", f"label_values({info}{{{APP}}}, channel)", multi=False),
              variable("call", "Call", f'label_values({info}{{{APP}, channel=~"$channel"}}, call_id)', multi=False),
              variable("uid", "User", f'label_values({info}{{{APP}, channel=~"$channel", call_id=~"$call"}}, uid)', multi=not with_session)]
    if with_session:
        picked.append(variable("sid", "Session", f"label_values({info}{{{CALL}}}, sid)"))
    return variables(app_variable(), *picked)


def over_range(media, by="uid"):
    """Freeze over playback of the whole time range, from what the counters of its sessions came to."""
    part = f"increase(agora_session_{media}_freeze_seconds_total{{{CALL}}}[$__range])"
    return ratio(part, part.replace("_freeze_", "_playback_"), by)


def narrow(properties):
    return (*properties, ("custom.width", 95))


def worst_users():
    to_session = ("links", [link("Open the user's session", go_to("session", app="$app", channel="$channel", call="$call", uid=cell("User"), sid="$__all"))])
    mean = "avg by (uid) (avg_over_time({0}{{" + CALL + "}}[$__range]))"
    columns = {
        "uid": ("User", (to_session, ("unit", "none"), ("custom.width", 115))), "platform": ("Platform", (("custom.width", 85),)), "network": ("Network", (("custom.width", 85),)), "sdk_version": ("SDK", (("custom.width", 100),)), "device_type": ("Device", (("custom.width", 120),)),
        "Value #B": ("Video frozen", (*colored(FREEZE), ("custom.width", 120))), "Value #C": ("Audio frozen", (*colored(AUDIO_FREEZE), ("custom.width", 110))),
        "Value #D": ("Loss in", narrow(colored(LOSS))), "Value #E": ("Loss out", narrow(colored(LOSS))), "Value #F": ("Router RTT", narrow(colored(warn_above("router_round_trip"), "s", 0))),
        "Value #G": ("CPU", narrow(colored(warn_above("cpu"), decimals=0))), "Value #A": ("In call", narrow((("unit", "s"), ("decimals", 0))))}
    return table("Users: who was hit, and by what", f"""One row a user, worst first. Video and audio frozen: freeze over playback of what the user saw and heard (mids 20011, 20005; WebRTC sends no 20005: "-" there).
                 Loss in: end to end, mean of all peers (20018). Loss out: upstream video (20017): a high value here freezes the others. Router RTT: over {text('router_round_trip')} is weak Wi-Fi.
                 CPU of the device over {text('cpu')} explains freeze without loss. Click a user for everything about the session. {LATE}""",
                 [query(f"count_over_time((max by (uid, platform, network, sdk_version, device_type) (agora_session_info{{{CALL}}}))[$__range:1m]) * 60", instant=True, table=True),
                  query(over_range("video"), instant=True, table=True), query(over_range("audio"), instant=True, table=True),
                  query(mean.format("agora_session_video_end_to_end_loss_ratio"), instant=True, table=True), query(mean.format("agora_session_video_upstream_loss_ratio"), instant=True, table=True),
                  query(mean.format("agora_session_router_round_trip_seconds"), instant=True, table=True), query(mean.format("agora_session_system_cpu_ratio"), instant=True, table=True)],
                 "short", (24, 11), columns=columns, sort="Video frozen", no_value=NONE, defaults={"noValue": "-"})


def presence():
    return panel("state-timeline", "Who was in the call, and when", f"""One bar a session: from join to leave. A user who comes back has another bar: many short bars are reconnections. From agora_session_info. {LATE}""",
                 [query(f"max by (uid, platform, sid) (agora_session_info{{{CALL}}})", "{{uid}} {{platform}}")], "short", (24, 8),
                 options={"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.8, "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "single", "sort": "none"}},
                 custom={"fillOpacity": 70, "lineWidth": 0}, defaults={"color": {"mode": "thresholds"}, "mappings": [{"type": "value", "options": {"1": {"text": "in the call", "color": "green", "index": 0}}}]}, no_value=NONE)


def over_time():
    freeze = "rate(agora_session_{0}_freeze_seconds_total{{" + CALL + "}}[$__rate_interval])"
    def by_user(media):
        part = freeze.format(media)
        return ratio(part, part.replace("_freeze_", "_playback_"), "uid")
    size, legend = (12, 9), "{{uid}}"
    worst = lambda metric: query(f"max by (uid) (agora_session_{metric}{{{CALL}}})", legend)  # noqa: E731
    return [
        lines("Video freeze by user", f"Of the remote video that a user played, the share that was frozen, a line each. Dashed: {text('video_freeze_fair')}, {text('video_freeze')}. All users at once: the sender or the server; one: that user. {LATE}",
              [query(by_user("video"), legend)], "percentunit", size, limit=FREEZE, top=0.06, no_value=NONE),
        lines("Audio freeze by user", f"The same for audio (mid 20005). Users on Web are absent: WebRTC sends no mid 20005. Dashed: {text('audio_freeze_fair')}, {text('audio_freeze')}. {LATE}",
              [query(by_user("audio"), legend)], "percentunit", size, limit=AUDIO_FREEZE, top=0.04, no_value="not available: no user here sends mid 20005 (WebRTC never does)"),
        lines("Loss received by user", f"Worst end-to-end video loss of any peer, newest point (mid 20018). Dashed: {text('loss')}, {text('loss_severe')}. {LATE}",
              [worst("video_end_to_end_loss_ratio")], "percentunit", size, limit=LOSS, top=0.06, no_value=NONE),
        lines("Loss sent by user", f"Upstream video loss of each sender (mid 20017): what is lost here everybody else misses. Dashed: {text('loss')}, {text('loss_severe')}. {LATE}",
              [worst("video_upstream_loss_ratio")], "percentunit", size, limit=LOSS, top=0.06, no_value="nobody sends video"),
        lines("Round trip to the local router", f"How long each client needs to its own router (mid 20022). Over {text('router_round_trip')}: weak Wi-Fi. Not end to end. {LATE}",
              [worst("router_round_trip_seconds")], "s", size, limit=warn_above("router_round_trip"), no_value=NONE),
        lines("Device CPU by user", f"CPU of the whole device (mid 20002). Over {text('cpu')}: encoding and decoding suffer, which freezes without loss. {LATE}",
              [worst("system_cpu_ratio")], "percentunit", size, limit=warn_above("cpu"), top=1, no_value=NONE),
    ]


def headline():
    return [
        stat("Users", f"Different users of this call in the time range. {LATE}",
             [query(f"count(count by (uid) (count_over_time(agora_session_info{{{CALL}}}[$__range])))", instant=True)], "short", (4, 4), spark=False, no_value=NONE),
        stat("Video freeze", f"Freeze over playback of all remote video in the call and time range. Good: under {text('video_freeze_fair')}. {LATE}",
             [query(over_range("video", "job"), instant=True)], "percentunit", (4, 4), steps=FREEZE, decimals=1, spark=False, no_value=NONE),
        stat("Audio freeze", f"The same for audio. Good: under {text('audio_freeze_fair')}. Without users on Web, which send no mid 20005. {LATE}",
             [query(over_range("audio", "job"), instant=True)], "percentunit", (4, 4), steps=AUDIO_FREEZE, decimals=1, spark=False, no_value="not available"),
        stat("Joined first (true time)", f"When the first session of the call joined, of those in the time range. {LATE}",
             [query(f"min(min_over_time(agora_session_join_timestamp_seconds{{{CALL}}}[$__range])) * 1000", instant=True)], "dateTimeAsIso", (5, 4), spark=False, no_value=NONE),
        *replay_stats(),
    ]


def make():
    return dashboard("call", "One call: who was in it and when, how each user fared over time, and what was wrong.", choices(),
                     [*headline(), row("Who was hit?"), worst_users(), row("Who was there?"), presence(), row("When, and why?"), *over_time()], start="now-3h")
