// Large rooms: how often they are told, and what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/presence_testing.h"

namespace roost::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
