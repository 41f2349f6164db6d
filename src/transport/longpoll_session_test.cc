#include "transport/longpoll_session.h"

#include "channel/channel_testing.h"

namespace roost::transport {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class LongPollSessions : public ::testing::Test {
 protected:
  LongPollSessions() {
    shard.mount.longpoll({.buffer_bytes_max = 1'000, .sessions_max = 3});
    mount = std::move(*Mount::prepare(shard.mount, {}));
  }
  LongPollSession* start() { return polls.start(*mount, &wire::v2_json(), {}); }
  void poll(const LongPollId& id) {
    polls.find(id)->poll([](const LongPollAnswer&) {});
  }

  channel::testing::Shard shard;
  std::unique_ptr<const Mount> mount;
  LongPollTokens tokens{LongPollTokens::Secret{'a'}, 1};
  LongPolls polls{shard.host, tokens};
};

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
