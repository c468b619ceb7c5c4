"""One user's session: every mid, by theme, each remote peer a line."""

from .call import AUDIO_FREEZE, FREEZE, GOOD_AUDIO, GOOD_CPU, GOOD_LOSS, GOOD_ROUTER, GOOD_VIDEO, LOSS, SILENT, choices
from .common import not_available, not_available_in_legend, ratio, replay_stats
from .panels import APP, BY_LAG, bad_below, dashboard, lines, query, row, table, warn_above
from .thresholds import text

SESSION = f'{APP}, channel=~"$channel", call_id=~"$call", uid=~"$uid", sid=~"$sid"'
LATE = f"{BY_LAG}; every point at its own time"
NONE = "no point in this time"
FULL = 24
HEIGHT = 8
SIZE = (8, HEIGHT)  # resized by in_rows()
PEER = "peer_uid"


def chart(title, good, source, unit, *parts, limit=None, peers=False, no_value=NONE, more_targets=(), **more):
    """`parts`: (metric without agora_session_, what its line is called)."""
    targets = []
    for metric, called in parts:
        legend = " ".join(w for w in (called, "from {{peer_uid}}" if peers else "") if w)
        by = f"{PEER}, sid" if peers or f"{{{{{PEER}}}}}" in called else "sid"
        bits = "8 * " if unit == "bps" else ""
        targets.append(query(f"{bits}max by ({by}) (agora_session_{metric}{{{SESSION}}})", legend or "{{sid}}"))
    if len(parts) == 1 and not peers:
        more.setdefault("legend", "none")  # one line a session: its id would say nothing
    return lines(title, good, source, LATE, [*targets, *more_targets], unit, SIZE, limit=limit, no_value=no_value, calcs=("mean", "max"), **more)


def in_rows(per_row, panels):
    """As wide as makes `per_row` of them fill a row."""
    return [p | {"size": (FULL // per_row, HEIGHT)} for p in panels]


def frozen(media):
    part = f"rate(agora_session_{media}_freeze_seconds_total{{{SESSION}}}[$__rate_interval])"
    return query(ratio(part, part.replace("_freeze_", "_playback_"), PEER), "from {{peer_uid}}")


def on_web():
    """Of a session on Web the legend says why there is no line."""
    return not_available(f'max by (platform) (max_over_time(agora_session_info{{{SESSION}, platform="Web"}}[$__range]))', "{{platform}}")


def who():
    info = f"agora_session_info{{{SESSION}}}"
    # Info and join time in one value: when the session joined, with the labels of info.
    joined = f"max by (uid, sid, platform, network, sdk_version, device_type, speaker) (max_over_time({info}[$__range]) * on (job, instance, app, sid) group_left () max_over_time(agora_session_join_timestamp_seconds{{{SESSION}}}[$__range])) * 1000"
    def width(pixels):
        return (("custom.width", pixels),)
    columns = {"uid": ("User", width(100)), "platform": ("Platform", width(80)), "network": ("Network", width(75)), "sdk_version": ("SDK", width(75)), "device_type": ("Device", width(110)),
               "speaker": ("Speaks", width(65)), "Value": ("Joined (true time)", (("unit", "dateTimeAsIso"), *width(160))), "sid": ("Session", (("custom.minWidth", 180),))}
    return table("Who, with what", "no limit; compare device, SDK and network with users who fared well. A user who came back has several sessions", "agora_session_info and agora_session_join_timestamp_seconds", BY_LAG,
                 [query(joined, instant=True, table=True)], "none", (17, 4), columns=columns, sort="Joined (true time)", no_value=NONE)


def network():
    return [
        chart("Video loss received", GOOD_LOSS, "end-to-end loss of each peer's video (mid 20018)", "percentunit", ("video_end_to_end_loss_ratio", ""), limit=LOSS, peers=True, top=0.06),
        chart("Audio loss received", GOOD_LOSS, "end-to-end loss of each peer's audio (mid 20016)", "percentunit", ("audio_end_to_end_loss_ratio", ""), limit=LOSS, peers=True, top=0.06),
        chart("Loss sent", f"{GOOD_LOSS}. High here: everybody else suffers", "upstream loss of the user's own audio and video (mids 20015, 20017)", "percentunit",
              ("audio_upstream_loss_ratio", "audio"), ("video_upstream_loss_ratio", "video"), limit=LOSS, top=0.06, no_value="the user sends nothing"),
        chart("Round trip to the local router", GOOD_ROUTER, "from the client to its own router (mid 20022)", "s", ("router_round_trip_seconds", ""), limit=warn_above("router_round_trip")),
        chart("WebRTC: loss", GOOD_LOSS, "losses that WebRTC clients alone send: received of each peer (mid 20036), sent (20037, 20038)", "percentunit",
              ("webrtc_video_downstream_loss_ratio", "video from {{peer_uid}}"), ("webrtc_audio_upstream_loss_ratio", "audio sent"), ("webrtc_video_upstream_loss_ratio", "video sent"), limit=LOSS, top=0.06,
              no_value="nothing sent or received; or not available: WebRTC alone sends it"),
        lines("Ids without a name", "empty; else the API tells more than this exporter knows", "agora_session_unknown_mid: mids that the catalog lacks, unscaled", LATE,
              [query(f"max by (mid, {PEER}, sid) (agora_session_unknown_mid{{{SESSION}}})", "{{mid}} {{peer_uid}}")], "short", SIZE, no_value="none: every id is known"),
    ]


def audio():
    web = {"overrides": [not_available_in_legend()], "no_value": SILENT}
    return [
        lines("Audio freeze by peer", GOOD_AUDIO, "freeze over playback of each peer's audio (mid 20005, which WebRTC does not send)", LATE,
              [frozen("audio"), on_web()], "percentunit", SIZE, limit=AUDIO_FREEZE, top=0.04, **web),
        chart("Audio frozen, point by point", "0", "how long rendering stood still within one point of about 2 s (mid 20005, which WebRTC does not send)", "s", ("audio_freeze_duration_seconds", ""), peers=True, more_targets=(on_web(),), **web),
        chart("Audio bitrate", "no limit; compare with other users. 0 where somebody is muted", "sent (mid 20003) and received from each peer (20004)", "bps",
              ("audio_upstream_bytes_per_second", "sent"), ("audio_downstream_bytes_per_second", "from {{peer_uid}}")),
        chart("Volume", "no limit; it moves while somebody speaks. Sent at 0 for long: a muted or broken microphone", "sent (mid 20025) and played of each peer (20026), 0 to 255", "short", ("audio_sent_volume", "sent"), ("audio_played_volume", "from {{peer_uid}}")),
    ]


def video_sent():
    silent = {"no_value": "the user sends no video"}
    return [
        chart("Video sent: bitrate", "no limit; steady. It falls where the network or the encoder gives way", "large stream (mid 20024) and small stream (20006)", "bps", ("video_high_upstream_bytes_per_second", "large"), ("video_low_upstream_bytes_per_second", "small"), **silent),
        chart("Video sent: frames", "no limit; sent as many as captured. Captured few: camera or light; sent fewer: encoder or network", "captured (mid 20007), sent large (20008) and small (20023)", "short",
              ("video_capture_frames_per_second", "captured"), ("video_high_upstream_frames_per_second", "large"), ("video_low_upstream_frames_per_second", "small"), **silent),
        chart("Video sent: resolution", "no limit; what you set. Steps down: bandwidth is short", "height and width of the large stream (mids 20028, 20027) and the small one (20035, 20034)", "short",
              ("video_sent_height_pixels", "height"), ("video_sent_width_pixels", "width"), ("video_low_sent_height_pixels", "small: height"), ("video_low_sent_width_pixels", "small: width"), step=True, **silent),
        chart("Video sent: quantization", f"under {text('quantization')}, the lower the better; above it visibly blocky", "QP of the encoded picture (mid 20013)", "short", ("video_quantization_parameter", ""), limit=warn_above("quantization"), **silent),
    ]


def video_received():
    none, no_small = {"peers": True, "no_value": "no video is received"}, {"peers": True, "no_value": "no small stream is received"}
    return [
        lines("Video freeze by peer", GOOD_VIDEO, "freeze over playback of each peer's video (mid 20011)", LATE, [frozen("video")], "percentunit", SIZE, limit=FREEZE, top=0.06, no_value=none["no_value"]),
        chart("Video frozen, point by point", "0", "how long rendering stood still within one point of about 2 s (mid 20011)", "s", ("video_freeze_duration_seconds", ""), **none),
        chart("Video received: frames", f"over {text('frames')} a second; below it motion stutters", "each peer's large stream (mid 20010)", "short", ("video_downstream_frames_per_second", ""), limit=bad_below("frames"), **none),
        chart("Video received: bitrate", "no limit; compare with what the peer sends", "each peer's large stream (mid 20009)", "bps", ("video_downstream_bytes_per_second", ""), **none),
        chart("Video received: resolution", "no limit; compare with what the peer sends", "height and width of each peer's large stream (mids 20020, 20019)", "short", ("video_received_height_pixels", "height"), ("video_received_width_pixels", "width"), step=True, **none),
        chart("Small stream received", "no limit; empty where the large stream is shown. It is sent instead when bandwidth is short or the picture is small", "frames of each peer's small stream (mid 20031)", "short",
              ("video_low_downstream_frames_per_second", ""), **no_small),
        chart("Small stream: bitrate", "no limit; compare with what the peer sends", "each peer's small stream (mid 20030)", "bps", ("video_low_downstream_bytes_per_second", ""), **no_small),
        chart("Small stream: resolution", "no limit; compare with what the peer sends", "height and width of each peer's small stream (mids 20033, 20032)", "short", ("video_low_received_height_pixels", "height"), ("video_low_received_width_pixels", "width"), step=True, **no_small),
    ]


def device():
    return [
        chart("CPU", GOOD_CPU, "of the app (mid 20001) and of the whole device (20002)", "percentunit", ("app_cpu_ratio", "app"), ("system_cpu_ratio", "device"), limit=warn_above("cpu"), top=1),
        chart("Task scheduling delay", "no limit; small and steady. Peaks: the device is overloaded or the app was in the background", "how late the SDK's tasks run (mid 20021)", "s", ("task_scheduling_delay_seconds", "")),
    ]


def headline():
    return [who(), *replay_stats()]


def make():
    return dashboard("session", "One user's session: all metrics by theme, each remote peer a line.", choices(with_session=True),
                     [*headline(), row("Video received"), *in_rows(4, video_received()), row("Network"), *in_rows(3, network()), row("Audio"), *in_rows(4, audio()),
                      row("Video sent"), *in_rows(4, video_sent()), row("Device"), *in_rows(2, device())], start="now-1h")
