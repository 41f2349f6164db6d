#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "broker/frame.h"

namespace roost::broker {

/// Puts fragments together again.
///
/// A sender's fragments come in order, one frame after the other: what doesn't fit was lost on the way, and so is the
/// frame it belonged to. One thread.
class Reassembler {
 public:
  /// Largest frame, and most bytes of all frames that wait for more.
  static constexpr std::size_t kFrameBytesMax = std::size_t{80} << 20;  // a tracker's 64 MiB, with room
  static constexpr std::size_t kWaitingBytesMax = std::size_t{256} << 20;

  // Senders whose frames wait for more: as many as there may be nodes. Empty pieces would cost them nothing.
  static constexpr std::size_t kSendersMax = 1000;

  explicit Reassembler(std::size_t frame_bytes_max = kFrameBytesMax, std::size_t waiting_bytes_max = kWaitingBytesMax)
      : frame_bytes_max_(frame_bytes_max), waiting_bytes_max_(waiting_bytes_max) {}

  /// The whole frame, when this was its last piece.
  std::optional<std::string> take(const Fragment& fragment);
  /// That sender says no more.
  void forget(std::uint64_t sender);

  std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Partial {
    std::uint64_t number;
    std::string bytes;
  };
  using Partials = std::map<std::uint64_t, Partial>;
  void drop(Partials::iterator partial);
  void make_room(std::size_t bytes, std::uint64_t sender);

  const std::size_t frame_bytes_max_;
  const std::size_t waiting_bytes_max_;
  Partials partials_;  // by sender
  std::size_t waiting_bytes_ = 0;
};

}  // namespace roost::broker
