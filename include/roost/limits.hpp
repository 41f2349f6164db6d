#pragma once

#include <chrono>
#include <cstddef>

namespace roost {

/// So many each second, and at most `burst` at once. per_second 0: no limit.
struct Rate {
  double per_second = 0;
  double burst = 0;
};

/// How much one client of a mount may ask for. Every refusal is counted in roost_limit_hits_total under the name in
/// brackets.
struct SocketLimits {
  /// Topics joined at a time [channels]. Beyond: reply error {"reason":"too many channels joined"} (PROTOCOL §5.2).
  std::size_t channels_max = 100;
  /// Joins [joins]. Beyond: reply error {"reason":"too many joins"}.
  Rate joins = {.per_second = 1'000, .burst = 2'000};
  /// Messages, joins among them [messages]. Beyond: reply error {"reason":"too many messages"}; the channel does not
  /// see it.
  Rate messages = {.per_second = 100'000, .burst = 200'000};
  /// Bytes that wait for a client that is too slow [outbox]. Beyond: close code 1013; the client comes back. One frame
  /// of any size is always taken when nothing else waits.
  std::size_t outbox_bytes_max = 8'000'000;
  /// Messages of one channel that wait while its coroutine does, and their bytes [inbox]. Beyond: phx_error.
  std::size_t inbox_items_max = 10'000;
  std::size_t inbox_bytes_max = 16'000'000;
  /// Messages of the connection that wait while a join does, and their bytes; as many for it, of its other channels
  /// [join_queue]. Beyond: close code 1008.
  std::size_t join_queue_items_max = 10'000;
  std::size_t join_queue_bytes_max = 16'000'000;
  /// Presence calls of its channels: track, update, list, get_by_key, push_presence_state [presence_calls]. Beyond:
  /// PresenceError::too_many_calls, and a WorkRefused where no error can be returned. The burst: a channel may track
  /// all its keys at once.
  Rate presence_calls = {.per_second = 10'000, .burst = 20'000};
};

/// How much may wait for one shard: the broadcasts that other shards and threads have for it [mailbox]. Shown as
/// roost_mailbox_bytes.
///
/// From a quarter of it on, a client whose messages lead to broadcasts for such a shard is not read any further
/// [crowded], and App::broadcast on a thread of your own waits. What is broadcast beyond the limit all the same, by
/// timers and the like, is dropped for that shard, and the channels there that missed it get phx_error and rejoin.
struct MailboxLimits {
  std::size_t bytes_max = 64'000'000;
  std::chrono::milliseconds patience{10'000};  // of App::broadcast on a thread of your own
};

/// What presences may cost. Every refusal is counted in roost_limit_hits_total under the name in brackets.
struct PresenceOptions {
  /// Frames with presence_diff that a topic gives a client within any second, at most. A diff leaves at once when the
  /// topic was quiet; then changes are gathered, the longer the more there are (at 10: 18 ms, 36 ms, … up to 150 ms).
  /// 0: nothing is gathered, each change is a frame, as Phoenix does it.
  unsigned diff_frames_per_second = 10;
  /// The same for all clients of this node together: a large room's changes are gathered for longer, up to a second.
  /// At 5,000 rooms beyond 500 clients are; one of 1,000 has five frames a second, one of 5,000 or more a single one.
  /// What a frame costs is sending it to each: some 5 µs of CPU. 0: however many.
  unsigned diff_sends_per_second = 5'000;

  /// How long an asynchronous fetch may take, for a diff or a state; see AsyncPresenceFetch. Beyond: what it was to
  /// enrich goes out as it is, its coroutine is destroyed, and roost_presence_fetches_failed_total counts it. A fetch
  /// is a look into a database: who has no answer by then would make people wait who want to see who is there.
  std::chrono::milliseconds fetch_timeout{5'000};
  /// Topics on one shard that wait for an asynchronous fetch at a time. Each topic waits for one at most; what changes
  /// meanwhile is gathered, there and in the topics beyond this limit. Eight shards' are no more than what waits for
  /// App::blocking at most.
  std::size_t fetches_max = 1'000;

  // A topic's state goes to everybody who joins it, so what one client tracks is everybody's cost.

  /// One key, and one meta as JSON text, in bytes [presence_bytes]. Beyond: PresenceError::key_too_long,
  /// meta_too_large.
  std::size_t key_bytes_max = 16'384;
  std::size_t meta_bytes_max = 65'536;
  /// Keys that one channel tracks [presence_own_keys]. Beyond: PresenceError::too_many_own_keys.
  std::size_t keys_per_channel_max = 10'000;
  /// What the application itself tracks on this node, in all topics together [presence_own_keys]: each takes about a
  /// kilobyte. Beyond: PresenceError::too_many_own_keys. See TopicPresence.
  std::size_t keys_of_app_max = 100'000;
  /// Keys in one topic, and metas of one key in it, as this node knows them: its own and those of other nodes that are
  /// up [presence_keys, presence_metas]. Beyond: PresenceError::too_many_keys, too_many_metas. Only the topic's home
  /// can judge it, so a channel is told a moment later, by Channel::presence_refused. Nodes that add at the same time
  /// may get past it together.
  std::size_t keys_per_topic_max = 100'000;
  std::size_t metas_per_key_max = 10'000;
};

/// How large and how slow an HTTP request may be [request].
struct HttpLimits {
  std::size_t target_bytes_max =
      1'016'384;                          // path and query. Beyond: 414; a query alone may have 1,000,000 (PROTOCOL U4)
  std::size_t header_bytes_max = 65'536;  // all header lines together. Beyond: 431
  std::size_t header_count_max = 128;     // Beyond: 431
  /// Beyond: 413. A long poll takes 8,000,000 of it and answers 400 to more; a route may have its own, see
  /// RouteOptions.
  std::size_t body_bytes_max = 9'000'000;
  std::chrono::milliseconds request_timeout{
      60'000};  // until a request is whole, and idle between two. Beyond: 408 or a close
};

}  // namespace roost
