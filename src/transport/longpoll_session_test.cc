#include "transport/longpoll_session.h"

#include "channel/channel_testing.h"

namespace roost::transport {
namespace {

using namespace std::chrono_literals;
using channel::testing::Scripted;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LongPollSessions : public ::testing::Test {
 protected:
  LongPollSessions() {
    shard.mount.longpoll({.buffer_bytes_max = 1'000, .sessions_max = 3});
    mount = std::move(*Mount::prepare(shard.mount, {}));
  }
  ~LongPollSessions() override {
    polls.abort_all();
    shard.run();
  }
  LongPollSession* start() { return polls.start(*mount, &wire::v2_json(), {}); }
  void poll(const LongPollId& id) {
    polls.find(id)->poll([](const LongPollAnswer&) {});
  }

  /// A poll whose answers become lines of `heard`: "A 200" and its messages. Each reaches the client.
  std::uint64_t poll(LongPollSession& session, const std::string& name) {
    return session.poll([this, name, id = session.id()](const LongPollAnswer& answer) {
      std::string line = name + " " + std::to_string(answer.status);
      for (const Frame& message : answer.messages) line += " " + std::string(message.payload());
      heard.push_back(line);
      shard.executor->post([this, id, receipt = answer.receipt, taken = there] {
        if (LongPollSession* live = polls.find(id))
          live->confirm(receipt, taken ? parcel::Delivery::made : parcel::Delivery::failed);
      });
    });
  }
  void post(LongPollSession& session, const std::string& name, const std::vector<std::string>& lines) {
    std::vector<LongPollMessage> messages;
    for (const std::string& line : lines) messages.push_back({false, line});
    session.post(std::move(messages), [this, name](const LongPollAnswer& answer) {
      heard.push_back(name + " " + std::to_string(answer.status));
    });
    shard.run();
  }
  void make_joins_take(std::chrono::seconds time) {
    shard.script.join = [time](Scripted&, const Payload&) -> JoinReply { return accept_after(time); };
  }
  static Task<JoinReply> accept_before(std::function<void()> last) {
    co_await sleep_for(1s);
    last();
    co_return ok();
  }
  static Task<JoinReply> accept_after(std::chrono::seconds time) {
    co_await sleep_for(time);
    co_return ok();
  }

  channel::testing::Shard shard;
  std::unique_ptr<const Mount> mount;
  LongPollTokens tokens{LongPollTokens::Secret{'a'}, 1};
  LongPolls polls{shard.host, tokens};
  std::vector<std::string> heard;
  bool there = true;  // the clients of those that poll
};

// The window is the default one of 10 s.

TEST_F(LongPollSessions, L7_EachMessageOfAPostHasItsOwnWindow) {
  make_joins_take(6s);
  LongPollSession& session = *start();
  post(session, "post",
       {R"(["1","1","room:a","phx_join",{}])", R"(["2","2","room:b","phx_join",{}])",
        R"([null,"3","phoenix","heartbeat",{}])"});
  shard.advance(11'900ms);
  EXPECT_THAT(heard, IsEmpty());
  shard.advance(200ms);
  EXPECT_THAT(heard, ElementsAre("post 200"));
}

TEST_F(LongPollSessions, L7_BehindAMessageThatTakesTooLongNoneOfItsPostIsHandled) {
  make_joins_take(11s);
  LongPollSession& session = *start();
  post(session, "first", {R"(["1","1","room:a","phx_join",{}])", R"([null,"2","phoenix","heartbeat",{}])"});
  shard.advance(500ms);
  post(session, "second", {R"([null,"3","phoenix","heartbeat",{}])", R"([null,"4","phoenix","heartbeat",{}])"});
  shard.advance(10'400ms);
  EXPECT_THAT(heard, ElementsAre("first 408", "second 408"));
  shard.advance(200ms);
  heard.clear();
  poll(session, "poll");
  shard.run();
  EXPECT_THAT(heard, ElementsAre(R"(poll 200 ["1","1","room:a","phx_reply",{"response":{},"status":"ok"}])"
                                 R"( [null,"3","phoenix","phx_reply",{"response":{},"status":"ok"}])"));
  heard.clear();
  post(session, "third", {R"([null,"5","phoenix","heartbeat",{}])"});
  EXPECT_THAT(heard, ElementsAre("third 200"));
}

TEST_F(LongPollSessions, L7_AWindowThatIsOverWhenItsMessageWasJustAnsweredIsInTime) {
  auto& executor = *shard.executor;
  const auto late = [&executor] { executor.advance_within_turn(10s); };  // when the join was answered, and its post not
  shard.script.join = [&](Scripted&, const Payload&) -> JoinReply {
    return accept_before([&executor, late] { executor.post([&executor, late] { executor.post(late); }); });
  };
  post(*start(), "post", {R"(["1","1","room:a","phx_join",{}])"});
  shard.advance(1s);
  EXPECT_THAT(heard, ElementsAre("post 200"));
}

TEST_F(LongPollSessions, X1_NothingBehindAnUndecodableMessageIsSaidToBeHandled) {
  make_joins_take(6s);
  LongPollSession& session = *start();
  post(session, "join", {R"(["1","1","room:a","phx_join",{}])"});
  post(session, "nonsense", {"nonsense"});
  post(session, "heartbeat", {R"([null,"2","phoenix","heartbeat",{}])"});
  shard.advance(6s);
  EXPECT_THAT(heard, ElementsAre("join 200", "nonsense 408", "heartbeat 408"));
}

TEST_F(LongPollSessions, L10_ASupersededPollWaitsItsWindowOut) {
  LongPollSession& session = *start();
  poll(session, "A");
  shard.advance(100ms);
  poll(session, "B");
  post(session, "post", {R"([null,"1","phoenix","heartbeat",{}])"});
  shard.advance(100ms);
  post(session, "post", {R"([null,"2","phoenix","heartbeat",{}])"});
  EXPECT_THAT(heard, ElementsAre("post 200", HasSubstr("B 200 [null,\"1\""), "post 200"));
  shard.advance(9'700ms);
  heard.clear();
  shard.advance(200ms);
  EXPECT_THAT(heard, ElementsAre("A 204"));
  heard.clear();
  poll(session, "C");
  EXPECT_THAT(heard, ElementsAre(HasSubstr("C 200 [null,\"2\"")));
}

TEST_F(LongPollSessions, L10_AnEarlierPollGetsWhatTheLaterOnesClientDidNotTake) {
  LongPollSession& session = *start();
  poll(session, "A");
  poll(session, "B");
  there = false;
  post(session, "post", {R"([null,"1","phoenix","heartbeat",{}])"});
  EXPECT_THAT(heard, ElementsAre("post 200", HasSubstr("B 200"), HasSubstr("A 200 [null,\"1\"")));
}

TEST_F(LongPollSessions, L10_AnEarlierPollGetsTheMessagesWhenTheLaterOnesClientIsGone) {
  LongPollSession& session = *start();
  poll(session, "A");
  session.forget(poll(session, "B"));
  post(session, "post", {R"([null,"1","phoenix","heartbeat",{}])"});
  EXPECT_THAT(heard, ElementsAre("post 200", HasSubstr("A 200")));
}

TEST_F(LongPollSessions, APostWithoutMessagesIsAnsweredAtOnce) {
  make_joins_take(6s);
  LongPollSession& session = *start();
  post(session, "join", {R"(["1","1","room:a","phx_join",{}])"});
  post(session, "empty", {});
  EXPECT_THAT(heard, ElementsAre("empty 200"));
}

TEST_F(LongPollSessions, ASessionThatIsTooSlowEndsOnceHoweverMuchIsSentToIt) {
  LongPollSession& session = *start();
  const Frame frame = Frame::make(600, false, nullptr, [](char* out) { std::memset(out, 'x', 600); });
  for (int i = 0; i < 10; ++i) session.send(frame);
  EXPECT_EQ(shard.metrics.read(Count::limit_longpoll_buffer), 1u);
  EXPECT_EQ(shard.log.lines.size(), 1u) << shard.log.lines.back();
  EXPECT_EQ(shard.executor->run_until_idle(), 2u);  // its end, and its destruction
  EXPECT_EQ(polls.size(), 0u);
}

TEST_F(LongPollSessions, AFloodOfThemReplacesThoseThatWereNeverPolled) {
  const LongPollId first = start()->id(), second = start()->id();
  poll(first);
  std::vector<LongPollId> flood;
  for (int i = 0; i < 10; ++i) flood.push_back(start()->id());
  EXPECT_EQ(polls.size(), 3u);
  EXPECT_TRUE(polls.find(first)) << "it was polled";
  EXPECT_FALSE(polls.find(second));
  EXPECT_TRUE(polls.find(flood[8]));
  EXPECT_TRUE(polls.find(flood[9]));
  EXPECT_EQ(shard.metrics.read(Count::limit_longpoll_sessions), 9u);
}

TEST_F(LongPollSessions, BeyondTheMaximumANewOneIsRefusedWhenAllArePolled) {
  for (int i = 0; i < 3; ++i) poll(start()->id());
  EXPECT_EQ(start(), nullptr);
  EXPECT_EQ(polls.size(), 3u);
}

}  // namespace
}  // namespace roost::transport
