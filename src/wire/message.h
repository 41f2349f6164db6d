#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <roost/bytes.hpp>

#include "wire/ref.h"

namespace roost::wire {

/// A payload: JSON text, or bytes that only binary frames carry. The empty object unless told otherwise.
///
/// As decoded, the text is what the client sent, byte for byte, without the whitespace around it. To be encoded, it
/// must be one valid JSON value: it is passed through, not looked into.
struct Body {
  std::string_view bytes = "{}";
  bool binary = false;
};

/// Whether a payload is a JSON object, or bytes: what V2 lets a push or broadcast carry (F8).
bool object_or_binary(const Body& body);

/// A topic as encoders take it: text, or in the answer to a message whose topic was no string, that JSON value.
class TopicText {
 public:
  template <std::convertible_to<std::string_view> Text>
  TopicText(const Text& text) : bytes_(text) {}
  static TopicText json(std::string_view value) {
    TopicText topic(value);
    topic.json_ = true;
    return topic;
  }

  std::string_view bytes() const { return bytes_; }
  bool is_json() const { return json_; }

 private:
  std::string_view bytes_;
  bool json_ = false;
};

/// A message from a client.
///
/// The views point into the decoded bytes, or into the Scratch given beside them: they die with either.
struct Incoming {
  Ref join_ref;
  Ref ref;
  std::string_view topic{};       // unescaped; empty if it was no string
  std::string_view event{};       // unescaped; empty if it was no string
  Body payload;                   // any JSON value, or bytes
  bool topic_is_string = true;    // F6: types are not checked; no channel matches such a topic
  bool event_is_string = true;    // no handler matches such an event
  std::string_view topic_json{};  // the topic as it came, if it was no string

  /// The topic for the answer.
  TopicText answer_topic() const { return topic_is_string ? TopicText(topic) : TopicText::json(topic_json); }
};

/// Room for topics and events that came with escapes, and for a payload that an application's serializer made; kept by
/// the caller for the next message.
struct Scratch {
  std::string topic{};
  std::string event{};
  SharedBytes payload{};
};

/// A message that is none: the connection ends with 1011 (F13, F16; PROTOCOL §5.9).
struct DecodeError {
  const char* reason;       // a literal, safe for strangers
  std::string detail = {};  // what an application's serializer says, for the log

  std::string text() const;
};

/// A message that cannot be written: a fault of the application, never of the peer who would get it.
struct EncodeError {
  enum class Field : std::uint8_t { join_ref, ref, topic, event, status, payload };

  Field field;
  const char* reason;       // a literal
  std::string detail = {};  // what an application's serializer says

  std::string text() const;
};

}  // namespace roost::wire
