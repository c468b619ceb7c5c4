#include "simulator/models.h"

namespace agora_exporter::simulator {
namespace {

using enum Side;
constexpr auto kAny = Client::any;
constexpr auto kNative = Client::native;
constexpr auto kWeb = Client::web;
constexpr auto kGeneral = Media::any;
constexpr auto kAudio = Media::audio;
constexpr auto kVideo = Media::video;
constexpr auto kLow = Media::low_video;

// WebRTC clients have no audio freeze (20005); 20036 to 20038 are theirs alone.
constexpr Model kModels[] = {
    // mid, side, media, client, percent, decimals, step, base, base, swing, noise, effect, least, most,
    // ladder
    {20001, own, kGeneral, kAny, true, 0, 6, 5, 30, 20, 8, 25, 0, 100, 0},
    {20002, own, kGeneral, kAny, true, 2, 6, 1500, 5000, 2500, 900, 2000, 0, 10000, 0},
    {20003, sending, kAudio, kAny, false, 0, 2, 30, 60, 40, 30, -40, 0, 320, 0},
    {20004, remote, kAudio, kAny, false, 0, 2, 28, 58, 40, 30, -40, 0, 320, 0},
    {20005, remote, kAudio, kNative, false, 2, 2, -260000, -180000, 60000, 200000, 150000, 0, 200000, 0},
    {20006, sending, kLow, kAny, false, 0, 2, 90, 140, 60, 25, -70, 0, 400, 0},
    {20007, sending, kVideo, kAny, false, 0, 2, 14, 30, 2, 2, -4, 0, 60, 0},
    {20008, sending, kVideo, kAny, false, 0, 2, 13, 29, 3, 2, -8, 0, 60, 0},
    {20009, remote, kVideo, kAny, false, 0, 2, 500, 1600, 500, 150, -900, 0, 6000, 0},
    {20010, remote, kVideo, kAny, false, 0, 2, 12, 29, 4, 3, -12, 0, 60, 0},
    {20011, remote, kVideo, kAny, false, 2, 2, -270000, -160000, 70000, 200000, 160000, 0, 200000, 0},
    {20013, sending, kVideo, kAny, false, 0, 4, 22, 32, 6, 3, 10, 0, 51, 0},
    {20015, sending, kAudio, kAny, true, 0, 2, -8, 0, 6, 6, 25, 0, 100, 0},
    {20016, remote, kAudio, kAny, true, 2, 2, -500, 50, 300, 350, 2500, 0, 10000, 0},
    {20017, sending, kVideo, kAny, true, 0, 2, -8, 0, 6, 6, 25, 0, 100, 0},
    {20018, remote, kVideo, kAny, true, 2, 2, -500, 80, 300, 350, 2500, 0, 10000, 0},
    {20019, remote, kVideo, kAny, false, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1},
    {20020, remote, kVideo, kAny, false, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2},
    {20021, own, kGeneral, kAny, false, 0, 4, -3, 6, 8, 5, 30, 0, 2000, 0},
    {20022, own, kGeneral, kAny, false, 0, 2, 5, 40, 30, 20, 400, 1, 5000, 0},
    {20023, sending, kLow, kAny, false, 0, 2, 10, 15, 2, 2, -5, 0, 60, 0},
    {20024, sending, kVideo, kAny, false, 0, 2, 600, 1700, 500, 150, -900, 0, 6000, 0},
    {20025, sending, kAudio, kAny, false, 0, 2, -30, 20, 60, 30, 0, 0, 255, 0},
    {20026, remote, kAudio, kAny, false, 0, 2, -30, 20, 60, 30, 0, 0, 255, 0},
    {20027, sending, kVideo, kAny, false, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1},
    {20028, sending, kVideo, kAny, false, 0, 10, 0, 0, 0, 0, 0, 0, 0, 2},
    {20030, remote, kLow, kAny, false, 0, 2, 80, 130, 60, 25, -70, 0, 400, 0},
    {20031, remote, kLow, kAny, false, 0, 2, 9, 15, 2, 2, -5, 0, 60, 0},
    {20032, remote, kLow, kAny, false, 0, 4, 0, 0, 0, 0, 0, 0, 0, 3},
    {20033, remote, kLow, kAny, false, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4},
    {20034, sending, kLow, kAny, false, 0, 10, 0, 0, 0, 0, 0, 0, 0, 3},
    {20035, sending, kLow, kAny, false, 0, 10, 0, 0, 0, 0, 0, 0, 0, 4},
    {20036, remote, kVideo, kWeb, true, 1, 2, -50, 10, 40, 40, 250, 0, 1000, 0},
    {20037, sending, kAudio, kWeb, true, 1, 2, -50, 10, 40, 40, 250, 0, 1000, 0},
    {20038, sending, kVideo, kWeb, true, 1, 2, -50, 10, 40, 40, 250, 0, 1000, 0},
    {kUnknownMid, own, kGeneral, kAny, false, 0, 2, 1, 9, 50, 10, 0, 0, 1000, 0},
};

}  // namespace

std::span<const Model> models() { return kModels; }

}  // namespace agora_exporter::simulator
