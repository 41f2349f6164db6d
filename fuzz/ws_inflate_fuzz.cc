// The inflater on any bytes holds to its limits; what the deflater makes of any bytes comes back; and any
// Sec-WebSocket-Extensions header is answered with something that the client offered.
//
// Input: [setup] [size of a message] message [size of a message] message...

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "ws/deflate.h"

namespace {

using namespace roost::ws;

constexpr InflateLimits kLimits{.bytes_max = 200'000, .ratio_max = 25};
constexpr InflateLimits kNoRatio{.bytes_max = 200'000, .ratio_max = 5000};

std::vector<std::string_view> split(std::string_view bytes) {
  std::vector<std::string_view> messages;
  while (!bytes.empty()) {
    const auto size = static_cast<std::uint8_t>(bytes[0]);
    messages.push_back(bytes.substr(1, size));
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 1 + size));
  }
  return messages;
}

DeflateParams params_of(std::uint8_t setup) {
  const auto bits = static_cast<std::uint8_t>(9 + (setup & 7) % 7);
  return {.server_no_context_takeover = (setup & 8) != 0,
          .client_no_context_takeover = (setup & 8) != 0,
          .server_max_window_bits = bits,
          .client_max_window_bits = bits};
}

void inflate_anything(const DeflateParams& params, const std::vector<std::string_view>& messages) {
  Inflater inflater(params), again(params);
  for (const std::string_view message : messages) {
    const auto first = inflater.inflate(message, kLimits);
    const auto second = again.inflate(message, kLimits);
    ROOST_ASSERT(first == second);
    if (!first) return;
    ROOST_ASSERT(first->size() <= kLimits.bytes_max);
    ROOST_ASSERT(first->size() <= kInflateFloorBytes || first->size() <= message.size() * kLimits.ratio_max);
  }
}

void round_trip(const DeflateParams& params, const std::vector<std::string_view>& messages) {
  Deflater deflater(params);
  Inflater inflater(params);
  for (const std::string_view message : messages)
    ROOST_ASSERT(inflater.inflate(deflater.deflate(message), kNoRatio).value() == message);
}

void negotiate_anything(std::string_view offers) {
  const auto agreement = negotiate_deflate(offers);
  if (!agreement) return;
  ROOST_ASSERT(agreement->params.server_max_window_bits >= 9 && agreement->params.client_max_window_bits >= 8);
  // What we answer is an offer that we would accept, and means the same.
  const auto mirrored = negotiate_deflate(agreement->response);
  ROOST_ASSERT(mirrored && mirrored->params == agreement->params && mirrored->response == agreement->response);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const DeflateParams params = params_of(data[0]);
  inflate_anything(params, split(bytes));
  round_trip(params, split(bytes));
  negotiate_anything(bytes);
  return 0;
}
