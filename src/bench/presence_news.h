#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bench/roster.h"

namespace roost::bench {

/// What a message says of presences: `state` or `diff`, whichever it is.
struct PresenceNews {
  bool is_state = false;
  std::size_t topic = 0;
  Entries state;
  std::shared_ptr<const PresenceDiff> diff;
};

/// Remembers messages that many clients get, so that each is read once. By all of their bytes: what has the same bytes
/// is as well formed, and says the same.
class PresenceNewsCache {
 public:
  /// nullptr: it is not known.
  std::shared_ptr<const PresenceNews> find(std::string_view message) const;
  void put(std::string_view message, std::shared_ptr<const PresenceNews> news);

  /// Of messages that are remembered. Beyond, all are forgotten: most are old by then.
  static constexpr std::size_t kBytesMax = 64'000'000;

 private:
  /// A state may have a megabyte: its size, and how it begins, tell it from most others.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      constexpr std::size_t kBeginning = 256;  // of a diff with one entry all that differs is in it
      return std::hash<std::string_view>()(text.substr(0, kBeginning)) ^ text.size();
    }
  };

  std::unordered_map<std::string, std::shared_ptr<const PresenceNews>, Hash, std::equal_to<>> known_;
  std::size_t bytes_ = 0;
};

}  // namespace roost::bench
