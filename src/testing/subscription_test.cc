// App::subscribe and App::local_broadcast.
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

namespace roost::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Room final : public Channel {
 public:
  static void events(Events<Room>& on) { on.event("shout", &Room::shout); }
  JoinReply join() { return ok(); }
  void shout(const Payload& payload) { broadcast("shout", payload); }
};

struct Subscriptions : public ::testing::Test {
  Subscriptions() { app.socket("/socket").channel<Room>("room:*"); }
  std::function<void(const Broadcast&)> hear() {
    return [this](const Broadcast& heard) {
      all.push_back(std::string(heard.topic) + " " + std::string(heard.event) + " " +
                    std::string(heard.payload.view()));
    };
  }
  std::vector<std::string> heard() {
    server.run();
    return std::exchange(all, {});
  }

  std::vector<std::string> all;  // outlives the server, as what a function refers to must
  Server server;
  App& app = server.app();
};

TEST_F(Subscriptions, HearWhatClientsAndTheAppBroadcast) {
  const auto subscription = app.subscribe("room:a", hear());
  auto room = server.connect().join("room:a");
  room.push("shout", {{"n", 1}});
  app.broadcast("room:a", "from_the_app", Payload::bytes("\1"));
  app.local_broadcast("room:a", "local");
  app.broadcast("room:b", "other");
  EXPECT_THAT(heard(), ElementsAre("room:a shout {\"n\":1}", "room:a from_the_app \1", "room:a local {}"));
  room.expect_broadcast("local");
}

TEST_F(Subscriptions, EndWithTheirHandle) {
  {
    const auto subscription = app.subscribe("room:a", hear());
    app.broadcast("room:a", "heard");
    EXPECT_THAT(heard(), ElementsAre("room:a heard {}"));
    app.broadcast("room:a", "not any more");
  }
  EXPECT_THAT(heard(), IsEmpty());
  auto moved = app.subscribe("room:a", hear());
  auto other = std::move(moved);
  app.broadcast("room:a", "moved");
  EXPECT_THAT(heard(), ElementsAre("room:a moved {}"));
  other.end();
  other.end();
  app.broadcast("room:a", "ended");
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(Subscriptions, TheirFunctionIsDestroyedWhenTheyEnd) {
  const auto held = std::make_shared<int>(7);
  auto subscription = app.subscribe("room:a", [held](const Broadcast&) {});
  server.run();
  EXPECT_EQ(held.use_count(), 2);
  subscription.end();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Subscriptions, MayEndThemselves) {
  Subscription subscription;
  const auto held = std::make_shared<int>(7);
  subscription = app.subscribe("room:a", [this, held, &subscription](const Broadcast& heard) {
    all.emplace_back(heard.event);
    subscription.end();
    EXPECT_EQ(*held, 7) << "it is still there while it runs";
  });
  app.broadcast("room:a", "one");
  app.broadcast("room:a", "two");
  EXPECT_THAT(heard(), ElementsAre("one"));
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Subscriptions, TwiceSubscribedIsTwiceHeard) {
  const auto one = app.subscribe("room:a", hear()), two = app.subscribe("room:a", hear());
  app.broadcast("room:a", "x");
  EXPECT_EQ(heard().size(), 2u);
}

TEST_F(Subscriptions, MayBroadcastAndSubscribe) {
  Subscription later;
  const auto subscription = app.subscribe("room:a", [this, &later](const Broadcast& heard) {
    if (heard.event != "start") return;
    later = app.subscribe("room:b", hear());
    app.broadcast("room:b", "answer", heard.payload);
  });
  app.broadcast("room:a", "start", {{"n", 1}});
  EXPECT_THAT(heard(), ElementsAre("room:b answer {\"n\":1}"));
}

TEST_F(Subscriptions, AThrowIsLoggedAndTheNextIsHeard) {
  const auto subscription = app.subscribe("room:a", [this](const Broadcast& heard) {
    if (heard.event == "bad") throw std::runtime_error("boom");
    all.emplace_back(heard.event);
  });
  app.broadcast("room:a", "bad");
  app.broadcast("room:a", "good");
  EXPECT_THAT(heard(), ElementsAre("good"));
  server.expect_logged("in=subscription topic=room:a event=bad");
}

TEST_F(Subscriptions, WhatIsTooMuchIsMissedAndTheFunctionIsTold) {
  Server small({.mailbox = {.bytes_max = 10'000}});
  std::vector<std::string> order;
  const auto subscription = small.app().subscribe(
      "a", [&order](const Broadcast& heard) { order.emplace_back(heard.event); },
      [&order] { order.emplace_back("missed"); });
  const auto silent = small.app().subscribe("a", [](const Broadcast&) {});
  const std::string large(4'000, 'x');
  for (const char* event : {"1", "2", "3", "4"}) small.app().broadcast("a", event, Payload::bytes(large));
  small.run();
  small.app().broadcast("a", "5");
  small.run();
  EXPECT_THAT(order, ElementsAre("1", "2", "missed", "5"));
  small.expect_logged("subscription missed broadcasts: too much waited topic=a");
  EXPECT_THAT(small.app().metrics(), ::testing::HasSubstr("limit=\"mailbox\"} 4\n"));
}

TEST_F(Subscriptions, OfAnotherThreadBeginWhenTheTestGoesOn) {
  Subscription subscription;
  std::thread([&] { subscription = app.subscribe("room:a", hear()); }).join();
  server.run();
  app.broadcast("room:a", "x");
  EXPECT_EQ(heard().size(), 1u);
  std::thread([&] { subscription.end(); }).join();
  app.broadcast("room:a", "x");
  EXPECT_EQ(heard().size(), 0u);
}

TEST_F(Subscriptions, MayOutliveTheirApp) {
  Subscription subscription;
  const auto held = std::make_shared<int>(7);
  {
    Server other;
    subscription = other.app().subscribe("a", [held](const Broadcast&) {});
  }
  subscription.end();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Subscriptions, NeedAFunction) {
  EXPECT_THROW(Subscription never = app.subscribe("a", nullptr), std::invalid_argument);
}

}  // namespace
}  // namespace roost::testing
