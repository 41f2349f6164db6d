#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"
#include "test/sim/random.h"

namespace roost::sim {

/// How badly the network behaves; 0: not at all.
struct Faults {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;  // how many take a time of their own instead of keeping their place in the link
};

/// Carries packets between numbered nodes in virtual time. Each link keeps its order, except as `faults` say.
class Network {
 public:
  struct Packet {
    std::size_t from;
    std::size_t to;
    std::string bytes;
  };

  explicit Network(Random& random) : random_(random) {}

  Faults faults;

  void block(std::size_t from, std::size_t to) { blocked_.emplace(from, to); }
  void unblock(std::size_t from, std::size_t to) { blocked_.erase({from, to}); }
  void unblock_all() { blocked_.clear(); }
  bool blocked(std::size_t from, std::size_t to) const { return blocked_.contains({from, to}); }

  void send(Packet packet, TimePoint now) {
    if (blocked(packet.from, packet.to) || random_.chance(faults.loss)) return;
    if (random_.chance(faults.duplicate)) under_way_.emplace(arrival(packet, now), packet);
    const TimePoint at = arrival(packet, now);
    under_way_.emplace(at, std::move(packet));
  }
  /// Once more, at a later time: the receiver can't take it now.
  void put_back(Packet packet, TimePoint at) { under_way_.emplace(at, std::move(packet)); }

  std::optional<TimePoint> next() const {
    return under_way_.empty() ? std::nullopt : std::optional(under_way_.begin()->first);
  }
  Packet take() { return std::move(under_way_.extract(under_way_.begin()).mapped()); }

 private:
  TimePoint arrival(const Packet& packet, TimePoint now) {
    using std::chrono::milliseconds;
    if (random_.chance(faults.reorder)) return now + milliseconds(random_.below(4000));
    TimePoint& last = last_on_link_[{packet.from, packet.to}];
    return last = std::max(last, now + milliseconds(1 + random_.below(20)));
  }

  Random& random_;
  std::multimap<TimePoint, Packet> under_way_;
  std::map<std::pair<std::size_t, std::size_t>, TimePoint> last_on_link_;
  std::set<std::pair<std::size_t, std::size_t>> blocked_;
};

}  // namespace roost::sim
