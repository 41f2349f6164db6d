#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "base/batch.h"
#include "base/frame.h"
#include "pubsub/message.h"

namespace roost::pubsub {

class Subscriber;

/// What one topic gathers in one turn of the loop: a batch for each form that its messages have, and those subscribers
/// that don't take batches.
class Turn {
 public:
  /// The batch of that form. `frame` is the message's, with which it begins; `subscriber` will encode the next ones.
  Batch& batch(const void* serializer, FrameHead head, const Frame& frame, Subscriber& subscriber) {
    for (const Form& form : forms_)
      if (form.serializer == serializer && form.head == head) return *form.batch;
    return *forms_.emplace_back(serializer, head, new Batch(frame), &subscriber).batch;
  }

 private:
  friend class Table;
  struct Form {
    const void* serializer;
    FrameHead head;
    boost::intrusive_ptr<Batch> batch;
    Subscriber* subscriber;  // one that takes it
  };

  std::vector<Form> forms_;
  std::vector<std::uint32_t> alone_;  // places in the topic's list: each message is delivered to them
  std::size_t place_ = 0;             // in the table's list of open topics
};

}  // namespace roost::pubsub
