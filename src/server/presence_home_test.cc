#include "server/presence_home.h"

#include <stdexcept>
#include <utility>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/presence_testing.h"

namespace roost::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace roost::server
