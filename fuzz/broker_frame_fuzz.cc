#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/frame.h"
#include "broker/peers.h"
#include "broker/reassembler.h"

// The input is frames behind each other, each after two bytes of length. Whatever decodes is the same from its own
// bytes, and who puts fragments together keeps within its limits.

namespace {

using namespace roost;

void require(bool condition) {
  if (!condition) std::abort();
}

bool same(const broker::Frame& a, const broker::Frame& b) {
  const auto bytes = [](const auto& frame) { return broker::encode(frame); };
  return a.index() == b.index() && std::visit(bytes, a).view() == std::visit(bytes, b).view();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kFrameMax = 64, kWaitingMax = 200;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  broker::Reassembler reassembler(kFrameMax, kWaitingMax);
  broker::Peers peers("me", 1);
  while (input.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(input[0]) << 8 | static_cast<std::uint8_t>(input[1]);
    const std::string_view bytes = input.substr(2, length);
    input.remove_prefix(2 + bytes.size());
    peers.handle(bytes, TimePoint(std::chrono::seconds(bytes.size())));
    const auto frame = broker::decode_frame(bytes);
    if (!frame) continue;
    const SharedBytes again = std::visit([](const auto& each) { return broker::encode(each); }, *frame);
    require(again.size() <= bytes.size());  // numbers may have come with leading zeros
    const auto decoded = broker::decode_frame(again.view());
    require(decoded && same(*frame, *decoded));
    if (const auto* fragment = std::get_if<broker::Fragment>(&*frame)) {
      const auto whole = reassembler.take(*fragment);
      require(!whole || whole->size() <= kFrameMax);
      require(reassembler.waiting_bytes() <= kWaitingMax);
    }
  }
  return 0;
}
