#include "clicks/clicks.h"

#include <gtest/gtest.h>

#include <roost/testing.hpp>

namespace clicks {
namespace {

using roost::testing::including;

const Update kClickElsewhere{1, "Espresso", 1, {"u_2", "Bob", 1}};

// The page of Ann, on this node; `nodes` hears what is said between nodes, by the test as another node, too.
class Clicks : public ::testing::Test {
 protected:
  roost::testing::Client connect() {
    return server.connect("/socket", {.params = {{"user_id", "u_1"}, {"name", "Ann"}}});
  }
  roost::testing::ClientChannel join() {
    auto channel = connect().join("clicks");
    channel.received();
    return channel;
  }
  void other_says(std::string_view event, const roost::Payload& payload) {
    server.app().broadcast(kNodes, event, payload);
    nodes.expect_broadcast(event, payload);
  }

  roost::testing::Server server;
  std::shared_ptr<Bar> bar = std::make_shared<Bar>(server.app());
  roost::SocketMount& socket = server.app().socket("/socket").connect(demo::connect).channel<Counter>("clicks", bar);
  roost::testing::Listener nodes = server.subscribe(kNodes);
};

TEST_F(Clicks, AClickIsAnsweredAndShownToAllAndToldToOtherNodes) {
  auto ann = join();
  const auto ref = ann.push("hit", {{"button", "Espresso"}});
  ann.expect_reply(ref, "ok", {{"hits", 1}});
  const Update update{1, "Espresso", 1, {"u_1", "Ann", 1}};
  ann.expect_broadcast("update_user", update);
  nodes.expect_broadcast("click", Click{server.app().node(), update});
}

TEST_F(Clicks, AClickOnAnUnknownButtonIsRefused) {
  auto ann = join();
  ann.expect_reply(ann.push("hit", {{"button", "Tea"}}), "error", {{"reason", "unknown button"}});
}

TEST_F(Clicks, AClickOfAnotherNodeIsShownWithTheSumOfAll) {
  auto ann = join();
  ann.call("hit", {{"button", "Espresso"}});
  nodes.expect_broadcast("click");
  ann.received();
  other_says("click", Click{"other", kClickElsewhere});
  ann.expect_broadcast("update_user", Update{2, "Espresso", 2, {"u_2", "Bob", 1}});
}

TEST_F(Clicks, WhoMissedAClickOfAnotherNodeSaysWhatItKnowsAndIsToldTheRest) {
  auto ann = join();
  other_says("click", Click{"other", {2, "Espresso", 2, {"u_2", "Bob", 2}}});
  nodes.expect_broadcast("known", Known{});
  ann.expect_nothing();
  other_says("part", PartOf{"other", {2, {{"Espresso", 2, {{"u_2", {"Bob", 2}}}}}}});
  ann.expect_broadcast("state", including({{"version", 2}}));
}

TEST_F(Clicks, WhoKnowsMoreThanAnotherNodeSaysIt) {
  join().call("hit", {{"button", "Espresso"}});
  nodes.expect_broadcast("click");
  other_says("known", Known{{{server.app().node(), 1}}});
  nodes.expect_nothing();
  other_says("known", Known{});
  nodes.expect_broadcast("part", PartOf{server.app().node(), {1, {{"Espresso", 1, {{"u_1", {"Ann", 1}}}}}}});
}

TEST_F(Clicks, WhatOtherNodesSayWronglyIsNotHeard) {
  auto ann = join();
  for (const char* event : {"click", "known", "part", "more"}) other_says(event, {{"node", 7}});
  nodes.expect_nothing();
  ann.expect_nothing();
}

TEST_F(Clicks, ANodeThatIsAloneSaysNoName) {
  const auto reply = connect().start_join("clicks").expect_joined().json();
  EXPECT_FALSE(reply.as_object().contains("node"));
}

}  // namespace
}  // namespace clicks
