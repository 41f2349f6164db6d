#pragma once

#include <chrono>
#include <cstddef>

namespace roost::limits {

/// Topics that one connection may have joined. Phoenix: max_channels_per_transport (PROTOCOL §14).
inline constexpr std::size_t kChannelsMax = 100;

/// Messages of one channel that wait while its coroutine does. Beyond, the channel crashes: a client that sends this
/// much without waiting for a reply is broken, and a queue without an end would make it everybody's trouble.
inline constexpr std::size_t kInboxItemsMax = 10'000;
/// … and their bytes, so that few large ones can't either.
inline constexpr std::size_t kInboxBytesMax = 16'000'000;

/// Messages of one connection that wait while a join does (PROTOCOL R3). Beyond, the connection closes with 1008.
inline constexpr std::size_t kJoinQueueItemsMax = 10'000;
inline constexpr std::size_t kJoinQueueBytesMax = 16'000'000;

/// Bytes that wait for a slow client. Beyond, it is closed with 1013 and comes back later; one frame of any size is
/// always taken when nothing else waits.
inline constexpr std::size_t kOutboxBytesMax = 8'000'000;

/// A presence key and a meta, in bytes of their JSON. A topic's state goes to every joiner, so both are everybody's
/// cost.
inline constexpr std::size_t kPresenceKeyBytesMax = 16'384;
inline constexpr std::size_t kPresenceMetaBytesMax = 65'536;
/// Keys that one channel may track.
inline constexpr std::size_t kPresencesPerChannelMax = 10'000;

/// Subscriptions to other topics that one channel may hold.
inline constexpr std::size_t kSubscriptionsPerChannelMax = 10'000;

}  // namespace roost::limits
