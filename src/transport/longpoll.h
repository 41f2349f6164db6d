#pragma once

#include <functional>
#include <memory>

#include "channel/host.h"
#include "transport/http_protocol.h"
#include "transport/longpoll_session.h"
#include "transport/mount.h"

namespace roost::transport {

class LongPollRelay;

/// The sessions of every shard, for a request that came to another one.
struct LongPollShard {
  Executor* executor;
  LongPolls* polls;      // that executor's thread only
  LongPollRelay* relay;  // likewise; null: this node is alone
};
using FindLongPollShard = std::function<LongPollShard(std::uint32_t shard)>;

/// What a shard needs to answer long-poll requests; outlives them.
struct LongPollService {
  channel::Host& host;
  LongPolls& polls;
  FindLongPollShard find_shard;
  LongPollRelay* relay;  // of this shard; null: this node is alone
};

// A POST body. Phoenix reads about 8,000,000 bytes and answers 400 to more (PROTOCOL §6); the HTTP parser takes a
// little more, so that the answer can be given.
inline constexpr std::size_t kLongPollBodyBytesMax = 8'000'000;
// Lines of one POST that are handled; the rest is ignored (L5).
inline constexpr std::size_t kLongPollLinesMax = 100;
// One base64 line, in characters (L5).
inline constexpr std::size_t kLongPollLineBytesMax = 10'000'000;

/// Answers a request to a mount's long-poll path (PROTOCOL §6).
void accept_longpoll(const std::shared_ptr<Exchange>& exchange, const Mount& mount,
                     const http::PathPattern::Variables& variables, LongPollService& service);

/// The answer to a body that the HTTP parser does not take.
const http::Response& longpoll_body_too_long();

/// What a POST brought.
struct LongPollBody {
  std::vector<LongPollMessage> messages;
  bool undecodable = false;  // behind them comes a line that is neither a JSON array nor base64
};

/// Lines when the content type is application/x-ndjson, else the whole body as one text message.
LongPollBody split_longpoll_body(std::string_view content_type, std::string_view body);

}  // namespace roost::transport
