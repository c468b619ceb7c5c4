#include "agora_exporter/planner/rhythm.h"

#include <algorithm>
#include <istream>
#include <ostream>

namespace agora_exporter::planner {
namespace {

constexpr double kOfTheNewestDay = 0.5;
constexpr double kHoursOfToday = 3;  // by which its level is judged
constexpr std::int64_t kHour = 3'600;

std::int64_t hour_of(WorldTime t) { return unix_seconds(t) / kHour; }
std::size_t slot(std::int64_t hour) { return static_cast<std::size_t>(hour % 24); }

}  // namespace

void Rhythm::add(WorldTime began) {
  const std::int64_t hour = hour_of(began);
  if (complete_ >= 0 && hour < complete_) {  // late: its hour has been closed
    if (hour + 24 > complete_ && mean_[slot(hour)] >= 0) mean_[slot(hour)] += kOfTheNewestDay;
    return;
  }
  if (complete_ < 0 || hour < complete_ + 24) count_[slot(hour)] += 1;
}

void Rhythm::complete_to(WorldTime to) {
  const std::int64_t hour = hour_of(to);
  if (complete_ < 0) {
    // The first hour was not seen whole.
    complete_ = hour + 1;
    for (std::int64_t h = hour - 23; h <= hour; ++h) count_[slot(h)] = 0;
    return;
  }
  complete_ = std::max(complete_, hour - 24);
  for (; complete_ < hour; ++complete_) {
    double& mean = mean_[slot(complete_)];
    double& count = count_[slot(complete_)];
    const double foreseen = usual(complete_);
    if (foreseen >= 0) {
      actual_ += (count - actual_) / kHoursOfToday;
      foreseen_ += (foreseen - foreseen_) / kHoursOfToday;
    }
    mean = mean < 0 ? count : mean + kOfTheNewestDay * (count - mean);
    count = 0;
  }
}

double Rhythm::usual(std::int64_t hour) const { return mean_[slot(hour)]; }

double Rhythm::expected(WorldTime from, WorldTime to, double rate) const {
  double known = 0;
  int hours = 0;
  for (const double of_hour : mean_) {
    if (of_hour < 0) continue;
    known += of_hour;
    ++hours;
  }
  const double mean = hours > 0 ? known / hours : rate * kHour;
  // Some weight for "as usual", so that a quiet hour of few calls does not say much.
  const double level = std::clamp((actual_ + 5) / (foreseen_ + 5), 0.33, 3.0);
  double sum = 0;
  for (std::int64_t at = unix_seconds(from); at < unix_seconds(to);) {
    const std::int64_t next = std::min((at / kHour + 1) * kHour, unix_seconds(to));
    const double of_hour = usual(at / kHour);
    sum += (of_hour < 0 ? mean : of_hour * level) * static_cast<double>(next - at) / kHour;
    at = next;
  }
  return sum;
}

void Rhythm::write(std::ostream& to) const {
  to << complete_ << " " << actual_ << " " << foreseen_;
  for (std::size_t i = 0; i < mean_.size(); ++i) to << " " << mean_[i] << " " << count_[i];
}

void Rhythm::read(std::istream& from) {
  from >> complete_ >> actual_ >> foreseen_;
  for (std::size_t i = 0; i < mean_.size(); ++i) from >> mean_[i] >> count_[i];
}

}  // namespace agora_exporter::planner
