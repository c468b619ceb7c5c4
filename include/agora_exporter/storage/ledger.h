// ledger.db: every request booked, durably, before it is sent.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/quota/meter.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::storage {

struct Booking {
  quota::ScopeKey scope;
  agora::Endpoint endpoint;
  agora::Ticket ticket;
  WallTime at;
  friend bool operator==(const Booking&, const Booking&) = default;
};

struct LedgerState {
  std::vector<Booking> bookings;  // of the days kept (three), in order
  // A refusal that the server named: no request before.
  std::map<std::pair<quota::ScopeKey, agora::Endpoint>, WallTime> refused_until;
  std::optional<WorldTime> replayed;  // R as last persisted
  bool stopped = false;               // in order: R had not passed that
  bool existed = false;               // false: a new file
  std::string set_aside;              // the name under which an unreadable ledger was kept; empty = none
};

class Ledger {
 public:
  // `stamp` marks the folder's clock ("" = the real one): a ledger with another stamp is refused, so that
  // virtual bookings never enter a real ledger.
  static Result<std::unique_ptr<Ledger>> open(Disk& disk, const std::string& folder,
                                              const std::string& stamp);
  virtual ~Ledger() = default;

  virtual const LedgerState& state_at_open() const = 0;
  // On return the booking has reached the disk. On an error nothing may be sent.
  virtual Result<void> book(const Booking& booking) = 0;
  virtual Result<void> refuse(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime until) = 0;
  // R, now and then while it moves; and once more when the process stops in order.
  virtual Result<void> set_replayed(WorldTime r) = 0;
  virtual Result<void> set_stopped(WorldTime r) = 0;
};

}  // namespace agora_exporter::storage
