// Presences with an asynchronous fetch: what is told, and when, while the application's coroutines wait.
#include "server/presence_fetching.h"

#include <limits>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/presence_fetching_testing.h"

namespace roost::server {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(PresencesFetched, ADiffWaitsForItsFields) {
  track(1, "ada");
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(asked(), ElementsAre("ada")) << "and nothing is asked about nothing";
  answer();
  EXPECT_EQ(last_diff, R"({"joins":{"ada":{"metas":[{"phx_ref":"F"}],"name":"of ada"}},"leaves":{}})");
  EXPECT_EQ(coroutines_gone, 1);
}

TEST_F(PresencesFetched, JoinsAndLeavesAreAskedAtTheSameTimeAndToldTogether) {
  track(1, "ada");
  answer();
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G"})"));
  loop.run_until_idle();
  EXPECT_THAT(asked(), ElementsAre("ada", "ada"));
  answer(1);
  EXPECT_THAT(told, ElementsAre("+ada -"));
  answer(0);
  EXPECT_THAT(told, ElementsAre("+ada -", "+ada -ada"));
}

TEST_F(PresencesFetched, WhatChangesMeanwhileIsOneDiffBehindIt) {
  track(1, "ada");
  for (const char* key : {"bob", "cyd", "dan"}) track(2, key);
  untrack(2, "cyd");
  EXPECT_THAT(asked(), ElementsAre("ada")) << "one at a time";
  answer();
  EXPECT_THAT(told, ElementsAre("+ada -"));
  EXPECT_THAT(asked(), ElementsAre("bob dan"));
  answer();
  EXPECT_THAT(told, ElementsAre("+ada -", "+bob dan -"));
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(PresencesFetched, ATopicThatIsEmptiedMeanwhileIsToldSo) {
  track(1, "ada");
  untrack(1, "ada");
  answer();
  answer();
  EXPECT_THAT(told, ElementsAre("+ada -", "+ -ada"));
  ask_state();
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_EQ(last_state, "{}");
}

TEST_F(PresencesFetched, WhoAsksForTheStateMeanwhileGetsOneThatTheNextDiffLeadsOnFrom) {
  track(1, "ada");
  ask_state();
  track(2, "bob");
  ask_state();
  EXPECT_THAT(told, IsEmpty());
  answer();
  EXPECT_THAT(asked(), ElementsAre("bob", "ada bob")) << "the diff, and the state behind it";
  track(3, "cyd");
  answer(1);
  answer(0);
  EXPECT_THAT(told, ElementsAre("+ada -", "+bob -", "state ada bob", "state ada bob"));
  answer();
  EXPECT_EQ(told.back(), "+cyd -");
  EXPECT_THAT(last_state, HasSubstr(R"("name":"of bob")"));
}

TEST_F(PresencesFetched, AStateIsFetchedOnceWhileNothingChanges) {
  track(1, "ada");
  answer();
  ask_state();
  ask_state();
  EXPECT_THAT(asked(), ElementsAre("ada"));
  answer();
  EXPECT_THAT(asked(), IsEmpty()) << "who asked meanwhile shares it";
  ask_state();
  ask_list();
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_EQ(told.size(), 5u);
}

TEST_F(PresencesFetched, AListTakesItsPlaceAmongTheDiffs) {
  track(1, "ada");
  ask_list();
  answer();
  answer();
  EXPECT_THAT(told, ElementsAre("+ada -", R"(list {"ada":{"metas":[{"phx_ref":"F"}],"name":"of ada"}})"));
}

TEST_F(PresencesFetched, KeysThatAreAskedForAreFetchedTogetherAndAlone) {
  for (const char* key : {"ada", "bob", "cyd"}) track(1, key), answer();
  ask_list();
  answer();
  track(2, "dan");
  for (const char* key : {"bob", "ada", "bob", "eve"}) ask_get(key);
  answer();
  EXPECT_THAT(asked(), ElementsAre("ada bob"));
  answer();
  EXPECT_THAT(std::vector(told.end() - 4, told.end()),
              ElementsAre(R"(get {"bob":{"metas":[{"phx_ref":"F"}],"name":"of bob"}})",
                          R"(get {"ada":{"metas":[{"phx_ref":"F"}],"name":"of ada"}})",
                          R"(get {"bob":{"metas":[{"phx_ref":"F"}],"name":"of bob"}})", "get {}"));
}

TEST_F(PresencesFetched, AThrowLosesTheFieldsAlone) {
  track(1, "ada");
  fail();
  EXPECT_EQ(last_diff, R"({"joins":{"ada":{"metas":[{"phx_ref":"F"}]}},"leaves":{}})");
  EXPECT_TRUE(log.has("error presence fetch crashed topic=room:a code=fetch_crashed error=no database"));
  EXPECT_EQ(metrics.read(Count::presence_fetch_crashed), 1u);
  track(2, "bob");
  answer();
  EXPECT_THAT(last_diff, HasSubstr("of bob"));
}

TEST_F(PresencesFetched, AThrowOfOnePartLosesThatPartsFields) {
  track(1, "ada");
  answer();
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G"})"));
  loop.run_until_idle();
  fail(1);
  answer();
  EXPECT_EQ(last_diff, R"({"joins":{"ada":{"metas":[{"phx_ref":"G"}],"name":"of ada"}},)"
                       R"("leaves":{"ada":{"metas":[{"phx_ref":"F"}]}}})");
}

TEST_F(PresencesFetched, AThrowBeforeThereIsACoroutineIsTheSame) {
  hooks.fetch_later = [](const std::string&, boost::json::object) -> Task<boost::json::object> {
    throw std::runtime_error("no database");
  };
  track(1, "ada");
  EXPECT_THAT(told, ElementsAre("+ada -"));
  EXPECT_EQ(metrics.read(Count::presence_fetch_crashed), 1u);
}

TEST_F(PresencesFetched, FieldsThatJsonCannotHoldAreTheSame) {
  hooks.fetch_later = [](const std::string&, boost::json::object grouped) -> Task<boost::json::object> {
    for (auto& [key, value] : grouped) value.as_object()["n"] = std::numeric_limits<double>::quiet_NaN();
    co_return grouped;
  };
  track(1, "ada");
  EXPECT_THAT(told, ElementsAre("+ada -"));
  EXPECT_EQ(metrics.read(Count::presence_fetch_crashed), 1u);
}

TEST_F(PresencesFetched, OneThatNeedsNoTimeIsToldAtOnce) {
  hooks.fetch_later = [](const std::string& topic, boost::json::object grouped) -> Task<boost::json::object> {
    for (auto& [key, value] : grouped) value.as_object()["from"] = topic;
    co_return grouped;
  };
  track(1, "ada");
  EXPECT_THAT(last_diff, HasSubstr(R"("from":"room:a")"));
}

TEST_F(PresencesFetched, AStateWithoutItsFieldsIsNotKept) {
  track(1, "ada");
  answer();
  ask_state();
  fail();
  EXPECT_EQ(last_state, R"({"ada":{"metas":[{"phx_ref":"F"}]}})");
  ask_state();
  answer();
  EXPECT_THAT(last_state, HasSubstr("of ada"));
}

TEST_F(PresencesFetched, AfterTheTimeoutItIsToldWithoutTheFieldsAndTheCoroutineIsGone) {
  track(1, "ada");
  loop.advance(4'999ms);
  EXPECT_THAT(told, IsEmpty());
  loop.advance(1ms);
  EXPECT_THAT(told, ElementsAre("+ada -"));
  EXPECT_EQ(coroutines_gone, 1);
  EXPECT_EQ(metrics.read(Count::presence_fetch_timeout), 1u);
  EXPECT_TRUE(log.has("error presence fetch timed out topic=room:a code=fetch_timeout error=no answer within 5000 ms"));
  answer();
  EXPECT_EQ(told.size(), 1u) << "too late";
  track(2, "bob");
  answer();
  EXPECT_THAT(last_diff, HasSubstr("of bob"));
}

TEST_F(PresencesFetched, TheTimeoutOfOnePartKeepsTheFieldsOfTheOther) {
  track(1, "ada");
  answer();
  router.update(1, "room:a", "ada", SharedBytes::copy(R"({"phx_ref":"G"})"));
  loop.run_until_idle();
  answer(0);
  loop.advance(5s);
  EXPECT_EQ(last_diff, R"({"joins":{"ada":{"metas":[{"phx_ref":"G"}],"name":"of ada"}},)"
                       R"("leaves":{"ada":{"metas":[{"phx_ref":"F"}]}}})");
}

TEST_F(PresencesFetched, WhereNobodyHearsItNothingIsFetched) {
  subscription.end();
  track(1, "ada");
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(PresencesFetched, WhenTheLoopEndsTheCoroutinesAreDestroyed) {
  track(1, "ada");
  ask_state();
  home.end();
  EXPECT_EQ(coroutines_gone, 1);
  answer();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(PresencesFetched, NothingIsKeptOfATopicThatIsQuiet) {
  track(1, "ada");
  ask_state();
  answer();
  answer();
  loop.advance(20s);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(PresencesFetched, TheObserverSeesWhatIsThereAfterTheDiff) {
  std::vector<std::string> seen;
  hooks.on_metas = [&seen](const PresenceChange& change) {
    seen.push_back("+" + keys_of(change.joins) + " = " + keys_of(change.presences()));
  };
  track(1, "ada");
  track(2, "bob");
  answer();
  answer();
  EXPECT_THAT(seen, ElementsAre("+ada = ada", "+bob = ada bob"));
}

/// A client that is told how many there are.
struct Counting final : pubsub::Subscriber {
  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    counts.push_back(std::string(message.ours.payload));
  }
  std::vector<std::string> counts;
};

TEST_F(PresencesFetched, CountsAreThoseAfterTheDiff) {
  hooks.mode = PresenceMode::counts;
  Counting ours;
  const auto heard = table.subscribe("room:a", ours, 2, true);
  track(1, "ada");
  track(2, "bob");
  answer();
  untrack(2, "bob");
  answer();
  answer();
  EXPECT_THAT(ours.counts,
              ElementsAre(R"({"keys":1,"metas":1})", R"({"keys":2,"metas":2})", R"({"keys":1,"metas":1})"));
}

TEST_F(PresencesFetched, WhereNobodyIsToldMoreThanACountNothingIsFetched) {
  hooks.mode = PresenceMode::counts;
  subscription.end();
  Counting ours;
  const auto heard = table.subscribe("room:a", ours, 2, true);
  track(1, "ada");
  EXPECT_THAT(asks, IsEmpty());
  EXPECT_THAT(ours.counts, ElementsAre(R"({"keys":1,"metas":1})"));
}

TEST_F(PresencesFetched, OfTheFirstKeysAlone) {
  hooks.mode = PresenceMode::top(1);
  track(1, "bob");
  answer();
  track(2, "cyd");
  EXPECT_THAT(asks, IsEmpty());
  ask_state();
  EXPECT_THAT(asked(), ElementsAre("bob"));
  answer();
  track(3, "ada");
  EXPECT_THAT(asked(), ElementsAre("ada", "bob"));
  answer();
  answer();
  EXPECT_THAT(told, ElementsAre("+bob -", "state bob", "+ada -bob"));
  ask_list();
  EXPECT_THAT(asked(), ElementsAre("ada bob cyd"));
}

TEST_F(PresencesFetched, OfAllWhereTheServerHearsOfAll) {
  hooks.mode = PresenceMode::top(1);
  std::vector<std::string> heard;
  hooks.on_metas = [&heard](const PresenceChange& change) {
    heard.push_back("+" + keys_of(change.joins) + " -" + keys_of(change.leaves) + " " + keys_of(change.presences()));
  };
  track(1, "bob");
  answer();
  track(2, "cyd");
  EXPECT_THAT(asked(), ElementsAre("cyd"));
  answer();
  untrack(1, "bob");
  EXPECT_THAT(asked(), ElementsAre("cyd", "bob"));
  answer();
  answer();
  EXPECT_THAT(told, ElementsAre("+bob -", "+cyd -bob"));
  EXPECT_THAT(last_diff, HasSubstr(R"("name":"of cyd")"));
  EXPECT_THAT(heard, ElementsAre("+bob - bob", "+cyd - bob cyd", "+ -bob cyd"));
}

class PresencesFetchedOneByOne : public PresencesFetched {
 protected:
  PresencesFetchedOneByOne() : PresencesFetched({.diff_frames_per_second = 0, .fetches_max = 1}) {
    for (const char* topic : {"room:b", "room:c"}) others.push_back(table.subscribe(topic, *this, 2));
  }
  std::vector<pubsub::Subscription> others;
};

TEST_F(PresencesFetchedOneByOne, TopicsBeyondTheLimitWaitAndGather) {
  track(1, "ada");
  track(2, "bob", "F", "room:b");
  track(2, "cyd", "F", "room:c");
  track(2, "dan", "F", "room:b");
  EXPECT_THAT(asked(), ElementsAre("ada"));
  answer();
  EXPECT_THAT(asked(), ElementsAre("bob dan"));
  answer();
  EXPECT_THAT(asked(), ElementsAre("cyd"));
  answer();
  EXPECT_THAT(told, ElementsAre("+ada -", "+bob dan -", "+cyd -"));
}

TEST_F(PresencesFetchedOneByOne, WhoWaitsForAStateThereGetsIt) {
  track(1, "ada", "F", "room:b");
  track(2, "bob");
  ask_state();
  answer();
  EXPECT_THAT(asked(), ElementsAre("bob", "bob"));
  answer();
  answer();
  EXPECT_THAT(told, ElementsAre("+ada -", "+bob -", "state bob"));
}

}  // namespace
}  // namespace roost::server
