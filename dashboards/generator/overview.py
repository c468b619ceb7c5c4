"""Is quality good now, and for whom? The question first, then who, then where to click."""

from .common import HEARD_NOTHING, PLAYED_NOTHING, collected, date_in_legend, hour_shown, not_available, not_available_in_legend, recorded_freeze, recorded_mean, replay_stats, told
from .panels import (APP, BY_INSIGHT, BY_LAG, app_variable, bad_above, bad_below, cell, colored, dashboard, go_to, lines, link, override, query, row, stat, table, variables, warn_above,
                     who_is_who)
from .thresholds import number, text

FREEZE = {"video": bad_above("video_freeze_fair", "video_freeze"), "audio": bad_above("audio_freeze_fair", "audio_freeze")}
LOSS = bad_above("loss", "loss_severe")
GOOD = {media: f"under {text(f'{media}_freeze_fair')}; red from {text(f'{media}_freeze')}, Agora's own red line" for media in FREEZE}
GOOD_LOSS = f"under {text('loss')}; red from {text('loss_severe')}"
MID = {"video": "mid 20011", "audio": "mid 20005, which WebRTC does not send, so without users on Web"}
LOSS_MID = {"video": "mid 20018", "audio": "mid 20016"}
FROZEN = {media: f"freeze seconds over playback seconds of remote {media}, 5 min each, in followed calls ({mid})" for media, mid in MID.items()}
NOTHING = {"video": PLAYED_NOTHING, "audio": HEARD_NOTHING}
TOP = {"video": 0.06, "audio": 0.04}
# Shades: one of each app.
PRODUCTS = [override(f"{product} .*", ("color", {"mode": "shades", "fixedColor": color}), matcher="byRegexp") for product, color in (("Native", "#5794F2"), ("WebRTC", "#B877D9"))]
PARTS = {"network": "network", "platform": "platform", "sdk_version": "SDK version"}
NOW = {"calcs": ("max", "lastNotNull")}


def headline():
    def freeze(media):
        return stat(f"{media.title()} freeze", GOOD[media], FROZEN[media], BY_LAG, [query(recorded_freeze(media, "app", "job"))], "percentunit", (3, 4), steps=FREEZE[media], decimals=1, no_value=NOTHING[media])
    return [
        freeze("video"), freeze("audio"),
        stat("Video loss", GOOD_LOSS, "the mean of all points of mid 20018, end to end, of the last 5 min in followed calls", BY_LAG,
             [query(recorded_mean("video_loss", "app", "job"))], "percentunit", (3, 4), steps=LOSS, decimals=1, no_value=PLAYED_NOTHING),
        stat("Calls now", "no limit; compare with the same hour of other days", "agora_active_calls: all of call/lists, followed or not", BY_LAG, [query(f"sum(agora_active_calls{{{APP}}})")], "short", (3, 4), decimals=0),
        stat("Sessions", "no limit; compare with the same hour of other days", "agora_active_sessions: users in followed calls, one for each join", BY_LAG,
             [query(f"sum(agora_active_sessions{{{APP}}})")], "short", (3, 4), decimals=0, no_value="none"),
        collected(), *replay_stats(width=3),
    ]


def over_time():
    return [lines(f"{media.title()} freeze by app", f"{GOOD[media]}, both dashed", FROZEN[media], BY_LAG, [query(recorded_freeze(media, "app", "app"), "{{app}}")], "percentunit", (12, 7),
                  limit=FREEZE[media], top=TOP[media], legend="list", no_value=NOTHING[media]) for media in FREEZE]


def freeze_by(media, label):
    targets, overrides = [query(told(label, recorded_freeze(media, f"app_{label}", label)), f"{{{{{label}}}}}")], who_is_who() if label != "sdk_version" else []
    hint = "One line above the others names the cause; all together, rather the service or a release. \"not told\": the API left it out"
    source = FROZEN[media]
    if media == "audio":
        hint = "A line above the others here and in video: that cause; in video alone: often the downlink's bandwidth"
    if (media, label) == ("audio", "platform"):
        playing = f"sum by (platform) (app_platform:agora_audio_playback_seconds:rate5m{{{APP}}}) > 0"
        targets.append(not_available(f"(sum by (platform) (agora_active_sessions{{{APP}}}) > 0) unless on (platform) ({playing})", "{{platform}}"))
        overrides.append(not_available_in_legend())
        hint = "\"not available\" names platforms with sessions of which no mid 20005 came"
    return lines(f"{media.title()} freeze by {PARTS[label]}", f"{GOOD[media]}, both dashed. {hint}", source, BY_LAG, targets, "percentunit", (8, 9), limit=FREEZE[media], top=TOP[media], overrides=overrides,
                 no_value=NOTHING[media], **NOW)


def loss_by(media, label):
    return lines(f"{media.title()} loss by {PARTS[label]}", f"{GOOD_LOSS}, both dashed. Loss with freeze: the network; freeze without loss: the device or the sender",
                 f"the mean of all points of {LOSS_MID[media]}, end to end, 5 min each, in followed calls", BY_LAG, [query(told(label, recorded_mean(f"{media}_loss", f"app_{label}", label)), f"{{{{{label}}}}}")],
                 "percentunit", (6, 9), limit=LOSS, top=0.06, overrides=who_is_who(), no_value=PLAYED_NOTHING, **NOW)


def for_whom():
    return [*(freeze_by(media, label) for media in FREEZE for label in PARTS), *(loss_by(media, label) for media in FREEZE for label in ("network", "platform"))]


def where():
    def worst(media):
        ratio = f"app_channel:agora_session_{media}_freeze:ratio_rate5m{{{APP}}}"
        return f"topk(10, {ratio} and app_channel:agora_session_{media}_playback_seconds:rate5m{{{APP}}} > {number('streams_channel')})"

    to_call = ("links", [link("Open the call", go_to("call", app=cell("App"), channel=cell("Channel"), call="$__all", uid="$__all"))])
    return [table(f"Worst channels: {media} freeze", f"{GOOD[media]}. Click a channel to see its call",
                  f"app_channel:agora_session_{media}_freeze:ratio_rate5m, recorded from the counters of single sessions ({MID[media]}); channels that played {text('streams_channel')} streams or more", BY_LAG,
                  [query(worst(media), instant=True, table=True)], "percentunit", (12, 8),
                  columns={"channel": ("Channel", (to_call, ("custom.width", 260))), "app": ("App", ()), "Value": ("Frozen", colored(steps))},
                  hide=("job", "instance", "__name__"), sort="Frozen", no_value=NOTHING[media]) for media, steps in FREEZE.items()]


def calls():
    length = f"sum by (le) (increase(agora_call_duration_seconds_bucket{{{APP}}}[1h]))"
    return [
        lines("Calls running", "no limit; compare with the same hour of other days", "agora_active_calls: all of call/lists, followed or not", BY_LAG,
              [query(f"sum by (app) (agora_active_calls{{{APP}}})", "{{app}}")], "short", (6, 9), stack=True, **NOW),
        lines("Calls started a minute", "no limit; compare with the same hour of other days. A sudden fall while users complain: calls cannot be started", "agora_calls_started_total: all of call/lists", BY_LAG,
              [query(f"sum by (app) (rate(agora_calls_started_total{{{APP}}}[$__rate_interval])) * 60", "{{app}}")], "short", (6, 9), stack=True, interval="5m", **NOW),
        lines("Length of ended calls", "no limit; compare with other days. Much shorter than usual: people hang up and try again", "agora_call_duration_seconds of the calls that ended in the last hour", BY_LAG,
              [query(f"histogram_quantile(0.5, {length}) >= 0", "half are shorter"), query(f"histogram_quantile(0.9, {length}) >= 0", "9 of 10 are shorter")],
              "s", (6, 9), calcs=("lastNotNull", "max"), no_value="no call has ended in the last hour"),
        lines("Live sessions by network", "no limit; how many a bad line above concerns", "agora_active_sessions: users in followed calls", BY_LAG,
              [query(told("network", f"sum by (network) (agora_active_sessions{{{APP}}})"), "{{network}}")], "short", (6, 9), stack=True, overrides=who_is_who(), no_value="nobody is in a call", **NOW),
    ]


def insight():
    # Two exporters of one app tell the same; the worse one is shown where they differ.
    def by_product(metric, name, title, good, steps, size, worse="max", **more):
        return lines(title, good, f"agora_insight_hourly_{name}, {metric} of insight/quality over an hour, by Agora's own count of the whole app", f"{BY_INSIGHT}; the legend names the hour",
                     [hour_shown(metric), query(f"{worse} by (app, product) (agora_insight_hourly_{name}{{{APP}}})", "{{product}} ({{app}})")],
                     "percentunit", size, limit=steps, step=True, calcs=("lastNotNull",), overrides=[*PRODUCTS, date_in_legend()],
                     no_value="no insight row of this hour: is the endpoint allowed and enabled?", **more)
    joined = {"worse": "min", "bottom": 0.9, "defaults": {"max": 1}}
    return [
        by_product("joinSuccessRate", "join_success_ratio", "Join success by product", f"over {text('join_success')} of the attempts to join", bad_below("join_success"), (8, 12), **joined),
        by_product("joinSuccessIn5sRate", "join_success_within_5s_ratio", "Joined within 5 s by product", f"over {text('join_success')} of the attempts, and close to join success", bad_below("join_success"), (8, 12), **joined),
        by_product("networkDelay", "network_delay_ratio", "Delay over 400 ms by product", f"under {text('network_delay')} of media time with more than 400 ms end to end", warn_above("network_delay"), (8, 12)),
        by_product("videoFreezeRate", "video_freeze_ratio", "Video freeze by product", f"{GOOD['video']}. Freezes over 600 ms, by video time", FREEZE["video"], (12, 9), right=True),
        by_product("audioFreezeRate", "audio_freeze_ratio", "Audio freeze by product", f"{GOOD['audio']}. Freezes over 200 ms, by audio time. Web's audio freeze is told here alone (product WebRTC)", FREEZE["audio"], (12, 9), right=True),
    ]


def make():
    return dashboard("overview", "Is call quality good now, and for whom? From the users' complaint to the channel in one page.", variables(app_variable()),
                     [*headline(), row("Is it good, and since when?"), *over_time(), row("For whom?"), *for_whom(), row("Where?"), *where(),
                      row("Calls"), *calls(), row("Whole app, by Agora's own count: a day or two late, the legend names the hour"), *insight()])
