#include "balls/balls.h"

#include <gtest/gtest.h>

#include <roost/testing.hpp>

namespace balls {
namespace {

using roost::testing::including;
using roost::testing::matching;

class Balls : public ::testing::Test {
 protected:
  roost::testing::Client connect(std::string_view name) {
    return server.connect("/socket", {.params = {{"name", name}}});
  }
  World world{2};
  roost::testing::Server server;
  Stage stage{server.app()};
};

TEST_F(Balls, EveryTurnIsShownToAll) {
  auto ann = connect("ann").join("balls");
  auto bob = connect("bob").join("balls");
  stage.turn(world, 0.05);
  stage.turn(world, 0.05);
  for (auto& viewer : {&ann, &bob}) {
    viewer->expect_broadcast("state", including({{"turn", 1}}));
    viewer->expect_broadcast("state", world.state());
  }
}

TEST_F(Balls, WhoJoinsSeesTheLastTurn) {
  stage.turn(world, 0.05);
  connect("ann").start_join("balls").expect_joined(world.state());
}

TEST_F(Balls, AKickIsAnsweredByTheLoop) {
  auto ann = connect("ann").join("balls");
  const double before = world.state().balls[0].vx;
  const auto ref = ann.push("kick", {{"x", 0.5}, {"y", 0.5}});
  EXPECT_EQ(world.state().balls[0].vx, before);
  stage.turn(world, 0);
  ann.expect_reply(ref, "ok", {{"turn", 0}});
  EXPECT_GT(world.state().balls[0].vx, before);
}

TEST_F(Balls, AKickNeedsAPlace) {
  auto ann = connect("ann").join("balls");
  ann.expect_reply(ann.push("kick", {{"x", 0.5}}), "error", including({{"path", "/y"}}));
}

TEST_F(Balls, MoreKicksThanATurnCanTakeAreRefused) {
  auto ann = connect("ann").join("balls");
  for (int i = 0; i < 1'000; ++i) ann.push("kick", {{"x", 0}, {"y", 0}});
  ann.expect_reply(ann.push("kick", {{"x", 0}, {"y", 0}}), "error", {{"reason", "busy"}});
}

TEST_F(Balls, WhoWatchesIsSeen) {
  auto ann = connect("ann").join("balls");
  auto bob = connect("bob").join("balls");
  bob.expect_push("presence_state", including({{"ann", boost::json::object()}}));
  ann.expect_broadcast("presence_diff", including({{"joins", {{"bob", boost::json::object()}}}}));
}

TEST_F(Balls, TheStateIsToldOverHttp) {
  stage.turn(world, 0.05);
  EXPECT_EQ(server.get("/state").body, roost::Payload(world.state()).view());
}

TEST_F(Balls, ANameHasItsLimit) {
  server.expect_rejected("/socket", {.params = {{"name", std::string(41, 'x')}}});
}

TEST(World, KeepsItsBallsInTheBox) {
  World world(24);
  for (int turn = 0; turn < 1'000; ++turn) {
    world.kick(0.1, 0.9);
    world.step(0.05);
  }
  for (const Ball& ball : world.state().balls) {
    EXPECT_TRUE(ball.x >= 0 && ball.x <= 1) << ball.x;
    EXPECT_TRUE(ball.y >= 0 && ball.y <= 1) << ball.y;
  }
}

}  // namespace
}  // namespace balls
