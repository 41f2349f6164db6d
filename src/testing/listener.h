#pragma once

#include <deque>
#include <memory>
#include <string>

#include <roost/testing.hpp>

#include "base/executor_testing.h"
#include "pubsub/table.h"
#include "testing/log_lines.h"

namespace roost::testing {

/// A subscription of the test's own.
struct Listener::Impl final : pubsub::Subscriber {
  Impl(pubsub::Table& table, FakeExecutor& loop, std::shared_ptr<LogLines> lines, std::string name, std::uint64_t id)
      : executor(&loop),
        log(std::move(lines)),
        topic(std::move(name)),
        subscription(table.subscribe(topic, *this, id)) {}
  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    messages.push_back({.kind = Message::Kind::broadcast,
                        .topic = topic,
                        .event = std::string(message.event),
                        .payload = Payload::trusted(SharedBytes::copy(message.payload), message.binary)});
  }
  void settle() {
    if (executor) executor->run_until_idle();
  }
  /// The server goes.
  void end() {
    subscription.end();
    executor = nullptr;
  }

  FakeExecutor* executor;
  const std::shared_ptr<LogLines> log;
  const std::string topic;
  pubsub::Subscription subscription;
  std::deque<Message> messages;
};

}  // namespace roost::testing
