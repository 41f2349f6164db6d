// What the application's presences cost the shard that is their home. With threads: test/api/presence_test.cc.
#include "server/presence_link.h"

#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/executor_testing.h"
#include "base/log_testing.h"

namespace roost::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PresenceLinks : public ::testing::Test, public pubsub::Subscriber {
 protected:
  PresenceLinks() {
    hub.add_shard(loop, table);
    for (unsigned partition = 0; partition < kPresencePartitions; ++partition)
      home.add_partition(partition, {.node = "n", .vsn = 1, .single_node = true});
    subscription = table.subscribe("fleet", *this, 1);
  }
  ~PresenceLinks() override { link->close(); }
  void open() { link->open(std::vector<PresenceHome*>(kPresencePartitions, &home)); }
  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    const auto diff = boost::json::parse(message.payload);
    std::string line;
    for (const auto& [key, presence] : diff.at("joins").as_object())
      line.append("+").append(key).append(boost::json::serialize(presence.at("metas").at(0).at("n")));
    for (const auto& [key, presence] : diff.at("leaves").as_object()) line.append("-").append(key);
    told.push_back(line);
  }
  static Payload meta(int n) { return {{"n", n}}; }

  roost::testing::FakeExecutor loop;
  roost::testing::CollectingLog log;
  pubsub::Hub hub;
  pubsub::Table table{hub.interest(), 0, loop};
  Metrics metrics;
  FindHooks find_hooks = [](std::string_view) { return nullptr; };
  PresenceHome home{loop, hub, 0, find_hooks, log, metrics, {.diff_frames_per_second = 0}};
  std::shared_ptr<PresenceLink> link = std::make_shared<PresenceLink>("n", PresenceOptions{.keys_of_app_max = 10});
  TopicPresence fleet{link, "fleet"};
  pubsub::Subscription subscription;
  std::vector<std::string> told;
};

TEST_F(PresenceLinks, HoweverOftenAPresenceIsUpdatedItsHomeLooksOnce) {
  open();
  auto device = *fleet.track("a", meta(0));
  for (int n = 1; n <= 1'000; ++n) EXPECT_TRUE(device.update(meta(n)));
  EXPECT_EQ(loop.run_until_idle(), 1u);
  EXPECT_THAT(told, ElementsAre("+a1000"));
  for (int n = 0; n < 1'000; ++n) EXPECT_TRUE(device.update(meta(n)));
  device.untrack();
  EXPECT_EQ(loop.run_until_idle(), 1u);
  EXPECT_THAT(told, ElementsAre("+a1000", "-a"));
}

TEST_F(PresenceLinks, WhatIsGoneBeforeItsHomeLooksWasNeverThere) {
  open();
  for (int n = 0; n < 10; ++n) (void)*fleet.track("a", meta(n));
  EXPECT_EQ(fleet.track("a", meta(10)).error(), PresenceError::too_many_own_keys) << "as long as they wait";
  loop.run_until_idle();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_TRUE(fleet.track("a", meta(11)));
}

TEST_F(PresenceLinks, BeforeThereAreHomesOnlyTheLastMetaWaits) {
  auto device = *fleet.track("a", meta(0));
  for (int n = 1; n <= 1'000; ++n) EXPECT_TRUE(device.update(meta(n)));
  auto gone = *fleet.track("b", meta(0));
  gone.untrack();
  EXPECT_EQ(gone.update(meta(1)).error(), PresenceError::nopresence);
  open();
  EXPECT_EQ(loop.run_until_idle(), 2u);
  EXPECT_THAT(told, ElementsAre("+a1000"));
}

TEST_F(PresenceLinks, TheFunctionOfAnUpdateMayUpdateThePresenceItself) {
  open();
  auto device = *fleet.track("a", meta(1));
  int calls = 0;
  EXPECT_TRUE(device.update([&](boost::json::object old) {
    if (++calls == 1) {
      EXPECT_TRUE(device.update(meta(5)));
    }
    old["n"] = old["n"].as_int64() + 1;
    return old;
  }));
  loop.run_until_idle();
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(told, ElementsAre("+a6"));
}

TEST_F(PresenceLinks, AfterTheCloseNothingReachesAHome) {
  open();
  auto device = *fleet.track("a", meta(1));
  loop.run_until_idle();
  link->close();
  EXPECT_EQ(device.update(meta(2)).error(), PresenceError::stopped);
  EXPECT_EQ(fleet.track("b", meta(1)).error(), PresenceError::stopped);
  device.untrack();
  EXPECT_EQ(loop.run_until_idle(), 0u);
  EXPECT_THAT(told, ElementsAre("+a1"));
}

}  // namespace
}  // namespace roost::server
