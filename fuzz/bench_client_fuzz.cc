// What a server sends to the load generator: the first byte says what it is.

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "bench/dialect.h"
#include "bench/frames.h"
#include "bench/numbered.h"
#include "bench/roster.h"

namespace {

using namespace roost::bench;

std::optional<std::size_t> anybody(std::string_view key) {
  return key.size() % 4;
}

/// A head that was decoded is the same whatever follows, and is not decoded from less.
void server_head(std::string_view bytes) {
  const auto head = decode_server_head(bytes, true);
  if (!head || !*head) return;
  ROOST_ASSERT((*head)->head_bytes <= bytes.size());
  const auto shorter = decode_server_head(bytes.substr(0, (*head)->head_bytes - 1), true);
  ROOST_ASSERT(shorter && !*shorter);
}

void message(const Dialect& dialect, bool binary, std::string_view bytes) {
  const auto message = dialect.decode(binary, bytes);
  if (message) (void)number_of(message->binary, message->payload, 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      server_head(bytes);
      break;
    case 1:
      message(phoenix_dialect(), false, bytes);
      break;
    case 2:
      message(phoenix_dialect(), true, bytes);
      break;
    case 3:
      message(socketio_dialect(), false, bytes);
      break;
    case 4:
      (void)read_presence_state(bytes, anybody);
      break;
    default:
      (void)read_presence_diff(bytes, anybody);
  }
  return 0;
}
