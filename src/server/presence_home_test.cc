#include "server/presence_home.h"

#include <stdexcept>
#include <utility>

#include <boost/json.hpp>
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
  PresenceHomes() : PresenceHomes(PresenceOptions{.diff_frames_per_second = 0}) {}
  explicit PresenceHomes(PresenceOptions options) : home(loop, hub, 0, find_hooks, log, metrics, options) {
    hub.add_shard(loop, table);
    for (unsigned partition = 0; partition < kPresencePartitions; ++partition)
      home.add_partition(partition, {.node = "n", .vsn = 1, .single_node = true});
    subscription = table.subscribe("room:a", *this, 1);
  }
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
  void untrack(channel::OwnerId owner, std::string_view key) {
    router.untrack(owner, "room:a", key);
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

  roost::testing::FakeExecutor loop;
  roost::testing::CollectingLog log;
  pubsub::Hub hub;
  pubsub::Table table{hub.interest(), 0, loop};
  Metrics metrics;
  PresenceHooks hooks;
  PresenceFetch& fetch = hooks.fetch;
  FindHooks find_hooks = [this](std::string_view) { return hooks.any() ? &hooks : nullptr; };
  PresenceHome home;
  PresenceRouter router{loop, std::vector<PresenceHome*>(kPresencePartitions, &home), "node", 0};
  pubsub::Subscription subscription;
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

TEST_F(PresenceHomes, ForClientsOfOursAnUpdateIsAnUpdate) {
  const auto other = table.subscribe("room:a", others, 2);
  subscription.end();
  subscription = table.subscribe("room:a", *this, 1, true);
  track(1, "ada");
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G","phx_ref_prev":"F"})"));
  router.untrack(1, "room:a", "ada");
  loop.run_until_idle();
  EXPECT_THAT(ours, ElementsAre(R"({"joins":{"ada":{"metas":[{"phx_ref":"F"}]}}})",
                                R"({"updates":{"ada":{"metas":[{"phx_ref":"G","phx_ref_prev":"F"}]}}})",
                                R"({"leaves":{"ada":["G"]}})"));
  EXPECT_EQ(others.heard.at(2), R"({"joins":{},"leaves":{"ada":{"metas":[{"phx_ref":"G","phx_ref_prev":"F"}]}}})");
}

TEST_F(PresenceHomes, WhereTheyAreCountedClientsOfOursAreToldHowMany) {
  hooks.mode = PresenceMode::counts;
  const auto other = table.subscribe("room:a", others, 2);
  subscription.end();
  subscription = table.subscribe("room:a", *this, 1, true);
  track(1, "ada");
  track(2, "ada", R"({"phx_ref":"G"})");
  track(3, "bob", R"({"phx_ref":"H"})");
  EXPECT_THAT(ours, ElementsAre(R"({"keys":1,"metas":1})", R"({"keys":1,"metas":2})", R"({"keys":2,"metas":3})"));
  EXPECT_THAT(others.heard.at(2), HasSubstr("bob")) << "all others are told everything";
  std::vector<std::string> states;
  for (int i = 0; i < 2; ++i)
    router.our_state("room:a", [&](std::string_view event, SharedBytes state) {
      states.push_back(std::string(event) + " " + std::string(state.view()));
    });
  loop.run_until_idle();
  EXPECT_THAT(states, ElementsAre(R"(roost_presence {"state":{},"keys":2,"metas":3})",
                                  R"(roost_presence {"state":{},"keys":2,"metas":3})"));
  router.untrack(3, "room:a", "bob");
  loop.run_until_idle();
  EXPECT_EQ(ours.back(), R"({"keys":1,"metas":2})");
  EXPECT_THAT(state(), HasSubstr("ada"));
}

TEST_F(PresenceHomes, WithoutClientsOfOursNothingIsEncodedForThem) {
  auto one = table.subscribe("room:a", *this, 1, true);
  one.end();
  track(1, "ada");
  EXPECT_THAT(ours, ElementsAre(""));
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
  router.track(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"F"})"), [](PresenceError) {});
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

// PROTOCOL Q10.
TEST_F(PresenceHomes, FetchRunsForJoinsAndForLeavesAlsoWithNothing) {
  std::vector<std::size_t> sizes;
  fetch = [&sizes](std::string_view, boost::json::object grouped) {
    sizes.push_back(grouped.size());
    return grouped;
  };
  track(1, "ada");
  untrack(1, "ada");
  EXPECT_THAT(sizes, ElementsAre(1, 0, 0, 1));
}

TEST_F(PresenceHomes, AFetchThatThrowsIsLoggedAndTheStateGoesOutWithoutItsFields) {
  fetch = [](std::string_view, boost::json::object) -> boost::json::object { throw std::runtime_error("no database"); };
  track(1, "ada");
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"F"}]}})");
  EXPECT_THAT(diffs, ElementsAre(HasSubstr("ada")));
  EXPECT_TRUE(log.has("error presence fetch crashed topic=room:a error=no database"));
}

TEST_F(PresenceHomes, OneKeyAloneIsReadWithoutTheOthers) {
  int fetched = 0;
  track(1, "ada");
  track(2, "bob", R"({"phx_ref":"G"})");
  fetch = [&fetched](std::string_view, boost::json::object grouped) {
    fetched += static_cast<int>(grouped.size());
    return grouped;
  };
  EXPECT_EQ(get("bob"), R"({"bob":{"metas":[{"phx_ref":"G"}]}})");
  EXPECT_EQ(fetched, 1);
  EXPECT_EQ(get("eve"), "{}");
}

TEST_F(PresencesGathered, AQuietTopicTellsAtOnceAndABusyOneGathers) {
  track(1, "ada");
  EXPECT_THAT(changes(), ElementsAre("+ada"));
  for (const char* key : {"bob", "cyd", "dan"}) track(2, key);
  EXPECT_THAT(changes(), IsEmpty());
  loop.advance(kWindow);
  EXPECT_THAT(changes(), ElementsAre("+bob +cyd +dan"));
}

TEST_F(PresencesGathered, WhoCameAndLeftWithinAWindowWasNeverThere) {
  track(1, "ada");
  track(2, "bob");
  untrack(2, "bob");
  loop.advance(kWindow);
  EXPECT_THAT(changes(), ElementsAre("+ada"));
}

TEST_F(PresencesGathered, UpdatesWithinAWindowAreOneFromTheFirstMetaToTheLast) {
  track(1, "ada");
  for (const char* meta : {R"({"phx_ref":"G"})", R"({"phx_ref":"H"})"})
    router.update(1, "room:a", "ada", SharedBytes::copy(meta));
  loop.run_until_idle();
  loop.advance(kWindow);
  EXPECT_EQ(diffs.back(),
            R"({"joins":{"ada":{"metas":[{"phx_ref":"H"}]}},"leaves":{"ada":{"metas":[{"phx_ref":"F"}]}}})");
}

TEST_F(PresencesGathered, WhoAsksForTheStateMeanwhileGetsItBehindTheDiff) {
  track(1, "ada");
  track(2, "bob");
  std::vector<std::string> order;
  router.state("room:a", [&](SharedBytes state) {
    EXPECT_THAT(changes(), ElementsAre("+ada", "+bob"));
    EXPECT_THAT(std::string(state.view()), HasSubstr("bob"));
    order.push_back("state");
  });
  loop.run_until_idle();
  EXPECT_THAT(order, IsEmpty());
  loop.advance(kWindow);
  EXPECT_THAT(order, ElementsAre("state"));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(PresencesGathered, AllWhoAskWithinAWindowShareOneState) {
  track(1, "ada");
  track(2, "bob");
  std::vector<SharedBytes> states;
  for (int i = 0; i < 3; ++i) router.state("room:a", [&](SharedBytes state) { states.push_back(std::move(state)); });
  loop.advance(kWindow);
  router.state("room:a", [&](SharedBytes state) { states.push_back(std::move(state)); });
  loop.run_until_idle();
  ASSERT_EQ(states.size(), 4u);
  for (const SharedBytes& state : states) EXPECT_EQ(state.data(), states[0].data());
}

TEST_F(PresencesGathered, ALeaveThatSomebodySawTheJoinOfIsTold) {
  track(1, "ada");
  track(2, "bob");
  EXPECT_THAT(list(), HasSubstr("bob"));
  untrack(2, "bob");
  loop.advance(kWindow);
  EXPECT_THAT(changes(), ElementsAre("+ada", "-bob"));
}

TEST_F(PresencesGathered, AWaiterIsAnsweredAlsoWhenTheChangesComeToNothing) {
  track(1, "ada");
  track(2, "bob");
  bool answered = false;
  router.state("room:a", [&](SharedBytes) { answered = true; });
  untrack(2, "bob");
  loop.advance(kWindow);
  EXPECT_TRUE(answered);
  EXPECT_THAT(changes(), ElementsAre("+ada"));
}

TEST_F(PresencesGathered, NothingIsKeptOfATopicThatIsQuiet) {
  track(1, "ada");
  state();
  state("room:empty");
  loop.advance(std::chrono::seconds(20));
  EXPECT_EQ(loop.timers(), 0u);
}

/// A topic with as many subscribers as a frame a second may be sent to.
class PresencesOfALargeRoom : public PresencesGathered {
 protected:
  PresencesOfALargeRoom() : PresencesGathered({.diff_frames_per_second = 10, .diff_sends_per_second = kClients}) {
    for (unsigned i = 1; i < kClients; ++i) others.push_back(table.subscribe("room:a", nobody, i + 1));
  }
  struct Nobody final : pubsub::Subscriber {
    void deliver(const pubsub::Message&, pubsub::FrameCache&) override {}
  };
  static constexpr unsigned kClients = 20;
  Nobody nobody;
  std::vector<pubsub::Subscription> others;
};

TEST_F(PresencesOfALargeRoom, ChangesAreGatheredForASecond) {
  track(1, "ada");
  EXPECT_THAT(changes(), ElementsAre("+ada")) << "it was quiet";
  track(2, "bob");
  loop.advance(std::chrono::milliseconds(900));
  track(3, "cyd");
  EXPECT_THAT(changes(), IsEmpty());
  loop.advance(std::chrono::milliseconds(101));
  EXPECT_THAT(changes(), ElementsAre("+bob +cyd"));
}

TEST_F(PresencesOfALargeRoom, ThatBecomesSmallIsToldSooner) {
  track(1, "ada");
  others.clear();
  track(2, "bob");
  loop.advance(std::chrono::milliseconds(20));
  EXPECT_THAT(changes(), ElementsAre("+ada", "+bob"));
}

TEST_F(PresencesOfALargeRoom, WhoComesDoesNotWaitThatLongForTheState) {
  track(1, "ada");
  track(2, "bob");
  std::vector<SharedBytes> states;
  for (int i = 0; i < 3; ++i) router.state("room:a", [&](SharedBytes state) { states.push_back(std::move(state)); });
  loop.run_until_idle();
  loop.advance(kStateWaitMax);
  ASSERT_EQ(states.size(), 3u);
  EXPECT_THAT(std::string(states[0].view()), HasSubstr("bob"));
  EXPECT_EQ(states[0].data(), states[2].data());
  EXPECT_THAT(changes(), ElementsAre("+ada")) << "the diff that tells the others is still to come";
  loop.advance(std::chrono::seconds(1));
  EXPECT_THAT(changes(), ElementsAre("+bob"));
}

TEST_F(PresencesOfALargeRoom, TheDiffLeadsOnFromAStateThatWentAheadOfIt) {
  track(1, "ada");
  track(2, "bob");
  router.state("room:a", [](SharedBytes) {});
  loop.run_until_idle();
  loop.advance(kStateWaitMax);
  untrack(2, "bob");
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G","phx_ref_prev":"F"})"));
  loop.run_until_idle();
  loop.advance(std::chrono::seconds(1));
  EXPECT_THAT(changes(), ElementsAre("+ada", "+ada -ada -bob"));
}

TEST_F(PresencesOfALargeRoom, TheCountGoesAheadToo) {
  hooks.mode = PresenceMode::counts;
  track(1, "ada");
  track(2, "bob");
  std::string count;
  router.our_state("room:a", [&](std::string_view, SharedBytes state) { count = state.view(); });
  loop.run_until_idle();
  loop.advance(kStateWaitMax);
  EXPECT_EQ(count, R"({"state":{},"keys":2,"metas":2})");
}

// What only the home can judge.

/// A topic with two keys at most, each with three metas.
class PresencesLimited : public PresenceHomes {
 protected:
  PresencesLimited()
      : PresenceHomes(PresenceOptions{.diff_frames_per_second = 0, .keys_per_topic_max = 2, .metas_per_key_max = 3}) {}
};

TEST_F(PresencesLimited, AKeyTooManyIsRefusedAndItsTrackerIsTold) {
  for (const char* key : {"ada", "bob", "cyd"}) track(1, key);
  EXPECT_THAT(refusals, ElementsAre("cyd too_many_keys"));
  EXPECT_EQ(diffs.size(), 2u);
  EXPECT_THAT(state(), ::testing::Not(HasSubstr("cyd")));
  track(2, "bob");
  EXPECT_EQ(refusals.size(), 1u) << "a key that is there may have more metas";
}

TEST_F(PresencesLimited, AMetaTooManyIsRefusedAndItsTrackerIsTold) {
  for (channel::OwnerId owner = 1; owner <= 4; ++owner) track(owner, "ada");
  EXPECT_THAT(refusals, ElementsAre("ada too_many_metas"));
  EXPECT_EQ(diffs.size(), 3u);
}

TEST_F(PresencesLimited, WhatIsSaidOfARefusedKeyChangesNothing) {
  for (const char* key : {"ada", "bob", "cyd"}) track(1, key);
  router.update(1, "room:a", "cyd", SharedBytes::copy(R"({"phx_ref":"G"})"));
  untrack(1, "cyd");
  EXPECT_EQ(diffs.size(), 2u);
}

TEST_F(PresencesLimited, WhatLeavesMakesRoom) {
  for (const char* key : {"ada", "bob"}) track(1, key);
  untrack(1, "ada");
  track(1, "cyd");
  EXPECT_THAT(refusals, IsEmpty());
}

TEST_F(PresencesLimited, RefusalsAreCountedAndALineASecondSaysSo) {
  for (const char* key : {"ada", "bob", "cyd", "dan", "eve"}) track(1, key);
  EXPECT_EQ(metrics.read(Count::limit_presence_keys), 3u);
  EXPECT_EQ(log.count("presence refused"), 1u);
  EXPECT_TRUE(log.has("warn presence refused topic=room:a why=too_many_keys not_logged_before=0"));
  loop.advance(std::chrono::seconds(1));
  for (channel::OwnerId owner = 2; owner <= 4; ++owner) track(owner, "ada");
  EXPECT_EQ(metrics.read(Count::limit_presence_metas), 1u);
  EXPECT_TRUE(log.has("warn presence refused topic=room:a why=too_many_metas not_logged_before=2"));
}

// The observer.

/// What the observer is told, a line each: "+ada -bob = ada:1 eve:2", the last with the number of metas.
class PresencesObserved : public PresenceHomes {
 protected:
  PresencesObserved() {
    hooks.on_metas = [this](const PresenceChange& change) {
      EXPECT_EQ(change.topic, "room:a");
      std::string line;
      for (const auto& [key, presence] : change.joins) line += "+" + std::string(key) + " ";
      for (const auto& [key, presence] : change.leaves) line += "-" + std::string(key) + " ";
      line += "=";
      for (const auto& [key, metas] : change.presences())
        line += " " + std::string(key) + ":" + std::to_string(metas.as_array().size());
      seen.push_back(line + " after " + std::to_string(diffs.size()));
    };
  }
  std::vector<std::string> seen;
};

TEST_F(PresencesObserved, EachDiffIsToldBehindItsBroadcastWithWhatIsThereThen) {
  track(1, "ada");
  track(2, "ada");
  track(1, "bob");
  router.untrack_all(1, "room:a");
  loop.run_until_idle();
  EXPECT_THAT(seen, ElementsAre("+ada = ada:1 after 1", "+ada = ada:2 after 2", "+bob = ada:2 bob:1 after 3",
                                "-ada -bob = ada:1 after 4"));
}

TEST_F(PresencesObserved, ATopicThatNobodyHasJoinedIsToldToo) {
  subscription.end();
  track(1, "ada");
  EXPECT_THAT(seen, ElementsAre("+ada = ada:1 after 0"));
}

TEST_F(PresencesObserved, ItHearsTheFieldsOfFetch) {
  fetch = [](std::string_view, boost::json::object grouped) {
    for (auto& [key, value] : grouped) value.as_object()["name"] = "Ada";
    return grouped;
  };
  hooks.on_metas = [this](const PresenceChange& change) { seen.push_back(boost::json::serialize(change.joins)); };
  track(1, "ada");
  EXPECT_THAT(seen, ElementsAre(R"({"ada":{"metas":[{"phx_ref":"F"}],"name":"Ada"}})"));
}

TEST_F(PresencesObserved, AThrowIsLoggedAndLosesNothing) {
  hooks.on_metas = [this](const PresenceChange& change) {
    seen.push_back(std::string(change.joins.begin()->key()));
    throw std::runtime_error("no database");
  };
  track(1, "ada");
  track(1, "bob");
  EXPECT_THAT(seen, ElementsAre("ada", "bob"));
  EXPECT_EQ(diffs.size(), 2u);
  EXPECT_TRUE(log.has("channel crashed in=on_metas topic=room:a event= channel= error=no database"));
}

TEST_F(PresencesGathered, TheObserverHearsAsOftenAsClientsDo) {
  std::vector<std::size_t> seen;
  hooks.on_metas = [&seen](const PresenceChange& change) { seen.push_back(change.joins.size()); };
  subscription.end();
  for (const char* key : {"ada", "bob", "cyd"}) track(1, key);
  loop.advance(kWindow);
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST_F(PresenceHomes, StampsPutANewRefInFront) {
  const auto first = router.stamp(R"({"at":1})", "");
  EXPECT_EQ(first.json.view(), R"({"phx_ref":")" + first.phx_ref + R"(","at":1})");
  const auto second = router.stamp("{}", first.phx_ref);
  EXPECT_NE(second.phx_ref, first.phx_ref);
  EXPECT_THAT(std::string(second.json.view()), HasSubstr(R"("phx_ref_prev":")" + first.phx_ref));
  EXPECT_THROW(router.stamp("[]", ""), std::invalid_argument);
}

// What clients are told of a large room.

/// One who is told of the first two keys, and how many there are if it is a client of ours.
class PresencesAtTheTop : public PresenceHomes {
 protected:
  PresencesAtTheTop() { hooks.mode = PresenceMode::top(2); }
  void hear_as_ours() {
    subscription.end();
    subscription = table.subscribe("room:a", *this, 1, true);
  }
  std::string our_state() {
    std::string text = "no answer";
    router.our_state("room:a", [&](std::string_view event, SharedBytes state) {
      text = std::string(event) + " " + std::string(state.view());
    });
    loop.run_until_idle();
    return text;
  }
};

TEST_F(PresencesAtTheTop, TheFirstKeysAreAsIfTheyWereAll) {
  track(1, "bob");
  track(2, "cyd", R"({"phx_ref":"G"})");
  track(3, "dan", R"({"phx_ref":"H"})");
  EXPECT_EQ(diffs.size(), 2u) << "nobody is told of the third";
  EXPECT_EQ(state(), R"({"bob":{"metas":[{"phx_ref":"F"}]},"cyd":{"metas":[{"phx_ref":"G"}]}})");
  track(4, "ada", R"({"phx_ref":"I"})");
  EXPECT_EQ(diffs.back(),
            R"({"joins":{"ada":{"metas":[{"phx_ref":"I"}]}},"leaves":{"cyd":{"metas":[{"phx_ref":"G"}]}}})");
  untrack(1, "bob");
  EXPECT_EQ(diffs.back(),
            R"({"joins":{"cyd":{"metas":[{"phx_ref":"G"}]}},"leaves":{"bob":{"metas":[{"phx_ref":"F"}]}}})");
  EXPECT_EQ(state(), R"({"ada":{"metas":[{"phx_ref":"I"}]},"cyd":{"metas":[{"phx_ref":"G"}]}})");
}

TEST_F(PresencesAtTheTop, ClientsOfOursAreAlsoToldHowManyThereAre) {
  hear_as_ours();
  for (const char* key : {"ada", "bob", "cyd"}) track(1, key);
  router.update(1, "room:a", "cyd", SharedBytes::copy(R"({"phx_ref":"G","phx_ref_prev":"F"})"));
  router.update(1, "room:a", "bob", SharedBytes::copy(R"({"phx_ref":"H","phx_ref_prev":"F"})"));
  loop.run_until_idle();
  EXPECT_THAT(
      ours,
      ElementsAre(R"({"joins":{"ada":{"metas":[{"phx_ref":"F"}]}},"keys":1,"metas":1})",
                  R"({"joins":{"bob":{"metas":[{"phx_ref":"F"}]}},"keys":2,"metas":2})", R"({"keys":3,"metas":3})",
                  R"({"updates":{"bob":{"metas":[{"phx_ref":"H","phx_ref_prev":"F"}]}},"keys":3,"metas":3})"));
  EXPECT_THAT(diffs, ::testing::Each("")) << "nobody else is there";
  EXPECT_EQ(our_state(), R"(roost_presence {"state":{"ada":{"metas":[{"phx_ref":"F"}]},)"
                         R"("bob":{"metas":[{"phx_ref":"H","phx_ref_prev":"F"}]}},"keys":3,"metas":3})");
}

TEST_F(PresencesAtTheTop, TheServerSeesEverybody) {
  std::vector<std::size_t> seen;
  hooks.on_metas = [&seen](const PresenceChange& change) {
    seen.push_back(change.joins.size() * 10 + change.presences().size());
  };
  for (const char* key : {"ada", "bob", "cyd"}) track(1, key);
  EXPECT_THAT(seen, ElementsAre(11, 12, 13));
  EXPECT_THAT(list(), HasSubstr("cyd"));
  EXPECT_EQ(get("cyd"), R"({"cyd":{"metas":[{"phx_ref":"F"}]}})");
  EXPECT_THAT(state(), ::testing::Not(HasSubstr("cyd")));
}

TEST_F(PresencesAtTheTop, TheirFieldsAreFetchedAndNobodyElses) {
  std::vector<std::string> fetched;
  fetch = [&fetched](std::string_view, boost::json::object grouped) {
    for (auto& [key, value] : grouped) {
      fetched.push_back(key);
      value.as_object()["name"] = key;
    }
    return grouped;
  };
  for (const char* key : {"cyd", "bob", "ada", "dan"}) track(1, key);
  EXPECT_THAT(fetched, ElementsAre("cyd", "bob", "ada", "cyd"));
  EXPECT_THAT(diffs.back(), HasSubstr(R"("leaves":{"cyd":{"metas":[{"phx_ref":"F"}],"name":"cyd"}})"));
  EXPECT_THAT(state(), HasSubstr(R"("bob":{"metas":[{"phx_ref":"F"}],"name":"bob"})"));
}

TEST_F(PresencesAtTheTop, WhatWasToldIsKnownForAsLongAsSomebodyIsThere) {
  track(1, "bob");
  track(2, "cyd", R"({"phx_ref":"G"})");
  loop.advance(std::chrono::seconds(60));
  track(3, "ada");
  track(4, "aaa");
  EXPECT_THAT(diffs.back(), HasSubstr(R"("leaves":{"bob")"));
  for (const channel::OwnerId owner : {1, 2, 3, 4}) router.untrack_all(owner, "room:a");
  loop.run_until_idle();
  loop.advance(std::chrono::seconds(20));
  EXPECT_EQ(loop.timers(), 0u);
}

/// The same with diffs that are gathered.
class PresencesAtTheTopGathered : public PresencesGathered {
 protected:
  PresencesAtTheTopGathered() { hooks.mode = PresenceMode::top(2); }
};

TEST_F(PresencesAtTheTopGathered, AStateIsWhatTheOthersWereToldLastAndTheDiffLeadsOnFromIt) {
  track(1, "bob");
  track(2, "ada");
  track(3, "aaa");
  EXPECT_EQ(state(), R"({"bob":{"metas":[{"phx_ref":"F"}]}})") << "at once";
  EXPECT_THAT(list(), HasSubstr("aaa"));
  loop.advance(kWindow);
  EXPECT_THAT(changes(), ElementsAre("+bob", "+aaa +ada -bob"));
}

TEST_F(PresenceHomes, WhereTheyAreCountedAnUpdateIsNotToldToClientsOfOurs) {
  hooks.mode = PresenceMode::counts;
  subscription.end();
  subscription = table.subscribe("room:a", *this, 1, true);
  track(1, "ada");
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G","phx_ref_prev":"F"})"));
  loop.run_until_idle();
  EXPECT_THAT(ours, ElementsAre(R"({"keys":1,"metas":1})"));
  EXPECT_THAT(diffs, ElementsAre("")) << "nobody hears it";
}

}  // namespace
}  // namespace roost::server
