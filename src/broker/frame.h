#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <variant>

#include <roost/bytes.hpp>

#include "pubsub/adapter.h"

namespace roost::broker {

/// What nodes say to each other over a broker: `frame.cc` has the grammar. All views are into the bytes.

inline constexpr unsigned char kVersion = 1;

/// A part of a frame that the broker would not carry whole.
struct Fragment {
  std::uint64_t sender = 0;  // its incarnation
  std::uint64_t number = 0;  // of the frame that was cut, in the sender's count
  std::uint64_t total_bytes = 0;
  std::uint64_t offset = 0;
  std::string_view piece;
};

/// A node is there, or leaves.
struct Hello {
  std::string_view node;
  std::uint64_t incarnation = 0;  // random for each start
  bool leaving = false;
};

using Frame = std::variant<pubsub::Message, pubsub::Parcel, Fragment, Hello>;

enum class FrameError { other_version, malformed };

SharedBytes encode(const pubsub::Message& message);
SharedBytes encode(const pubsub::Parcel& parcel);
SharedBytes encode(const Fragment& fragment);
SharedBytes encode(const Hello& hello);

std::expected<Frame, FrameError> decode_frame(std::string_view bytes);

/// Who says hello, and in which version: the same in every version, so that a refusal can name the node.
struct Introduction {
  unsigned version = 0;
  std::string_view node;
};
std::expected<Introduction, FrameError> decode_introduction(std::string_view hello);

}  // namespace roost::broker
