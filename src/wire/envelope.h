#pragma once

#include <array>
#include <cstring>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "base/frame.h"
#include "base/short_text.h"
#include "wire/json_scan.h"
#include "wire/json_string.h"
#include "wire/message.h"

// What the serializers have in common. Not for other folders.
namespace roost::wire {

/// The five parts of a message in JSON, whatever their order in the text was.
using JsonParts = std::array<JsonValue, 5>;
/// Their places in it: those in the array of V2.
enum Part : std::size_t { kJoinRef, kRef, kTopic, kEvent, kPayload };

/// Why the envelope that `reader` walked over is none: its JSON is broken, or else `shape`, what it was to be.
DecodeError refusal(const JsonReader& reader, const char* shape);

/// Makes the message of its parts. Error: a ref that is too long.
std::expected<Incoming, DecodeError> to_message(const JsonParts& parts, Scratch& scratch);

/// Adds up what a Writer would write.
class Counter {
 public:
  void raw(std::string_view bytes) { bytes_ += bytes.size(); }
  void string(std::string_view text) { bytes_ += json_string_bytes(text); }
  void topic(const TopicText& topic) { topic.is_json() ? raw(topic.bytes()) : string(topic.bytes()); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

/// What that is at most, without a look at the texts.
class Bound {
 public:
  void raw(std::string_view bytes) { bytes_ += bytes.size(); }
  void string(std::string_view text) { bytes_ += kJsonEscapeMax * text.size() + 2; }
  void topic(const TopicText& topic) { topic.is_json() ? raw(topic.bytes()) : string(topic.bytes()); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

/// Writes into memory that a Counter has measured.
class Writer {
 public:
  explicit Writer(char* out) : out_(out) {}
  void raw(std::string_view bytes) { out_ = copy_text(out_, bytes); }
  void string(std::string_view text) { out_ = write_json_string(out_, text); }
  void topic(const TopicText& topic) { topic.is_json() ? raw(topic.bytes()) : string(topic.bytes()); }
  char* end() const { return out_; }

 private:
  char* out_;
};

/// Writes a text frame that `layout(out)` describes into `room`. nullopt: there might not be enough. The layout is
/// called twice, and its texts are looked at once.
template <typename Layout>
std::optional<FrameView> write_text_frame(std::span<char> room, FrameHead head, const Layout& layout) {
  Bound bound;
  layout(bound);
  if (kFrameHeadMax + bound.bytes() > room.size()) return std::nullopt;
  char* const begin = room.data() + kFrameHeadMax;
  Writer writer(begin);
  layout(writer);
  const auto size = static_cast<std::size_t>(writer.end() - begin);
  const std::size_t head_bytes = head ? head(begin, size, false) : 0;
  return FrameView{{begin - head_bytes, head_bytes + size}, head_bytes, false};
}

/// Bytes of messages that are written on the stack first: to copy them costs less than to look at their texts twice.
inline constexpr std::size_t kShortBytes = 1024;

/// A text frame that `layout(out)` describes. Of one that is not short a Counter takes the size.
template <typename Layout>
Frame make_text_frame(FrameHead head, const Layout& layout) {
  std::array<char, kFrameHeadMax + kShortBytes> room;
  if (const auto written = write_text_frame(room, head, layout)) return Frame::copy(*written);
  Counter counter;
  layout(counter);
  return Frame::make(counter.bytes(), false, head, [&layout](char* out) {
    Writer writer(out);
    layout(writer);
  });
}

}  // namespace roost::wire
