#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "net/outbox.h"

namespace roost::net {

class ConnectionState;

/// What the connection that is being read sends meanwhile, mostly replies: put together in memory of the loop's, so
/// that it leaves in one send and each next connection finds the memory warm. One for each loop.
class Cork {
 public:
  /// `by` is being read now; nobody else is.
  void put_in(const ConnectionState& by) { by_ = &by; }
  bool is_in(const ConnectionState& of) const { return by_ == &of; }

  /// Adds a copy of the bytes. False, and nothing happens, if they do not fit.
  bool add(std::string_view bytes) {
    if (bytes.size() > room_.size() - used_) return false;
    if (!bytes.empty()) std::memcpy(room_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
    return true;
  }
  std::size_t bytes() const { return used_; }

  /// Ends it; what was put together is valid until the next add().
  std::string_view pull() {
    by_ = nullptr;
    return {room_.data(), std::exchange(used_, 0)};
  }

  static constexpr std::size_t kWorthASend = 512;  // less waits for the end of the turn, which may have more to send

 private:
  const ConnectionState* by_ = nullptr;
  std::size_t used_ = 0;
  std::array<char, Outbox::kGatherMax> room_;
};

}  // namespace roost::net
