#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "bench/roster.h"
#include "bench/settings.h"

namespace roost::bench {

/// Which clients share a topic: client i is on topic i % topics, and is member i / topics of it.
class Members {
 public:
  /// Of Settings::connections clients with Settings::presence_key each.
  explicit Members(const Settings& settings);

  std::size_t count(std::size_t topic) const { return (clients_ - topic + topics_ - 1) / topics_; }
  std::size_t topic(std::size_t client) const { return client % topics_; }
  std::size_t member(std::size_t client) const { return client / topics_; }
  std::size_t client(std::size_t topic, std::size_t member) const { return member * topics_ + topic; }

  /// Looks keys up here, for as long as this lives.
  MemberOfKey finder() const;

 private:
  std::size_t clients_, topics_;
  std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>> clients_by_key_;
};

}  // namespace roost::bench
