#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <roost/testing.hpp>

#include "channel/scripted.h"

// The base of suites that test what applications see, by the kit that applications test with.
namespace roost::channel::testing {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A server whose topics "room:*" follow `script`. The first join of a client has the ref "1", its messages the next.
class BehaviourTest : public ::testing::Test {
 protected:
  BehaviourTest() {
    SocketLimits limits;
    limits.inbox_items_max = kInboxItems;  // small, so that tests reach them
    limits.inbox_bytes_max = kInboxBytes;
    server.app().socket("/socket").limits(limits).channel<Scripted>("room:*", std::ref(script));
  }
  static constexpr std::size_t kInboxItems = 20;
  static constexpr std::size_t kInboxBytes = 20'000;

  void on(std::string event, Script::Handler handler) { script.handlers[std::move(event)] = std::move(handler); }
  roost::testing::ClientChannel member() { return server.connect().join("room:a"); }

  // The script outlives the channels that follow it.
  Script script;
  roost::testing::Server server;
};

}  // namespace roost::channel::testing
