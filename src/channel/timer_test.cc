// Channel::after, every, cancel and after_join: functions that run on the channel when it is time.
#include <stdexcept>

#include "channel/behaviour_testing.h"
#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Timers : public BehaviourTest {
 protected:
  /// A member of room:a that has sent "arm", which called `arm`; its next message has the ref "3".
  roost::testing::ClientChannel armed(std::function<void(Scripted&)> arm) {
    on("arm", [arm = std::move(arm)](Scripted& self, const Payload&) {
      arm(self);
      return noreply;
    });
    on("ping", answers);
    on("wait", [](Scripted&, const Payload&) -> Reply { return wait(milliseconds(25)); });
    auto room = member();
    room.push("arm");
    return room;
  }
  static void tick_every_10_ms(Scripted& self) {
    self.every(milliseconds(10), [&self] { self.push("tick"); });
  }
  static Task<Reply> wait(milliseconds duration) {
    co_await sleep_for(duration);
    co_return ok();
  }
  static constexpr const char* kTick = R"(push "tick" {})";
};

TEST_F(Timers, AfterRunsOnceWhenItIsTime) {
  auto room = armed([](Scripted& self) {
    self.after(milliseconds(20), [&self] { self.push("second"); });
    self.after(milliseconds(10), [&self] { self.push("first"); });
  });
  server.advance(milliseconds(9));
  room.expect_nothing();
  server.advance(milliseconds(1));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "first" {})"));
  server.advance(milliseconds(1000));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "second" {})"));
}

TEST_F(Timers, ATimerThatRanIsNotTakenForALaterOne) {
  TimerRef first;
  on("again", [&first](Scripted& self, const Payload&) {
    self.after(milliseconds(10), [&self] { self.push("second"); });
    self.cancel(first);
    return noreply;
  });
  auto room = armed([&first](Scripted& self) { first = self.after(milliseconds(10), [] {}); });
  server.advance(milliseconds(10));
  room.push("again");
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "second" {})"));
}

TEST_F(Timers, AfterMaySetTheNext) {
  std::function<void(Scripted&)> tick = [&tick](Scripted& self) {
    self.push("tick");
    self.after(milliseconds(10), [&tick, &self] { tick(self); });
  };
  auto room = armed(tick);
  server.advance(milliseconds(30));
  EXPECT_THAT(room.heard(), ElementsAre(kTick, kTick, kTick, kTick));
}

TEST_F(Timers, EveryRunsAgainAndAgainFirstAfterOneInterval) {
  auto room = armed(tick_every_10_ms);
  server.advance(milliseconds(9));
  room.expect_nothing();
  server.advance(milliseconds(1));
  EXPECT_THAT(room.heard(), ElementsAre(kTick));
  server.advance(milliseconds(30));
  EXPECT_THAT(room.heard(), ElementsAre(kTick, kTick, kTick));
}

TEST_F(Timers, EveryEndsWithTheChannel) {
  auto room = armed(tick_every_10_ms);
  room.leave();
  server.advance(milliseconds(100));
  room.expect_nothing();
}

TEST_F(Timers, EveryLeavesTurnsOutWhileOneWaits) {
  auto room = armed(tick_every_10_ms);
  room.push("wait");
  server.advance(milliseconds(24));
  room.expect_nothing();
  server.advance(milliseconds(1));  // the turns of 10 and 20 are one
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "3": ok {})", kTick));
  server.advance(milliseconds(5));  // and that of 30 is on time
  EXPECT_THAT(room.heard(), ElementsAre(kTick));
}

TEST_F(Timers, EveryNeedsAnInterval) {
  std::string thrown;
  armed([&thrown](Scripted& self) {
    try {
      self.every(milliseconds(0), [] {});
    } catch (const std::invalid_argument& error) {
      thrown = error.what();
    }
  });
  EXPECT_EQ(thrown, "every: an interval is longer than 0");
}

TEST_F(Timers, CancelledOnesDoNotRun) {
  auto room = armed([](Scripted& self) {
    const TimerRef once = self.after(milliseconds(10), [&self] { self.push("once"); });
    const TimerRef often = self.every(milliseconds(10), [&self] { self.push("often"); });
    self.cancel(once);
    self.cancel(often);
    self.cancel(often);
    self.cancel(TimerRef());
  });
  server.advance(milliseconds(100));
  room.expect_nothing();
}

TEST_F(Timers, AreCancelledEvenWhenTheirTurnWaits) {
  TimerRef timer;
  on("cancel", [&timer](Scripted& self, const Payload&) {
    self.cancel(timer);
    return noreply;
  });
  auto room = armed([&timer](Scripted& self) { timer = self.after(milliseconds(10), [&self] { self.push("tick"); }); });
  room.push("wait");
  room.push("cancel");
  server.advance(milliseconds(100));  // the timer's turn came behind "cancel"
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "3": ok {})"));
}

TEST_F(Timers, MayCancelThemselves) {
  auto room = armed([](Scripted& self) {
    auto timer = std::make_shared<TimerRef>();
    *timer = self.every(milliseconds(10), [&self, timer, left = 3]() mutable {
      self.push("tick");
      if (--left == 0) self.cancel(*timer);
    });
  });
  server.advance(milliseconds(100));
  EXPECT_THAT(room.heard(), ElementsAre(kTick, kTick, kTick));
}

TEST_F(Timers, MayStopTheChannel) {
  auto room = armed([](Scripted& self) { self.after(milliseconds(10), [] { return stop("shutdown"); }); });
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre("close (phx_close)"));
  EXPECT_THAT(script.said, ElementsAre("terminate shutdown"));
}

TEST_F(Timers, ThatThrowCrashTheChannel) {
  auto room = armed([](Scripted& self) { self.every(milliseconds(10), [] { throw std::runtime_error("boom"); }); });
  server.advance(milliseconds(30));
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
  EXPECT_THAT(server.log(), ElementsAre(HasSubstr("channel crashed in=timer topic=room:a")));
}

TEST_F(Timers, HaveNobodyToReplyTo) {
  auto room = armed([](Scripted& self) { self.after(milliseconds(10), [] { return ok(); }); });
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
  server.expect_logged("no message to reply to");
}

TEST_F(Timers, MayBeCoroutinesWhichHoldUpTheChannel) {
  auto room = armed([](Scripted& self) {
    self.every(milliseconds(10), [&self, count = 0]() mutable -> Task<void> {
      self.push("begins");
      co_await sleep_for(milliseconds(5));
      self.push("ends", {{"count", ++count}});
    });
  });
  server.advance(milliseconds(10));
  room.push("ping");
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "begins" {})"));
  server.advance(milliseconds(5));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "ends" {"count":1})", R"(reply to "3": ok {})"));
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "begins" {})", R"(push "ends" {"count":2})"));
}

TEST_F(Timers, AReplyRefOfAnotherMessageIsNotTheirs) {
  std::string thrown;
  armed([&thrown](Scripted& self) {
    self.after(milliseconds(10), [&self, &thrown]() -> Task<void> {
      co_await sleep_for(milliseconds(5));
      try {
        self.reply_ref();
      } catch (const std::logic_error& error) {
        thrown = error.what();
      }
    });
  });
  server.advance(milliseconds(20));
  EXPECT_EQ(thrown, "reply_ref outside of a handler");
}

// What only the loop can tell: that a timer is gone, not only silent.

class TimersOfTheLoop : public ChannelTest {};

TEST_F(TimersOfTheLoop, AreGoneWhenTheyRanWereCancelledOrLostTheirChannel) {
  TimerRef once, often;
  shard.on("arm", [&](Scripted& self, const Payload&) {
    self.after(milliseconds(5), [] {});
    once = self.after(milliseconds(10), [] {});
    often = self.every(milliseconds(10), [] {});
    self.every(milliseconds(10), [] {});
    return noreply;
  });
  shard.on("cancel", [&](Scripted& self, const Payload&) {
    self.cancel(once);
    self.cancel(often);
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","arm",{}])");
  EXPECT_EQ(shard.executor->timers(), 4u);
  shard.advance(milliseconds(5));
  EXPECT_EQ(shard.executor->timers(), 3u);
  client->says(R"(["1","3","room:a","cancel",{}])");
  EXPECT_EQ(shard.executor->timers(), 1u);
  client->says(R"(["1","4","room:a","phx_leave",{}])");
  EXPECT_EQ(shard.executor->timers(), 0u);
}

class AfterJoin : public Timers {};

TEST_F(AfterJoin, RunsInOrderBehindTheReply) {
  script.join = [](Scripted& self, const Payload&) -> JoinReply {
    self.after_join([&self] { self.push("one"); });
    self.after_join([&self] { self.push("two"); });
    return ok();
  };
  auto room = server.connect().start_join("room:a");
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "1": ok {})", R"(push "one" {})", R"(push "two" {})"));
}

TEST_F(AfterJoin, ACoroutineHoldsUpTheNextAndTheClientsMessages) {
  on("ping", answers);
  script.join = [](Scripted& self, const Payload&) -> JoinReply {
    self.after_join([&self]() -> Task<void> {
      co_await sleep_for(milliseconds(10));
      self.push("one");
    });
    self.after_join([&self] { self.push("two"); });
    return ok();
  };
  auto room = server.connect().start_join("room:a");
  room.push("ping");
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "1": ok {})"));
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "one" {})", R"(push "two" {})", R"(reply to "2": ok {})"));
}

TEST_F(AfterJoin, ACoroutineThatThrowsCrashesTheChannel) {
  script.join = [](Scripted& self, const Payload&) -> JoinReply {
    self.after_join([]() -> Task<void> {
      co_await sleep_for(milliseconds(10));
      throw std::runtime_error("boom");
    });
    return ok();
  };
  auto room = server.connect().start_join("room:a");
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "1": ok {})", "crash (phx_error)"));
  server.expect_logged("channel crashed in=after_join topic=room:a");
}

TEST_F(AfterJoin, ACoroutineGoesWithTheChannel) {
  const auto alive = std::make_shared<int>();
  script.join = [alive](Scripted& self, const Payload&) -> JoinReply {
    self.after_join([alive]() -> Task<void> { co_await sleep_for(milliseconds(10)); });
    return ok();
  };
  auto client = server.connect();
  client.join("room:a");
  EXPECT_EQ(alive.use_count(), 3);  // the test's, the script's, the coroutine's
  client.close();
  EXPECT_EQ(alive.use_count(), 2);
}

TEST_F(AfterJoin, MayStopTheChannelBeforeTheNext) {
  script.join = [](Scripted& self, const Payload&) -> JoinReply {
    self.after_join([] { return stop(); });
    self.after_join([&self] { self.push("never"); });
    return ok();
  };
  auto room = server.connect().start_join("room:a");
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "1": ok {})", "close (phx_close)"));
}

}  // namespace
}  // namespace roost::channel::testing
