"""One call: who was in it and when, every user's quality over time, what was wrong."""

from .common import not_available, not_available_in_legend, ratio, replay_stats
from .panels import APP, BY_LAG, app_variable, bad_above, cell, colored, dashboard, go_to, lines, link, panel, query, row, stat, table, variable, variables, warn_above
from .thresholds import text

CALL = f'{APP}, channel=~"$channel", call_id=~"$call", uid=~"$uid"'
FREEZE = bad_above("video_freeze_fair", "video_freeze")
AUDIO_FREEZE = bad_above("audio_freeze_fair", "audio_freeze")
LOSS = bad_above("loss", "loss_severe")
GOOD_VIDEO = f"under {text('video_freeze_fair')}; red from {text('video_freeze')}, Agora's own red line"
GOOD_AUDIO = f"under {text('audio_freeze_fair')}; red from {text('audio_freeze')}, Agora's own red line"
GOOD_LOSS = f"under {text('loss')}; red from {text('loss_severe')}"
GOOD_ROUTER = f"under {text('router_round_trip')}; above it weak Wi-Fi, as a rule. Not end to end"
GOOD_CPU = f"under {text('cpu')}; above it encoding and decoding suffer, which freezes without loss"
NONE = "no session of this call in this time: widen the time range or choose another call"
SILENT = "nobody spoke; or not available: WebRTC sends no mid 20005"
ROW = "call_id, sid, uid"


def choices(with_session=False):
    info = "agora_session_info"
    # Without All, with which Grafana would begin: of 100,000 series that takes seconds a panel, and draws 20,000 lines.
    picked = [variable("channel", "Channel", f"label_values({info}{{{APP}}}, channel)", everything=False),
              variable("call", "Call", f'label_values({info}{{{APP}, channel=~"$channel"}}, call_id)', multi=False),
              variable("uid", "User", f'label_values({info}{{{APP}, channel=~"$channel", call_id=~"$call"}}, uid)', multi=not with_session)]
    if with_session:
        picked.append(variable("sid", "Session", f"label_values({info}{{{CALL}}}, sid)"))
    return variables(app_variable(), *picked)


def over_range(media, by):
    """Freeze over playback of the whole time range, from what the counters of its sessions came to."""
    part = f"increase(agora_session_{media}_freeze_seconds_total{{{CALL}}}[$__range])"
    return ratio(part, part.replace("_freeze_", "_playback_"), by)


def worst_users():
    # The row's own call and session: a channel has had several calls, a user may have come twice.
    to_session = ("links", [link("Open the user's session", go_to("session", "channel", call=cell("Call"), uid=cell("User"), sid=cell("Session")))])

    def mean(metric):
        return f"avg by ({ROW}) (avg_over_time({metric}{{{CALL}}}[$__range]))"

    def width(pixels, *properties):
        return (*properties, ("custom.width", pixels))
    columns = {
        "uid": ("User", width(105, to_session, ("unit", "none"))), "platform": ("Platform", width(80)), "network": ("Network", width(75)), "sdk_version": ("SDK", width(65)), "device_type": ("Device", width(100)),
        "Value #B": ("Video frozen", width(120, *colored(FREEZE))), "Value #C": ("Audio frozen", width(110, *colored(AUDIO_FREEZE))),
        "Value #D": ("Loss in", width(80, *colored(LOSS))), "Value #E": ("Loss out", width(80, *colored(LOSS))), "Value #F": ("Router RTT", width(90, *colored(warn_above("router_round_trip"), "s", 0))),
        "Value #G": ("CPU", width(65, *colored(warn_above("cpu"), decimals=0))), "Value #A": ("In call", width(80, ("unit", "s"), ("decimals", 0))),
        "call_id": ("Call", width(70)), "sid": ("Session", (("custom.minWidth", 60),))}
    expressions = [f"count_over_time((max by ({ROW}, platform, network, sdk_version, device_type) (agora_session_info{{{CALL}}}))[$__range:1m]) * 60", over_range("video", ROW), over_range("audio", ROW),
                   mean("agora_session_video_end_to_end_loss_ratio"), mean("agora_session_video_upstream_loss_ratio"), mean("agora_session_router_round_trip_seconds"), mean("agora_session_system_cpu_ratio")]
    return table("Users: who was hit, and by what",
                 f"frozen: video under {text('video_freeze_fair')}, audio under {text('audio_freeze_fair')}; loss under {text('loss')}; router under {text('router_round_trip')}; CPU under {text('cpu')}. Only what is not good has a colour. "
                 "Loss out high: the others freeze. A row a session, worst first; click the user for everything about it",
                 "freeze over playback of the time range (mids 20011, 20005; \"-\" on Web, which sends no 20005); means of loss received of all peers (20018), loss sent (20017), way to the router (20022), CPU of the device (20002); agora_session_info",
                 BY_LAG, [query(e, instant=True, table=True) for e in expressions], "short", (24, 11), columns=columns, sort="Video frozen", no_value=NONE, defaults={"noValue": "-"})


def presence():
    return panel("state-timeline", "Who was in the call, and when", "one long bar a user. A user who comes back has another bar: many short bars are reconnections", "agora_session_info, a bar a session", BY_LAG,
                 [query(f"max by (uid, platform, sid) (agora_session_info{{{CALL}}})", "{{uid}} {{platform}}")], "short", (24, 8),
                 options={"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.8, "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "single", "sort": "none"}},
                 custom={"fillOpacity": 70, "lineWidth": 0}, defaults={"color": {"mode": "thresholds"}, "mappings": [{"type": "value", "options": {"1": {"text": "in the call", "color": "#5794F2", "index": 0}}}]}, no_value=NONE)


def over_time():
    freeze = "rate(agora_session_{0}_freeze_seconds_total{{" + CALL + "}}[$__rate_interval])"
    size, legend = (12, 9), "{{uid}}"

    def by_user(media):
        part = freeze.format(media)
        return query(ratio(part, part.replace("_freeze_", "_playback_"), "uid"), legend)

    def worst(metric):
        return [query(f"max by (uid) (agora_session_{metric}{{{CALL}}})", legend)]
    on_web = not_available(f'max by (uid) (max_over_time(agora_session_info{{{CALL}, platform="Web"}}[$__range]))', "{{uid}}")
    return [
        lines("Video freeze by user", f"{GOOD_VIDEO}, both dashed. All users at once: the sender or the service; one: that user", "freeze over playback of the remote video that each user saw (mid 20011)", BY_LAG,
              [by_user("video")], "percentunit", size, limit=FREEZE, top=0.06, no_value=NONE),
        lines("Audio freeze by user", f"{GOOD_AUDIO}, both dashed", "freeze over playback of the remote audio that each user heard (mid 20005, which WebRTC does not send: the legend names users on Web)", BY_LAG,
              [by_user("audio"), on_web], "percentunit", size, limit=AUDIO_FREEZE, top=0.04, overrides=[not_available_in_legend()], no_value=SILENT),
        lines("Loss received by user", f"{GOOD_LOSS}, both dashed", "the worst end-to-end video loss of any peer, newest point (mid 20018)", BY_LAG,
              worst("video_end_to_end_loss_ratio"), "percentunit", size, limit=LOSS, top=0.06, no_value=NONE),
        lines("Loss sent by user", f"{GOOD_LOSS}, both dashed. What is lost here everybody else misses", "upstream video loss of each sender, newest point (mid 20017)", BY_LAG,
              worst("video_upstream_loss_ratio"), "percentunit", size, limit=LOSS, top=0.06, no_value="nobody sends video"),
        lines("Round trip to the local router", GOOD_ROUTER, "how long each client needs to its own router (mid 20022)", BY_LAG,
              worst("router_round_trip_seconds"), "s", size, limit=warn_above("router_round_trip"), no_value=NONE),
        lines("Device CPU by user", GOOD_CPU, "CPU of the whole device (mid 20002)", BY_LAG, worst("system_cpu_ratio"), "percentunit", size, limit=warn_above("cpu"), top=1, no_value=NONE),
    ]


def headline():
    return [
        stat("Users", "no limit; as many as you expect in this call", "agora_session_info: different users in the time range", BY_LAG,
             [query(f"count(count by (uid) (count_over_time(agora_session_info{{{CALL}}}[$__range])))", instant=True)], "short", (4, 4), spark=False, no_value=NONE),
        stat("Video freeze", GOOD_VIDEO, "freeze over playback of all remote video of the call in the time range (mid 20011)", BY_LAG,
             [query(over_range("video", "job"), instant=True)], "percentunit", (4, 4), steps=FREEZE, decimals=1, spark=False, no_value=NONE),
        stat("Audio freeze", GOOD_AUDIO, "the same of audio (mid 20005, which WebRTC does not send, so without users on Web)", BY_LAG,
             [query(over_range("audio", "job"), instant=True)], "percentunit", (4, 4), steps=AUDIO_FREEZE, decimals=1, spark=False, no_value=SILENT),
        stat("Joined first (true time)", "no limit; compare with when it should have begun", "agora_session_join_timestamp_seconds, the first of the sessions in the time range. A true time: graphs show it later", BY_LAG,
             [query(f"min(min_over_time(agora_session_join_timestamp_seconds{{{CALL}}}[$__range])) * 1000", instant=True)], "dateTimeAsIso", (5, 4), spark=False, no_value=NONE),
        *replay_stats(),
    ]


def make():
    return dashboard("call", "One call: who was in it and when, how each user fared over time, and what was wrong.", choices(),
                     [*headline(), row("Who was hit?"), worst_users(), row("Who was there?"), presence(), row("When, and why?"), *over_time()], start="now-3h")
