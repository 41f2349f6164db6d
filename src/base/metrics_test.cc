#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roost {
namespace {

using testing::HasSubstr;

TEST(Metrics, SumsOverTheShards) {
  Metrics one, two;
  one.add(Count::messages_in);
  two.add(Count::messages_in, 41);
  const Metrics* const shards[] = {&one, &two};
  EXPECT_THAT(encode_metrics(shards),
              HasSubstr("# TYPE roost_messages_in_total counter\nroost_messages_in_total 42\n"));
}

TEST(Metrics, AGaugeIsWhatCameLessWhatWent) {
  Metrics shard;
  const Metrics* const shards[] = {&shard};
  shard.add(Count::sockets_longpoll_opened, 3);
  shard.add(Count::sockets_longpoll_closed, 1);
  EXPECT_THAT(encode_metrics(shards), HasSubstr("roost_sockets{transport=\"longpoll\"} 2\n"));
  shard.add(Count::sockets_longpoll_closed, 5);
  EXPECT_THAT(encode_metrics(shards), HasSubstr("roost_sockets{transport=\"longpoll\"} 0\n"));
}

TEST(Metrics, EveryCountIsWritten) {
  Metrics shard;
  const Metrics* const shards[] = {&shard};
  for (unsigned i = 0; i < static_cast<unsigned>(Count::kEnd); ++i) {
    const std::string before = encode_metrics(shards);
    // By more than what the closed counters of a gauge may have taken away.
    shard.add(static_cast<Count>(i), 1000 * (i + 1));
    const bool is_closed = static_cast<Count>(i) == Count::connections_closed ||
                           static_cast<Count>(i) == Count::sockets_websocket_closed ||
                           static_cast<Count>(i) == Count::sockets_longpoll_closed;
    if (!is_closed) {
      EXPECT_NE(encode_metrics(shards), before) << "count " << i;
    }
  }
}

}  // namespace
}  // namespace roost
