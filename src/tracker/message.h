#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "presence/delta.h"

namespace roost::tracker {

/// A full state of some 200,000 presences. A larger one has no business in one message.
inline constexpr std::size_t kMessageBytesMax = std::size_t{64} << 20;

/// What trackers of the same topics tell each other (PROTOCOL 10.5).

/// To all: alive, and what changed since the last one.
struct Heartbeat {
  presence::ReplicaId from;
  std::optional<presence::Delta> delta;
  presence::Clock clock;
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};
/// To one: send what this clock lacks.
struct TransferRequest {
  std::uint64_t ref = 0;  // comes back in the answer
  presence::ReplicaId from;
  presence::Clock clock;
  friend bool operator==(const TransferRequest&, const TransferRequest&) = default;
};
/// To the one that asked: a delta, or the full state.
struct TransferAnswer {
  std::uint64_t ref = 0;
  presence::ReplicaId from;
  std::variant<presence::Delta, presence::Parts> content;
  friend bool operator==(const TransferAnswer&, const TransferAnswer&) = default;
};
/// To all: this replica ends for good (PROTOCOL T16).
struct Goodbye {
  presence::ReplicaId from;
  friend bool operator==(const Goodbye&, const Goodbye&) = default;
};
using Message = std::variant<Heartbeat, TransferRequest, TransferAnswer, Goodbye>;

/// The bytes that carry a message between nodes: `message.cc` has the grammar.
std::string encode(const Message& message);

/// The message in `bytes`, or why it is none: another version, cut short, too long, or something no encoder writes.
/// Never reads out of bounds; memory is in proportion to the bytes.
std::expected<Message, Error> decode(std::string_view bytes);

}  // namespace roost::tracker
