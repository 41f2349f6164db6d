// Channel::after, every, cancel and after_join: functions that run on the channel when it is time.
#include <stdexcept>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Timers : public ChannelTest {
 protected:
  /// A client that has joined room:a, and sent "arm", which calls `arm`.
  void armed(std::function<void(Scripted&)> arm) {
    shard.on("arm", [arm = std::move(arm)](Scripted& room, const Payload&) {
      arm(room);
      return noreply;
    });
    shard.on("ping", answers);
    shard.on("wait", [](Scripted&, const Payload&) -> Reply { return wait(milliseconds(25)); });
    client = shard.member();
    client->says(R"(["1","2","room:a","arm",{}])");
  }
  static Task<Reply> wait(milliseconds duration) {
    co_await sleep_for(duration);
    co_return ok();
  }
  static std::string tick() { return push("1", "room:a", "tick"); }
  std::unique_ptr<Client> client;
};

TEST_F(Timers, EveryRunsAgainAndAgainFirstAfterOneInterval) {
  armed([](Scripted& room) { room.every(milliseconds(10), [&room] { room.push("tick"); }); });
  shard.advance(milliseconds(9));
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(), ElementsAre(tick()));
  shard.advance(milliseconds(30));
  EXPECT_THAT(client->received(), ElementsAre(tick(), tick(), tick()));
}

TEST_F(Timers, EveryEndsWithTheChannel) {
  armed([](Scripted& room) { room.every(milliseconds(10), [&room] { room.push("tick"); }); });
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  client->received();
  EXPECT_EQ(shard.executor->timers(), 0u);
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Timers, EveryLeavesTurnsOutWhileOneWaits) {
  armed([](Scripted& room) { room.every(milliseconds(10), [&room] { room.push("tick"); }); });
  client->says(R"(["1","3","room:a","wait",{}])");
  shard.advance(milliseconds(24));
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(1));  // the turns of 10 and 20 are one
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "room:a"), tick()));
  shard.advance(milliseconds(5));  // and that of 30 is on time
  EXPECT_THAT(client->received(), ElementsAre(tick()));
}

TEST_F(Timers, EveryNeedsAnInterval) {
  std::string thrown;
  armed([&thrown](Scripted& room) {
    try {
      room.every(milliseconds(0), [] {});
    } catch (const std::invalid_argument& error) {
      thrown = error.what();
    }
  });
  EXPECT_EQ(thrown, "every: an interval is longer than 0");
}

TEST_F(Timers, CancelledOnesDoNotRun) {
  armed([](Scripted& room) {
    const TimerRef once = room.after(milliseconds(10), [&room] { room.push("once"); });
    const TimerRef often = room.every(milliseconds(10), [&room] { room.push("often"); });
    room.cancel(once);
    room.cancel(often);
    room.cancel(often);
    room.cancel(TimerRef());
  });
  EXPECT_EQ(shard.executor->timers(), 0u);
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Timers, AreCancelledEvenWhenTheirTurnWaits) {
  TimerRef timer;
  armed([&timer](Scripted& room) { timer = room.after(milliseconds(10), [&room] { room.push("tick"); }); });
  shard.on("cancel", [&timer](Scripted& room, const Payload&) {
    room.cancel(timer);
    return noreply;
  });
  client->says(R"(["1","3","room:a","wait",{}])");
  client->says(R"(["1","4","room:a","cancel",{}])");
  shard.advance(milliseconds(100));  // the timer's turn came behind "cancel"
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "room:a")));
}

TEST_F(Timers, MayCancelThemselves) {
  armed([](Scripted& room) {
    auto self = std::make_shared<TimerRef>();
    *self = room.every(milliseconds(10), [&room, self, left = 3]() mutable {
      room.push("tick");
      if (--left == 0) room.cancel(*self);
    });
  });
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(tick(), tick(), tick()));
  EXPECT_EQ(shard.executor->timers(), 0u);
}

TEST_F(Timers, MayStopTheChannel) {
  armed([](Scripted& room) { room.after(milliseconds(10), [] { return stop("shutdown"); }); });
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(closed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate shutdown"));
}

TEST_F(Timers, ThatThrowCrashTheChannel) {
  armed([](Scripted& room) { room.every(milliseconds(10), [] { throw std::runtime_error("boom"); }); });
  shard.advance(milliseconds(30));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_EQ(shard.log.count("channel crashed in=timer topic=room:a"), 1u);
}

TEST_F(Timers, HaveNobodyToReplyTo) {
  armed([](Scripted& room) { room.after(milliseconds(10), [] { return ok(); }); });
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("no message to reply to"));
}

TEST_F(Timers, MayBeCoroutinesWhichHoldUpTheChannel) {
  armed([](Scripted& room) {
    room.every(milliseconds(10), [&room, count = 0]() mutable -> Task<void> {
      room.push("begins");
      co_await sleep_for(milliseconds(5));
      room.push("ends", {{"count", ++count}});
    });
  });
  shard.advance(milliseconds(10));
  client->says(R"(["1","3","room:a","ping",{}])");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "begins")));
  shard.advance(milliseconds(5));
  EXPECT_THAT(client->received(),
              ElementsAre(push("1", "room:a", "ends", R"({"count":1})"), reply("1", "3", "room:a")));
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(),
              ElementsAre(push("1", "room:a", "begins"), push("1", "room:a", "ends", R"({"count":2})")));
}

TEST_F(Timers, AReplyRefOfAnotherMessageIsNotTheirs) {
  std::string thrown;
  armed([&thrown](Scripted& room) {
    room.after(milliseconds(10), [&room, &thrown]() -> Task<void> {
      co_await sleep_for(milliseconds(5));
      try {
        room.reply_ref();
      } catch (const std::logic_error& error) {
        thrown = error.what();
      }
    });
  });
  shard.advance(milliseconds(20));
  EXPECT_EQ(thrown, "reply_ref outside of a handler");
}

class AfterJoin : public Timers {};

TEST_F(AfterJoin, RunsInOrderBehindTheReply) {
  script.join = [](Scripted& room, const Payload&) -> JoinReply {
    room.after_join([&room] { room.push("one"); });
    room.after_join([&room] { room.push("two"); });
    return ok();
  };
  auto joiner = shard.client();
  joiner->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(joiner->received(),
              ElementsAre(reply("1", "1", "room:a"), push("1", "room:a", "one"), push("1", "room:a", "two")));
}

TEST_F(AfterJoin, ACoroutineHoldsUpTheNextAndTheClientsMessages) {
  shard.on("ping", answers);
  script.join = [](Scripted& room, const Payload&) -> JoinReply {
    room.after_join([&room]() -> Task<void> {
      co_await sleep_for(milliseconds(10));
      room.push("one");
    });
    room.after_join([&room] { room.push("two"); });
    return ok();
  };
  auto joiner = shard.client();
  joiner->says(R"(["1","1","room:a","phx_join",{}])");
  joiner->says(R"(["1","2","room:a","ping",{}])");
  EXPECT_THAT(joiner->received(), ElementsAre(reply("1", "1", "room:a")));
  shard.advance(milliseconds(10));
  EXPECT_THAT(joiner->received(),
              ElementsAre(push("1", "room:a", "one"), push("1", "room:a", "two"), reply("1", "2", "room:a")));
}

TEST_F(AfterJoin, ACoroutineThatThrowsCrashesTheChannel) {
  script.join = [](Scripted& room, const Payload&) -> JoinReply {
    room.after_join([]() -> Task<void> {
      co_await sleep_for(milliseconds(10));
      throw std::runtime_error("boom");
    });
    return ok();
  };
  auto joiner = shard.client();
  joiner->says(R"(["1","1","room:a","phx_join",{}])");
  shard.advance(milliseconds(10));
  EXPECT_THAT(joiner->received(), ElementsAre(reply("1", "1", "room:a"), crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("channel crashed in=after_join topic=room:a"));
}

TEST_F(AfterJoin, ACoroutineGoesWithTheChannel) {
  const auto alive = std::make_shared<int>();
  script.join = [alive](Scripted& room, const Payload&) -> JoinReply {
    room.after_join([alive]() -> Task<void> { co_await sleep_for(milliseconds(10)); });
    return ok();
  };
  auto joiner = shard.client();
  joiner->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_EQ(alive.use_count(), 3);  // the test's, the script's, the coroutine's
  joiner->ends();
  EXPECT_EQ(alive.use_count(), 2);
}

TEST_F(AfterJoin, MayStopTheChannelBeforeTheNext) {
  script.join = [](Scripted& room, const Payload&) -> JoinReply {
    room.after_join([] { return stop(); });
    room.after_join([&room] { room.push("never"); });
    return ok();
  };
  auto joiner = shard.client();
  joiner->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(joiner->received(), ElementsAre(reply("1", "1", "room:a"), closed("1", "room:a")));
}

}  // namespace
}  // namespace roost::channel::testing
