#pragma once

#include <array>
#include <cstring>
#include <expected>
#include <string_view>

#include "base/frame.h"
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
  void raw(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }
  void string(std::string_view text) { out_ = write_json_string(out_, text); }
  void topic(const TopicText& topic) { topic.is_json() ? raw(topic.bytes()) : string(topic.bytes()); }
  char* end() const { return out_; }

 private:
  char* out_;
};

/// A text frame that `layout(out)` describes. It is called twice: a short one is written on the stack and copied, which
/// costs less than to look at its texts once more; of others a Counter takes the size.
template <typename Layout>
Frame make_text_frame(FrameHead head, const Layout& layout) {
  constexpr std::size_t kShort = 1024;
  Bound bound;
  layout(bound);
  if (bound.bytes() <= kShort) {
    std::array<char, kShort> room;
    Writer writer(room.data());
    layout(writer);
    const auto size = static_cast<std::size_t>(writer.end() - room.data());
    return Frame::make(size, false, head, [&](char* out) { std::memcpy(out, room.data(), size); });
  }
  Counter counter;
  layout(counter);
  return Frame::make(counter.bytes(), false, head, [&layout](char* out) {
    Writer writer(out);
    layout(writer);
  });
}

}  // namespace roost::wire
