#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/executor_testing.h"
#include "base/log_testing.h"
#include "server/presence_home.h"

// The presences of one topic, for tests.
namespace roost::server {

/// One node with one shard: a home, a router to it, and somebody who hears the topic.
class PresenceNode : public ::testing::Test, public pubsub::Subscriber {
 protected:
  explicit PresenceNode(PresenceOptions options) : home(loop, hub, 0, find_hooks, log, metrics, options) {
    hub.add_shard(loop, table);
    for (unsigned partition = 0; partition < kPresencePartitions; ++partition)
      home.add_partition(partition, {.node = "n", .vsn = 1, .single_node = true});
    subscription = table.subscribe("room:a", *this, 1);
  }
  void untrack(channel::OwnerId owner, std::string_view key) {
    router.untrack(owner, "room:a", key);
    loop.run_until_idle();
  }

  roost::testing::FakeExecutor loop;
  roost::testing::CollectingLog log;
  pubsub::Hub hub;
  pubsub::Table table{hub.interest(), 0, loop};
  Metrics metrics;
  PresenceHooks hooks;
  FindHooks find_hooks = [this](std::string_view) { return hooks.any() ? &hooks : nullptr; };
  PresenceHome home;
  PresenceRouter router{loop, std::vector<PresenceHome*>(kPresencePartitions, &home), "node", 0};
  pubsub::Subscription subscription;
};

/// One who notes what is told of the topic.
class PresenceHomes : public PresenceNode {
 protected:
  PresenceHomes() : PresenceHomes(PresenceOptions{.diff_frames_per_second = 0}) {}
  explicit PresenceHomes(PresenceOptions options) : PresenceNode(options) {}
  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    EXPECT_EQ(message.event, "presence_diff");
    diffs.push_back(std::string(message.payload));
    ours.push_back(std::string(message.ours.payload));
  }
  void track(channel::OwnerId owner, std::string_view key, std::string_view meta = R"({"phx_ref":"F"})") {
    router.track(owner, "room:a", key, SharedBytes::copy(meta), [this, key = std::string(key)](PresenceError why) {
      refusals.push_back(key + " " + std::string(to_string(why)));
    });
    loop.run_until_idle();
  }
  std::string state(std::string_view topic = "room:a") {
    text_ = "no answer";
    router.state(topic, [this](SharedBytes state) { text_ = state.view(); });
    loop.run_until_idle();
    return text_;
  }
  std::string list() {
    text_ = "no answer";
    router.list("room:a", [this](SharedBytes state) { text_ = state.view(); });
    loop.run_until_idle();
    return text_;
  }
  std::string get(std::string_view key) {
    text_ = "no answer";
    router.get("room:a", key, [this](SharedBytes one) { text_ = one.view(); });
    loop.run_until_idle();
    return text_;
  }

  PresenceFetch& fetch = hooks.fetch;
  struct Ear final : pubsub::Subscriber {
    void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
      heard.push_back(std::string(message.payload));
    }
    std::vector<std::string> heard;
  };
  Ear others;
  std::vector<std::string> diffs;
  std::vector<std::string> ours;  // what clients of ours get for each
  std::vector<std::string> refusals;

 private:
  std::string text_;
};

/// The same with diffs that are gathered.
class PresencesGathered : public PresenceHomes {
 protected:
  explicit PresencesGathered(PresenceOptions options = {.diff_frames_per_second = 10}) : PresenceHomes(options) {}
  /// What the diffs so far say, a line each: "+ada -bob".
  std::vector<std::string> changes() {
    std::vector<std::string> lines;
    for (const std::string& diff : std::exchange(diffs, {})) {
      const auto value = boost::json::parse(diff);
      std::string line;
      for (const auto& [key, presence] : value.at("joins").as_object()) line += "+" + std::string(key) + " ";
      for (const auto& [key, presence] : value.at("leaves").as_object()) line += "-" + std::string(key) + " ";
      lines.push_back(line.substr(0, line.size() - 1));
    }
    return lines;
  }
  static constexpr Duration kWindow = std::chrono::milliseconds(200);  // longer than any
};

}  // namespace roost::server
