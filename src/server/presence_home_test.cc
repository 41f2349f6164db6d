#include "server/presence_home.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/executor_testing.h"
#include "base/log_testing.h"

namespace roost::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One node with one shard: a home, a router to it, and somebody who hears the topic.
class PresenceHomes : public ::testing::Test, public pubsub::Subscriber {
 protected:
  PresenceHomes() {
    hub.add_shard(loop, table);
    for (unsigned partition = 0; partition < kPresencePartitions; ++partition)
      home.add_partition(partition, {.node = "n", .vsn = 1, .single_node = true});
    subscription = table.subscribe("room:a", *this, 1);
  }
  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    EXPECT_EQ(message.event, "presence_diff");
    diffs.push_back(std::string(message.payload));
  }
  void track(channel::OwnerId owner, std::string_view key, std::string_view meta = R"({"phx_ref":"F"})") {
    router.track(owner, "room:a", key, SharedBytes::copy(meta));
    loop.run_until_idle();
  }
  std::string state(std::string_view topic = "room:a") {
    std::string text = "no answer";
    router.state(topic, [&text](SharedBytes state) { text = state.view(); });
    loop.run_until_idle();
    return text;
  }

  roost::testing::FakeExecutor loop;
  roost::testing::CollectingLog log;
  pubsub::Hub hub;
  pubsub::Table table{hub.interest(), 0, loop};
  PresenceFetch fetch;
  FindFetch find_fetch = [this](std::string_view) { return fetch ? &fetch : nullptr; };
  PresenceHome home{loop, hub, 0, find_fetch, log};
  PresenceRouter router{loop, std::vector<PresenceHome*>(kPresencePartitions, &home), "node", 0};
  pubsub::Subscription subscription;
  std::vector<std::string> diffs;
};

TEST_F(PresenceHomes, PublishEachChangeAsADiff) {
  track(1, "ada");
  EXPECT_THAT(diffs, ElementsAre(R"({"joins":{"ada":{"metas":[{"phx_ref":"F"}]}},"leaves":{}})"));
  router.untrack(1, "room:a", "ada");
  loop.run_until_idle();
  EXPECT_EQ(diffs.at(1), R"({"joins":{},"leaves":{"ada":{"metas":[{"phx_ref":"F"}]}}})");
}

TEST_F(PresenceHomes, AnUpdateIsAJoinAndALeaveOfOneDiff) {
  track(1, "ada");
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G"})"));
  loop.run_until_idle();
  EXPECT_EQ(diffs.at(1),
            R"({"joins":{"ada":{"metas":[{"phx_ref":"G"}]}},"leaves":{"ada":{"metas":[{"phx_ref":"F"}]}}})");
}

TEST_F(PresenceHomes, UntrackAllTakesAllKeysOfAnOwner) {
  track(1, "ada");
  track(1, "bob");
  track(2, "ada", R"({"phx_ref":"H"})");
  router.untrack_all(1, "room:a");
  loop.run_until_idle();
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"H"}]}})");
}

TEST_F(PresenceHomes, StateIsEncodedOnceWhileNothingChanges) {
  int fetched = 0;
  fetch = [&fetched](std::string_view, boost::json::object grouped) {
    ++fetched;
    return grouped;
  };
  track(1, "ada");
  fetched = 0;
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"F"}]}})");
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"F"}]}})");
  EXPECT_EQ(fetched, 1);
  track(1, "bob");
  fetched = 0;
  EXPECT_THAT(state(), HasSubstr("bob"));
  EXPECT_EQ(fetched, 1);
}

TEST_F(PresenceHomes, StateOfAnEmptyTopicIsAnEmptyObject) {
  EXPECT_EQ(state("nobody:here"), "{}");
  track(1, "ada");
  router.untrack(1, "room:a", "ada");
  EXPECT_EQ(state(), "{}");
}

TEST_F(PresenceHomes, StateHasWhatWasTrackedBefore) {
  router.track(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"F"})"));
  EXPECT_THAT(state(), HasSubstr("ada"));
}

TEST_F(PresenceHomes, FetchAddsFieldsBesideTheMetas) {
  fetch = [](std::string_view topic, boost::json::object grouped) {
    for (auto& [key, value] : grouped) value.as_object()["from"] = std::string(topic);
    return grouped;
  };
  track(1, "ada");
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"F"}],"from":"room:a"}})");
  EXPECT_THAT(diffs.at(0), HasSubstr(R"("from":"room:a")"));
}

TEST_F(PresenceHomes, AFetchThatThrowsIsLoggedAndTheStateGoesOutWithoutItsFields) {
  fetch = [](std::string_view, boost::json::object) -> boost::json::object { throw std::runtime_error("no database"); };
  track(1, "ada");
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"F"}]}})");
  EXPECT_THAT(diffs, ElementsAre(HasSubstr("ada")));
  EXPECT_TRUE(log.has("error presence fetch crashed topic=room:a error=no database"));
}

TEST_F(PresenceHomes, StampsPutANewRefInFront) {
  const auto first = router.stamp(R"({"at":1})", "");
  EXPECT_EQ(first.json.view(), R"({"phx_ref":")" + first.phx_ref + R"(","at":1})");
  const auto second = router.stamp("{}", first.phx_ref);
  EXPECT_NE(second.phx_ref, first.phx_ref);
  EXPECT_THAT(std::string(second.json.view()), HasSubstr(R"("phx_ref_prev":")" + first.phx_ref));
  EXPECT_THROW(router.stamp("[]", ""), std::invalid_argument);
}

}  // namespace
}  // namespace roost::server
