#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/executor_testing.h"
#include "pubsub/hub.h"

namespace roost::pubsub::testing {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Notes what it hears as `topic event payload`.
class Ear final : public Subscriber {
 public:
  void deliver(const Message& message, FrameCache&) override {
    heard.push_back(std::string(message.topic) + " " + std::string(message.event) + " " + std::string(message.payload));
  }
  void missed() override { heard.push_back("missed"); }
  std::vector<std::string> heard;
};

inline Message message(std::string_view topic, std::string_view event = "x", SubscriberId from = 0) {
  return {topic, event, "{}", false, from};
}

/// Two topics that share a slot of the interest table.
inline std::pair<std::string, std::string> colliding_topics() {
  const std::string first = "room:0";
  for (int i = 1;; ++i)
    if (std::string topic = "room:" + std::to_string(i); Interest::slot(topic) == Interest::slot(first))
      return {first, topic};
}

}  // namespace roost::pubsub::testing
