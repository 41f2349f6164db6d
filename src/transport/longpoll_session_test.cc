#include "transport/longpoll_session.h"

#include "channel/channel_testing.h"

namespace roost::transport {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class LongPollSessions : public ::testing::Test {
 protected:
  LongPollSessions() {
    shard.mount.longpoll({.buffer_bytes_max = 1'000});
    mount = std::move(*Mount::prepare(shard.mount, {}));
  }
  channel::testing::Shard shard;
  std::unique_ptr<const Mount> mount;
  LongPollTokens tokens{LongPollTokens::Secret{'a'}};
  LongPolls polls{shard.host, tokens};
};

TEST_F(LongPollSessions, ASessionThatIsTooSlowEndsOnceHoweverMuchIsSentToIt) {
  LongPollSession& session = polls.start(*mount, &wire::v2_json(), {});
  const Frame frame = Frame::make(600, false, nullptr, [](char* out) { std::memset(out, 'x', 600); });
  for (int i = 0; i < 10; ++i) session.send(frame);
  EXPECT_EQ(shard.metrics.read(Count::limit_longpoll_buffer), 1u);
  EXPECT_EQ(shard.log.lines.size(), 1u) << shard.log.lines.back();
  EXPECT_EQ(shard.executor->run_until_idle(), 2u);  // its end, and its destruction
  EXPECT_EQ(polls.size(), 0u);
}

}  // namespace
}  // namespace roost::transport
