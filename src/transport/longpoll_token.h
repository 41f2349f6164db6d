#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roost::transport {

/// Names a long-poll session: where it lives, and a random key that only its client knows (PROTOCOL L15).
struct LongPollId {
  std::uint32_t shard = 0;
  std::uint64_t number = 0;  // on that shard
  std::uint64_t key = 0;
  std::uint64_t started_ms = 0;  // wall-clock time since 1970
  std::uint64_t server = 0;      // random for each start of a node
  friend bool operator==(const LongPollId&, const LongPollId&) = default;
};

/// Signs and reads the tokens of one server's long-poll sessions. Opaque to clients, safe in a URL. A token of another
/// server, or of this one before it was started anew, is no token. Any thread.
class LongPollTokens {
 public:
  using Secret = std::array<char, 32>;
  LongPollTokens(const Secret& secret, std::uint64_t server) : secret_(secret), server_(server) {}

  /// `id.server` is that of these tokens.
  std::string sign(const LongPollId& id) const;
  /// nullopt: not one of that server, or older than `age_max_ms` at `now_ms`. Compares in constant time.
  std::optional<LongPollId> verify(std::string_view token, std::uint64_t now_ms, std::uint64_t age_max_ms) const;

  std::uint64_t server() const { return server_; }
  /// For the other nodes of the cluster alone.
  const Secret& secret() const { return secret_; }

 private:
  Secret secret_;
  std::uint64_t server_;
};

/// Which server a token says that it is of, unproved. nullopt: it is none.
std::optional<std::uint64_t> server_of(std::string_view token);

}  // namespace roost::transport
