// What another node may say about long-poll sessions: what can be read is written the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "transport/longpoll_parcel.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roost::transport;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto parcel = parcel::decode(input);
  if (!parcel) return 0;
  ROOST_ASSERT(parcel::shard_of(input) == parcel->to.shard);
  const std::string written = parcel::encode(*parcel);
  ROOST_ASSERT(written.size() <= input.size());  // numbers may have been longer than they need be
  const auto again = parcel::decode(written);
  ROOST_ASSERT(again && parcel::encode(*again) == written);
  return 0;
}
