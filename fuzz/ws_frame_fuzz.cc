// The decoder on any bytes: fed in pieces it must make of them what it makes of the whole.
//
// Input: [setup] [seed of the splits] bytes of the client...

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

#include "base/assert.h"
#include "ws/client_frames.h"

namespace {

using namespace roost::ws;

struct Setup {
  explicit Setup(std::uint8_t bits)
      : options{.frame_bytes_max = bits & 1 ? 200u : 100'000u, .message_bytes_max = bits & 2 ? 300u : 100'000u} {
    if (bits & 4) deflate = DeflateParams{.client_no_context_takeover = (bits & 8) != 0};
  }
  DecoderOptions options;
  std::optional<DeflateParams> deflate;
};

client::Log fed_whole(const Setup& setup, std::string_view bytes) {
  Decoder decoder(setup.options, setup.deflate);
  client::Log log;
  client::feed(decoder, bytes, log);
  return log;
}

client::Log fed_in_pieces(const Setup& setup, std::string_view bytes, std::uint8_t seed) {
  Decoder decoder(setup.options, setup.deflate);
  client::Log log;
  std::minstd_rand random(seed);
  const std::size_t piece_max = 1 + seed % 40;
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(bytes.size(), random() % (piece_max + 1));
    client::feed(decoder, bytes.substr(0, size), log);
    bytes.remove_prefix(size);
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Setup setup(data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  ROOST_ASSERT(fed_in_pieces(setup, bytes, data[1]) == fed_whole(setup, bytes));
  return 0;
}
