"""One user's session: every mid, by theme, each remote peer a line."""

from .call import FREEZE, AUDIO_FREEZE, LOSS, choices
from .common import ratio, replay_stats
from .panels import APP, bad_below, dashboard, lines, query, row, table, warn_above
from .thresholds import text

SESSION = f'{APP}, channel=~"$channel", call_id=~"$call", uid=~"$uid", sid=~"$sid"'
LATE = "Every point of the API at its own time, shown at the replay lag."
NONE = "no point in this time"
FULL = 24
HEIGHT = 8
SIZE = (8, HEIGHT)  # resized by in_rows()


def chart(title, good, unit, *parts, limit=None, peers=False, no_value=NONE, **more):
    """`parts`: (metric without agora_session_, what its line is called)."""
    targets = []
    for metric, called in parts:
        legend = " ".join(w for w in (called, "from {{peer_uid}}" if peers else "") if w)
        by_peer = peers or "{{peer_uid}}" in called
        bits = "8 * " if unit == "bps" else ""
        targets.append(query(f"{bits}max by ({'peer_uid, sid' if by_peer else 'sid'}) (agora_session_{metric}{{{SESSION}}})", legend or "{{sid}}"))
    if len(parts) == 1 and not peers:
        more.setdefault("legend", "none")  # one line a session: its id would say nothing
    return lines(title, f"{good} {LATE}", targets, unit, SIZE, limit=limit, no_value=no_value, calcs=("mean", "max"), **more)


def in_rows(per_row, panels):
    """As wide as makes `per_row` of them fill a row."""
    return [p | {"size": (FULL // per_row, HEIGHT)} for p in panels]


def frozen(media):
    part = f"rate(agora_session_{media}_freeze_seconds_total{{{SESSION}}}[$__rate_interval])"
    return query(ratio(part, part.replace("_freeze_", "_playback_"), "peer_uid"), "from {{peer_uid}}")


def who():
    info = f"agora_session_info{{{SESSION}}}"
    # Info and join time in one value: when the session joined, with the labels of info.
    joined = f"max by (uid, sid, platform, network, sdk_version, device_type, speaker) (max_over_time({info}[$__range]) * on (job, instance, app, sid) group_left () max_over_time(agora_session_join_timestamp_seconds{{{SESSION}}}[$__range])) * 1000"
    columns = {"uid": ("User", ()), "platform": ("Platform", ()), "network": ("Network", ()), "sdk_version": ("SDK", ()), "device_type": ("Device", ()),
               "speaker": ("Speaks", ()), "Value": ("Joined (true time)", (("unit", "dateTimeAsIso"), ("custom.width", 180))), "sid": ("Session", (("custom.width", 300),))}
    return table("Who, with what", f"The sessions that are chosen: a user who came back has several. Compare device, SDK and network with users who fared well. {LATE}",
                 [query(joined, instant=True, table=True)], "none", (17, 4), columns=columns, sort="Joined (true time)", no_value=NONE)


def network():
    web = "not available: only WebRTC sends it"
    return [
        chart("Video loss received", f"End-to-end loss of each peer's video (mid 20018). Good: under {text('loss')}; red from {text('loss_severe')}.", "percentunit", ("video_end_to_end_loss_ratio", ""), limit=LOSS, peers=True, top=0.06),
        chart("Audio loss received", f"End-to-end loss of each peer's audio (mid 20016). Good: under {text('loss')}.", "percentunit", ("audio_end_to_end_loss_ratio", ""), limit=LOSS, peers=True, top=0.06),
        chart("Loss sent", f"Upstream loss of the user's own audio and video (mids 20015, 20017). Good: under {text('loss')}. High here: everybody else suffers.", "percentunit",
              ("audio_upstream_loss_ratio", "audio"), ("video_upstream_loss_ratio", "video"), limit=LOSS, top=0.06, no_value="the user sends nothing"),
        chart("Round trip to the local router", f"From the client to its own router (mid 20022), not end to end. Over {text('router_round_trip')}: weak Wi-Fi.", "s", ("router_round_trip_seconds", ""), limit=warn_above("router_round_trip")),
        chart("WebRTC: loss", "Losses that only WebRTC clients send (mids 20036 to 20038).", "percentunit",
              ("webrtc_video_downstream_loss_ratio", "video received"), ("webrtc_audio_upstream_loss_ratio", "audio sent"), ("webrtc_video_upstream_loss_ratio", "video sent"), limit=LOSS, top=0.06, no_value=web),
        chart("Ids without a name", "Values, unscaled, of mids that the catalog lacks. Empty is good.", "short", ("unknown_mid", ""), no_value="none: every id is known"),
    ]


def audio():
    return [
        lines("Audio freeze by peer", f"Freeze over playback of each peer's audio (mid 20005). Good: under {text('audio_freeze_fair')}; red from {text('audio_freeze')}. {LATE}",
              [frozen("audio")], "percentunit", SIZE, limit=AUDIO_FREEZE, top=0.04, no_value="not available: WebRTC sends no mid 20005"),
        chart("Audio frozen, point by point", "How long rendering stood still within one point (mid 20005), about 2 s each. Good: 0.", "s", ("audio_freeze_duration_seconds", ""), peers=True, no_value="not available: WebRTC sends no mid 20005"),
        chart("Audio bitrate", "Sent (mid 20003) and received from each peer (20004). 0 where somebody is muted.", "bps", ("audio_upstream_bytes_per_second", "sent"), ("audio_downstream_bytes_per_second", "received, {{peer_uid}}")),
        chart("Volume", "Of what is sent (mid 20025) and played of each peer (20026), 0 to 255. Sent at 0 for long: a muted or broken microphone.", "short", ("audio_sent_volume", "sent"), ("audio_played_volume", "played, {{peer_uid}}")),
    ]


def video_sent():
    silent = "the user sends no video"
    return [
        chart("Video sent: bitrate", "Large stream (mid 20024) and small stream (20006). Falls where the network or the encoder gives way.", "bps", ("video_high_upstream_bytes_per_second", "large"), ("video_low_upstream_bytes_per_second", "small"), no_value=silent),
        chart("Video sent: frames", "Captured (mid 20007), sent large (20008) and small (20023). Captured low: camera or light; sent below captured: the encoder or the network.", "short",
              ("video_capture_frames_per_second", "captured"), ("video_high_upstream_frames_per_second", "large"), ("video_low_upstream_frames_per_second", "small"), no_value=silent),
        chart("Video sent: resolution", "Height and width of the large stream (mids 20028, 20027) and the small one (20035, 20034). Steps down: bandwidth is short.", "short",
              ("video_sent_height_pixels", "height"), ("video_sent_width_pixels", "width"), ("video_low_sent_height_pixels", "small: height"), ("video_low_sent_width_pixels", "small: width"), step=True, no_value=silent),
        chart("Video sent: quantization", "QP of the encoded picture (mid 20013): the lower, the better; over 40 it is visibly blocky.", "short", ("video_quantization_parameter", ""), no_value=silent),
    ]


def video_received():
    none = "no video is received"
    frames = bad_below("frames")
    return [
        lines("Video freeze by peer", f"Freeze over playback of each peer's video (mid 20011). Good: under {text('video_freeze_fair')}; red from {text('video_freeze')}. {LATE}",
              [frozen("video")], "percentunit", SIZE, limit=FREEZE, top=0.06, no_value=none),
        chart("Video frozen, point by point", "How long rendering stood still within one point (mid 20011), about 2 s each. Good: 0.", "s", ("video_freeze_duration_seconds", ""), peers=True, no_value=none),
        chart("Video received: frames", f"Each peer's large stream (mid 20010). Under {text('frames')} motion stutters.", "short", ("video_downstream_frames_per_second", ""), limit=frames, peers=True, no_value=none),
        chart("Video received: bitrate", "Each peer's large stream (mid 20009).", "bps", ("video_downstream_bytes_per_second", ""), peers=True, no_value=none),
        chart("Video received: resolution", "Height and width of each peer's large stream (mids 20020, 20019).", "short", ("video_received_height_pixels", "height"), ("video_received_width_pixels", "width"), peers=True, step=True, no_value=none),
        chart("Small stream received", "Frames of each peer's small stream (mid 20031): sent instead of the large one when bandwidth is short or the picture is small.", "short", ("video_low_downstream_frames_per_second", ""), peers=True, no_value="no small stream is received"),
        chart("Small stream: bitrate", "Each peer's small stream (mid 20030).", "bps", ("video_low_downstream_bytes_per_second", ""), peers=True, no_value="no small stream is received"),
        chart("Small stream: resolution", "Height and width of each peer's small stream (mids 20033, 20032).", "short", ("video_low_received_height_pixels", "height"), ("video_low_received_width_pixels", "width"), peers=True, step=True, no_value="no small stream is received"),
    ]


def device():
    return [
        chart("CPU", f"Of the app (mid 20001) and of the whole device (20002). Over {text('cpu')}: freeze without loss.", "percentunit", ("app_cpu_ratio", "app"), ("system_cpu_ratio", "device"), limit=warn_above("cpu"), top=1),
        chart("Task scheduling delay", "How late the SDK's tasks run (mid 20021). Peaks: the device is overloaded or the app was in the background.", "s", ("task_scheduling_delay_seconds", "")),
    ]


def headline():
    return [who(), *replay_stats()]


def make():
    return dashboard("session", "One user's session: all metrics by theme, each remote peer a line.", choices(with_session=True),
                     [*headline(), row("Video received"), *in_rows(4, video_received()), row("Network"), *in_rows(3, network()), row("Audio"), *in_rows(4, audio()),
                      row("Video sent"), *in_rows(4, video_sent()), row("Device"), *in_rows(2, device())], start="now-1h")
