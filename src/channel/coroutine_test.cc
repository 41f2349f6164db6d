// Handlers that wait: PROTOCOL R12, and what happens to a coroutine when its channel ends.
#include <stdexcept>
#include <thread>

#include "channel/channel_testing.h"

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

class Coroutines : public ChannelTest {
 public:
  Coroutines() {
    shard.on("wait", [this](Scripted& room, const Payload&) -> Reply { return wait(room); });
    shard.on("ping", answers);
    client = shard.member();
  }
  Task<Reply> wait(Scripted& room) {
    const Local local(script.said);
    room.push("waits");
    co_await sleep_for(milliseconds(10));
    room.push("waited");
    co_return ok({{"waited", 10}});
  }
  std::unique_ptr<Client> client;
};

TEST_F(Coroutines, ReplyWhenTheyAreDone) {
  client->says(R"(["1","2","room:a","wait",{}])");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "waits")));
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(),
              ElementsAre(push("1", "room:a", "waited"), reply("1", "2", "room:a", "ok", R"({"waited":10})")));
}

TEST_F(Coroutines, R12_LaterMessagesOfTheChannelWaitInOrder) {
  client->says(R"(["1","2","room:a","wait",{}])");
  client->says(R"(["1","3","room:a","ping",{}])");
  client->says(R"(["1","4","room:a","wait",{}])");
  client->says(R"(["1","5","room:a","ping",{}])");
  client->received();
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "waited"), HasSubstr(R"("2","room:a","phx_reply")"),
                                              reply("1", "3", "room:a"), push("1", "room:a", "waits")));
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "waited"), HasSubstr(R"("4","room:a","phx_reply")"),
                                              reply("1", "5", "room:a")));
}

TEST_F(Coroutines, R12_OtherChannelsAndHeartbeatsDoNotWait) {
  client->joins("room:b", "9");
  client->says(R"(["1","2","room:a","wait",{}])");
  client->received();
  client->says(R"(["9","3","room:b","ping",{}])");
  client->says(R"([null,"4","phoenix","heartbeat",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("9", "3", "room:b"), reply("null", "4", "phoenix")));
}

TEST_F(Coroutines, ALeaveWaitsToo) {
  client->says(R"(["1","2","room:a","wait",{}])");
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  client->says(R"(["1","4","room:a","ping",{}])");  // behind the leave: lost
  client->received();
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "waited"), HasSubstr(R"("2","room:a","phx_reply")"),
                                              reply("1", "3", "room:a"), closed("1", "room:a")));
}

TEST_F(Coroutines, TimersWaitForThem) {
  shard.on("arm", [](Scripted& room, const Payload&) {
    room.after(milliseconds(5), [&room] { room.push("tick"); });
    return noreply;
  });
  client->says(R"(["1","2","room:a","arm",{}])");
  client->says(R"(["1","3","room:a","wait",{}])");
  client->received();
  shard.advance(milliseconds(5));
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(5));
  EXPECT_THAT(client->received(),
              ElementsAre(push("1", "room:a", "waited"), HasSubstr("phx_reply"), push("1", "room:a", "tick")));
}

TEST_F(Coroutines, AreDestroyedWithTheirLocalsWhenTheirConnectionEnds) {
  client->says(R"(["1","2","room:a","wait",{}])");
  client->ends();
  EXPECT_THAT(script.said, ElementsAre("gone", "terminate closed"));
  shard.advance(milliseconds(10));
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Coroutines, AreDestroyedByADuplicateJoin) {
  client->says(R"(["1","2","room:a","wait",{}])");
  client->received();
  client->says(R"(["3","3","room:a","phx_join",{}])");
  EXPECT_THAT(script.said, ElementsAre("gone"));
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("3", "3", "room:a"), closed("1", "room:a")));
}

TEST_F(Coroutines, ThatThrowCrashTheirChannel) {
  shard.on("fail", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      throw std::runtime_error("boom");
    }();
  });
  client->says(R"(["1","2","room:a","fail",{}])");
  client->says(R"(["1","3","room:a","ping",{}])");
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("in=handler topic=room:a event=fail channel=roost::channel::testing::Scripted error=boom"));
}

TEST_F(Coroutines, ThatThrowAtOnceCrashTheirChannel) {
  shard.on("fail", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      throw std::runtime_error("boom");
      co_return ok();
    }();
  });
  client->says(R"(["1","2","room:a","fail",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Coroutines, ThatNeverWaitReplyInOrder) {
  shard.on("now", [](Scripted&, const Payload&) -> Reply { return []() -> Task<Reply> { co_return ok(); }(); });
  client->sends(R"(["1","2","room:a","now",{}])");
  client->sends(R"(["1","3","room:a","ping",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), reply("1", "3", "room:a")));
}

TEST_F(Coroutines, MayStopTheirChannel) {
  shard.on("stop", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return stop("normal", ok({{"bye", true}}));
    }();
  });
  client->says(R"(["1","2","room:a","stop",{}])");
  client->says(R"(["1","3","room:a","ping",{}])");
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "2", "room:a", "ok", R"({"bye":true})"), closed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate normal"));
}

TEST_F(Coroutines, MayReturnAnotherCoroutine) {
  shard.on("twice", [this](Scripted& room, const Payload&) -> Reply {
    return [](Coroutines& test, Scripted& self) -> Task<Reply> {
      co_await sleep_for(milliseconds(1));
      co_return Reply(test.wait(self));
    }(*this, room);
  });
  client->says(R"(["1","2","room:a","twice",{}])");
  shard.advance(milliseconds(11));
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "waits"), push("1", "room:a", "waited"),
                                              reply("1", "2", "room:a", "ok", R"({"waited":10})")));
}

TEST_F(Coroutines, AwaitOtherTasksAndGetWhatTheyReturnOrThrow) {
  shard.on("nested", [this](Scripted&, const Payload&) -> Reply {
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
  client->says(R"(["1","2","room:a","nested",{}])");
  shard.advance(milliseconds(3));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", R"({"sum":6,"caught":"inner"})")));
  EXPECT_THAT(script.said, ElementsAre("gone"));
}

TEST_F(Coroutines, NestedOnesGoWithTheOuterOne) {
  shard.on("nested", [this](Scripted&, const Payload&) -> Reply {
    return [](std::vector<std::string>& said) -> Task<Reply> {
      const Local outer(said);
      co_await [](std::vector<std::string>& notes) -> Task<> {
        const Local inner(notes);
        co_await sleep_for(milliseconds(1));
      }(said);
      co_return ok();
    }(script.said);
  });
  client->says(R"(["1","2","room:a","nested",{}])");
  client->vanishes();
  EXPECT_THAT(script.said, ElementsAre("gone", "gone", "terminate closed"));
}

TEST_F(Coroutines, AreResumedFromOtherThreadsOnTheirShard) {
  shard.on("work", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      const auto caller = std::this_thread::get_id();
      const int answer = co_await Async<int>([](Completion<int> done) {
        std::thread([done = std::move(done)]() mutable { done.complete_with([] { return 42; }); }).join();
      });
      EXPECT_EQ(std::this_thread::get_id(), caller);
      co_return ok(answer);
    }();
  });
  client->says(R"(["1","2","room:a","work",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", "42")));
}

TEST_F(Coroutines, WhoseWorkIsDroppedWaitUntilTheirChannelEnds) {
  shard.on("work", [this](Scripted&, const Payload&) -> Reply {
    return [](std::vector<std::string>& said) -> Task<Reply> {
      const Local local(said);
      co_await Async<void>([](Completion<void>) {});
      co_return ok();
    }(script.said);
  });
  client->says(R"(["1","2","room:a","work",{}])");
  client->vanishes();
  EXPECT_THAT(script.said, ElementsAre("gone", "terminate closed"));
}

TEST_F(Coroutines, ReplyRefWorksInside) {
  shard.on("twice", [](Scripted& room, const Payload&) -> Reply {
    return [](Scripted& self) -> Task<Reply> {
      co_await sleep_for(milliseconds(1));
      self.reply_ref().reply(ok({{"n", 1}}));
      co_return ok({{"n", 2}});
    }(room);
  });
  client->says(R"(["1","2","room:a","twice",{}])");
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", R"({"n":1})"),
                                              reply("1", "2", "room:a", "ok", R"({"n":2})")));
}

TEST_F(Coroutines, TooManyWaitingMessagesCrashTheChannel) {
  client->says(R"(["1","2","room:a","wait",{}])");
  for (std::size_t i = 0; i <= shard.limits.inbox_items_max; ++i) client->sends(R"(["1","3","room:a","ping",{}])");
  client->received();
  EXPECT_TRUE(shard.log.has("inbox full"));
  EXPECT_THAT(script.said, ElementsAre("gone", "terminate error"));
  EXPECT_EQ(client->session().channels(), 0u);
}

TEST_F(Coroutines, TooManyWaitingBytesCrashTheChannel) {
  client->says(R"(["1","2","room:a","wait",{}])");
  client->received();
  const std::string large = "\"" + std::string(shard.limits.inbox_bytes_max / 2, 'x') + "\"";
  client->says(frame("1", "3", "room:a", "ping", large));
  EXPECT_THAT(client->received(), IsEmpty());
  client->says(frame("1", "3", "room:a", "ping", large));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Coroutines, InboxRoomComesBackWhenItIsWorkedOff) {
  const std::string large = "\"" + std::string(shard.limits.inbox_bytes_max / 2, 'x') + "\"";
  for (int i = 0; i < 4; ++i) {
    client->says(R"(["1","2","room:a","wait",{}])");
    client->says(frame("1", "3", "room:a", "ping", large));
    shard.advance(milliseconds(10));
  }
  EXPECT_EQ(client->session().channels(), 1u);
}

}  // namespace
}  // namespace roost::channel::testing
