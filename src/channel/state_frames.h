#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <roost/bytes.hpp>

#include "base/frame.h"
#include "wire/ref.h"

namespace roost::wire {
class Serializer;
}

namespace roost::channel {

/// The last frames with a presence_state: clients of one page have the same join_ref, so all who come at the same time
/// share one frame. Shard thread only.
class StateFrames {
 public:
  /// The frame of `state` for a channel of that topic and join_ref, in that form; `make()` gives it if it is not here.
  template <typename Make>
  Frame get(const SharedBytes& state, std::string_view topic, const wire::Ref& join_ref,
            const wire::Serializer* serializer, FrameHead head, Make&& make) {
    for (const Entry& entry : entries_)
      if (entry.state.data() == state.data() && entry.serializer == serializer && entry.head == head &&
          entry.join_ref == join_ref && entry.topic == topic)
        return entry.frame;
    Frame frame = make();
    if (!state.empty() && frame.framed().size() <= kFrameBytesMax) {
      entries_[next_] = {state, std::string(topic), join_ref, serializer, head, frame};
      next_ = (next_ + 1) % entries_.size();
    }
    return frame;
  }

 private:
  static constexpr std::size_t kFrameBytesMax = 1 << 20;  // 14,000 people; so that all of this is 16 MB at most
  struct Entry {
    SharedBytes state;  // held, so that its address is nobody else's
    std::string topic;
    wire::Ref join_ref;
    const wire::Serializer* serializer = nullptr;
    FrameHead head = nullptr;
    Frame frame;
  };
  std::array<Entry, 8> entries_;  // a few pages with a few kinds of clients each
  std::size_t next_ = 0;          // the oldest
};

}  // namespace roost::channel
