// Handlers that wait: PROTOCOL R12, and what happens to a coroutine when its channel ends.
#include <stdexcept>
#include <thread>

#include "channel/behaviour_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

/// Notes when a coroutine's locals go.
struct Local {
  std::vector<std::string>& said;
  explicit Local(std::vector<std::string>& s) : said(s) {}
  Local(const Local&) = delete;
  ~Local() { said.push_back("gone"); }
};

class Coroutines : public BehaviourTest {
 public:
  Coroutines() {
    on("wait", [this](Scripted& self, const Payload&) -> Reply { return wait(self); });
    on("ping", answers);
  }
  Task<Reply> wait(Scripted& self) {
    const Local local(script.said);
    self.push("waits");
    co_await sleep_for(milliseconds(10));
    self.push("waited");
    co_return ok({{"waited", 10}});
  }
  roost::testing::Client client = server.connect();
  roost::testing::ClientChannel room = client.join("room:a");
};

TEST_F(Coroutines, ReplyWhenTheyAreDone) {
  room.push("wait");
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "waits" {})"));
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "waited" {})", R"(reply to "2": ok {"waited":10})"));
}

TEST_F(Coroutines, R12_LaterMessagesOfTheChannelWaitInOrder) {
  for (const char* event : {"wait", "ping", "wait", "ping"}) room.push(event);
  room.heard();
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "waited" {})", R"(reply to "2": ok {"waited":10})",
                                        R"(reply to "3": ok {})", R"(push "waits" {})"));
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(),
              ElementsAre(R"(push "waited" {})", R"(reply to "4": ok {"waited":10})", R"(reply to "5": ok {})"));
}

TEST_F(Coroutines, R12_OtherChannelsAndHeartbeatsDoNotWait) {
  auto other = client.join("room:b");
  const auto waits = room.push("wait");
  other.call("ping");
  client.heartbeat();
  server.advance(milliseconds(10));
  room.expect_reply(waits);
}

TEST_F(Coroutines, ALeaveWaitsToo) {
  room.push("wait");
  room.push("phx_leave");
  room.push("ping");  // behind the leave: lost
  room.heard();
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "waited" {})", R"(reply to "2": ok {"waited":10})",
                                        R"(reply to "3": ok {})", "close (phx_close)"));
}

TEST_F(Coroutines, TimersWaitForThem) {
  on("arm", [](Scripted& self, const Payload&) {
    self.after(milliseconds(5), [&self] { self.push("tick"); });
    return noreply;
  });
  room.push("arm");
  room.push("wait");
  room.heard();
  server.advance(milliseconds(5));
  room.expect_nothing();
  server.advance(milliseconds(5));
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "waited" {})", StartsWith(R"(reply to "3")"), R"(push "tick" {})"));
}

TEST_F(Coroutines, AreDestroyedWithTheirLocalsWhenTheirConnectionEnds) {
  room.push("wait");
  client.close();
  EXPECT_THAT(script.said, ElementsAre("gone", "terminate closed"));
  server.advance(milliseconds(10));
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Coroutines, AreDestroyedByADuplicateJoin) {
  room.push("wait");
  room.heard();
  auto again = client.join("room:a");
  EXPECT_THAT(script.said, ElementsAre("gone"));
  server.advance(milliseconds(10));
  room.expect_closed();
  client.expect_nothing();
  again.call("ping");
}

TEST_F(Coroutines, ThatThrowCrashTheirChannel) {
  on("fail", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      throw std::runtime_error("boom");
    }();
  });
  room.push("fail");
  room.push("ping");
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
  server.expect_logged("in=handler topic=room:a event=fail channel=roost::channel::testing::Scripted error=boom");
}

TEST_F(Coroutines, ThatThrowAtOnceCrashTheirChannel) {
  on("fail", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      throw std::runtime_error("boom");
      co_return ok();
    }();
  });
  room.push("fail");
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
}

TEST_F(Coroutines, ThatNeverWaitReplyInOrder) {
  on("now", [](Scripted&, const Payload&) -> Reply { return []() -> Task<Reply> { co_return ok(); }(); });
  room.push("now");
  room.push("ping");
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "2": ok {})", R"(reply to "3": ok {})"));
}

TEST_F(Coroutines, MayStopTheirChannel) {
  on("stop", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return stop("normal", ok({{"bye", true}}));
    }();
  });
  room.push("stop");
  room.push("ping");
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "2": ok {"bye":true})", "close (phx_close)"));
  EXPECT_THAT(script.said, ElementsAre("terminate normal"));
}

TEST_F(Coroutines, MayReturnAnotherCoroutine) {
  on("twice", [this](Scripted& self, const Payload&) -> Reply {
    return [](Coroutines& test, Scripted& channel) -> Task<Reply> {
      co_await sleep_for(milliseconds(1));
      co_return Reply(test.wait(channel));
    }(*this, self);
  });
  room.push("twice");
  server.advance(milliseconds(11));
  EXPECT_THAT(room.heard(),
              ElementsAre(R"(push "waits" {})", R"(push "waited" {})", R"(reply to "2": ok {"waited":10})"));
}

TEST_F(Coroutines, AwaitOtherTasksAndGetWhatTheyReturnOrThrow) {
  on("nested", [this](Scripted&, const Payload&) -> Reply {
    return [](std::vector<std::string>& said) -> Task<Reply> {
      const auto add = [](int a, int b) -> Task<int> {
        co_await sleep_for(milliseconds(1));
        co_return a + b;
      };
      const auto fail = [](std::vector<std::string>& notes) -> Task<> {
        const Local local(notes);
        co_await sleep_for(milliseconds(1));
        throw std::runtime_error("inner");
      };
      const int sum = co_await add(co_await add(1, 2), 3);
      std::string caught;
      try {
        co_await fail(said);
      } catch (const std::exception& error) {
        caught = error.what();
      }
      co_return ok({{"sum", sum}, {"caught", caught}});
    }(script.said);
  });
  const auto ref = room.push("nested");
  server.advance(milliseconds(3));
  room.expect_reply(ref, "ok", {{"sum", 6}, {"caught", "inner"}});
  EXPECT_THAT(script.said, ElementsAre("gone"));
}

TEST_F(Coroutines, NestedOnesGoWithTheOuterOne) {
  on("nested", [this](Scripted&, const Payload&) -> Reply {
    return [](std::vector<std::string>& said) -> Task<Reply> {
      const Local outer(said);
      co_await [](std::vector<std::string>& notes) -> Task<> {
        const Local inner(notes);
        co_await sleep_for(milliseconds(1));
      }(said);
      co_return ok();
    }(script.said);
  });
  room.push("nested");
  client.close();
  EXPECT_THAT(script.said, ElementsAre("gone", "gone", "terminate closed"));
}

TEST_F(Coroutines, AreResumedFromOtherThreadsOnTheirShard) {
  on("work", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      const auto caller = std::this_thread::get_id();
      const int answer = co_await Async<int>([](Completion<int> done) {
        std::thread([done = std::move(done)]() mutable { done.complete_with([] { return 42; }); }).join();
      });
      EXPECT_EQ(std::this_thread::get_id(), caller);
      co_return ok(answer);
    }();
  });
  EXPECT_EQ(room.call("work").view(), "42");
}

TEST_F(Coroutines, WhoseWorkIsDroppedWaitUntilTheirChannelEnds) {
  on("work", [this](Scripted&, const Payload&) -> Reply {
    return [](std::vector<std::string>& said) -> Task<Reply> {
      const Local local(said);
      co_await Async<void>([](Completion<void>) {});
      co_return ok();
    }(script.said);
  });
  room.push("work");
  server.advance(std::chrono::hours(1));
  EXPECT_THAT(script.said, IsEmpty());
  client.close();
  EXPECT_THAT(script.said, ElementsAre("gone", "terminate closed"));
}

TEST_F(Coroutines, ReplyRefWorksInside) {
  on("twice", [](Scripted& self, const Payload&) -> Reply {
    return [](Scripted& channel) -> Task<Reply> {
      co_await sleep_for(milliseconds(1));
      channel.reply_ref().reply(ok({{"n", 1}}));
      co_return ok({{"n", 2}});
    }(self);
  });
  room.push("twice");
  server.advance(milliseconds(1));
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "2": ok {"n":1})", R"(reply to "2": ok {"n":2})"));
}

TEST_F(Coroutines, TooManyWaitingMessagesCrashTheChannel) {
  room.push("wait");
  room.heard();
  for (std::size_t i = 0; i < kInboxItems; ++i) room.push("ping");
  room.expect_nothing();
  room.push("ping");
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
  server.expect_logged("inbox full");
  EXPECT_THAT(script.said, ElementsAre("gone", "terminate error"));
}

TEST_F(Coroutines, TooManyWaitingBytesCrashTheChannel) {
  room.push("wait");
  room.heard();
  const std::string large(kInboxBytes / 2, 'x');
  room.push("ping", large);
  room.expect_nothing();
  room.push("ping", large);
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
}

TEST_F(Coroutines, InboxRoomComesBackWhenItIsWorkedOff) {
  const std::string large(kInboxBytes / 2, 'x');
  for (int i = 0; i < 4; ++i) {
    const auto waits = room.push("wait"), pings = room.push("ping", large);
    server.advance(milliseconds(10));
    room.expect_reply(waits);
    room.expect_reply(pings);
  }
}

}  // namespace
}  // namespace roost::channel::testing
