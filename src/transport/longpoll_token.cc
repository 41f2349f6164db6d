#include "transport/longpoll_token.h"

#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"
#include "base/encoding.h"

namespace roost::transport {
namespace {

// shard 4 · number 8 · key 8 · started 8 · server 8, big endian, then the MAC over them.
constexpr std::size_t kIdBytes = 36;
constexpr std::size_t kServerAt = 28;
constexpr std::size_t kMacBytes = 32;  // HMAC-SHA256

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint64_t get(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::array<unsigned char, kMacBytes> mac(const LongPollTokens::Secret& secret, std::string_view bytes) {
  std::array<unsigned char, kMacBytes> out;
  unsigned size = 0;
  ROOST_ASSERT(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                    reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), &size) &&
               size == kMacBytes);
  return out;
}

std::optional<std::string> bytes_of(std::string_view token) {
  auto bytes = base64_decode(token, Base64::url);
  if (!bytes || bytes->size() != kIdBytes + kMacBytes) return std::nullopt;
  return std::move(*bytes);
}

}  // namespace

std::string LongPollTokens::sign(const LongPollId& id) const {
  std::string bytes;
  put(bytes, id.shard, 4);
  put(bytes, id.number, 8);
  put(bytes, id.key, 8);
  put(bytes, id.started_ms, 8);
  put(bytes, id.server, 8);
  const auto sum = mac(secret_, bytes);
  bytes.append(reinterpret_cast<const char*>(sum.data()), sum.size());
  return base64url_encode(bytes);
}

std::optional<LongPollId> LongPollTokens::verify(std::string_view token, std::uint64_t now_ms,
                                                 std::uint64_t age_max_ms) const {
  const auto bytes = bytes_of(token);
  if (!bytes) return std::nullopt;
  const std::string_view id(bytes->data(), kIdBytes);
  const auto sum = mac(secret_, id);
  if (CRYPTO_memcmp(sum.data(), bytes->data() + kIdBytes, kMacBytes) != 0) return std::nullopt;
  const LongPollId read{static_cast<std::uint32_t>(get(id.substr(0, 4))), get(id.substr(4, 8)), get(id.substr(12, 8)),
                        get(id.substr(20, 8)), get(id.substr(kServerAt, 8))};
  if (read.server != server_) return std::nullopt;
  if (now_ms > read.started_ms && now_ms - read.started_ms > age_max_ms) return std::nullopt;
  return read;
}

std::optional<std::uint64_t> server_of(std::string_view token) {
  const auto bytes = bytes_of(token);
  if (!bytes) return std::nullopt;
  return get(std::string_view(*bytes).substr(kServerAt, 8));
}

}  // namespace roost::transport
