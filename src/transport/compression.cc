#include "transport/compression.h"

#include <array>
#include <cstring>

#include "ws/frame.h"

namespace roost::transport {
namespace {

// Shorter messages grow, or win less than their header.
constexpr std::size_t kCompressBytesMin = 64;

Frame make_compressed(std::string_view deflated, bool binary) {
  return Frame::make(deflated.size(), binary, &ws::write_head_compressed,
                     [deflated](char* out) { std::memcpy(out, deflated.data(), deflated.size()); });
}

Frame compress_alone(const Frame& frame, std::uint8_t window_bits, Metrics& metrics) {
  if (frame.payload().size() < kCompressBytesMin) return frame;
  metrics.add(Count::compressions);
  const std::string deflated = ws::deflate_message(frame.payload(), window_bits);
  return deflated.size() < frame.payload().size() ? make_compressed(deflated, frame.binary()) : frame;
}

}  // namespace

const Frame& compressed(const Frame& frame, std::uint8_t window_bits, Metrics& metrics) {
  // The forms of the last frames: one broadcast is in V1 and V2, and clients agree on different windows.
  constexpr std::size_t kForms = 16;
  struct Form {
    Frame plain;  // kept, so that its address can't be given to another one meanwhile
    std::uint8_t window_bits = 0;
    Frame result;
  };
  thread_local std::array<Form, kForms> forms;
  thread_local std::size_t next = 0;
  for (const Form& form : forms)
    if (!form.plain.empty() && form.plain.bytes().data() == frame.bytes().data() && form.window_bits == window_bits)
      return form.result;
  Form& form = forms[next++ % kForms];
  form = {frame, window_bits, compress_alone(frame, window_bits, metrics)};
  return form.result;
}

// What went through the context must be sent, also when it grew.
Frame compressed(const Frame& frame, ws::Deflater& context, Metrics& metrics) {
  metrics.add(Count::compressions);
  return make_compressed(context.deflate(frame.payload()), frame.binary());
}

}  // namespace roost::transport
