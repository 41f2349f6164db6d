// What passes the checks behind an application's serializer can be told to clients of any other: as V2, it is read
// again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "../test/line_serializer.h"
#include "base/assert.h"
#include "wire/custom_serializer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roost::wire;
  static const CustomSerializer custom(std::make_shared<roost::testing::LineSerializer>());
  if (size == 0) return 0;
  const bool binary = data[0] & 1;
  Scratch scratch;
  const auto message = custom.decode(binary, {reinterpret_cast<const char*>(data + 1), size - 1}, Utf8::check, scratch);
  if (!message) return 0;

  const auto told = v2_json().encode_reply(message->join_ref, message->ref, message->topic, message->event,
                                           message->payload, nullptr);
  if (!told) {
    ROOST_ASSERT(message->payload.binary);  // what V2 can write as text, it writes
    return 0;
  }
  if (told->binary()) return 0;
  const auto read = scan_json(told->payload(), Utf8::check);
  // The envelope adds two levels to those of a payload, which may have had as many as there may be.
  ROOST_ASSERT(read || read.error() == JsonError::too_deep);
  return 0;
}
