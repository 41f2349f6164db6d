#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <roost/bytes.hpp>

#include "base/frame.h"

namespace roost::pubsub {

/// Names a subscriber, unique in this process for its lifetime; 0: nobody.
using SubscriberId = std::uint64_t;

/// What clients of ours get in place of a message: JSON text. No event: the same as the others.
struct Ours {
  std::string_view event = {};
  std::string_view payload = {};
  explicit operator bool() const { return !event.empty(); }
};

/// What is published: event and payload on a topic. Views last for the call.
struct Message {
  std::string_view topic;
  std::string_view event;
  std::string_view payload;  // JSON text, or bytes
  bool binary = false;
  SubscriberId from = 0;  // does not get it (PROTOCOL B1)
  Ours ours = {};         // on this node: it does not cross to others

  /// There is nothing for the others: JSON text is never empty.
  bool only_ours() const { return ours && payload.empty(); }
};

/// A message that may cross threads.
struct OwnedMessage {
  explicit OwnedMessage(const Message& message)
      : topic(message.topic),
        event(message.event),
        payload(SharedBytes::copy(message.payload)),
        binary(message.binary),
        from(message.from),
        ours_event(message.ours.event),
        ours_payload(SharedBytes::copy(message.ours.payload)) {}
  std::size_t bytes() const {
    return sizeof *this + topic.size() + event.size() + payload.size() + ours_event.size() + ours_payload.size();
  }
  Message view() const { return {topic, event, payload.view(), binary, from, {ours_event, ours_payload.view()}}; }

  const std::string topic;
  const std::string event;
  const SharedBytes payload;
  const bool binary;
  const SubscriberId from;
  const std::string ours_event;
  const SharedBytes ours_payload;
};

/// The frames of one dispatch: each form of a message is encoded once and shared (PROTOCOL B3).
class FrameCache {
 public:
  /// The frame of that form (a serializer with a way of framing), made by `encode()` the first time it is asked for.
  /// An empty frame, which is what an encoder returns that cannot, is kept too.
  template <typename Encode>
  const Frame& get(const void* serializer, FrameHead head, Encode&& encode) {
    for (std::size_t i = 0; i < used_; ++i)
      if (slots_[i].is(serializer, head)) return slots_[i].frame;
    for (const auto& slot : more_)
      if (slot->is(serializer, head)) return slot->frame;
    Slot& slot = used_ < kForms ? slots_[used_++] : *more_.emplace_back(std::make_unique<Slot>());
    slot = {serializer, head, encode()};
    return slot.frame;
  }

 private:
  static constexpr std::size_t kForms = 4;  // V1 and V2, each for websocket and long poll: most need no allocation
  struct Slot {
    const void* serializer = nullptr;
    FrameHead head = nullptr;
    Frame frame;
    bool is(const void* of, FrameHead with) const { return serializer == of && head == with; }
  };
  std::array<Slot, kForms> slots_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<Slot>> more_;  // two for each serializer that an application adds
};

}  // namespace roost::pubsub
