#include <array>

#include "wire/envelope.h"
#include "wire/serializer.h"

// V1, one JSON object a frame:
//
//   client: {"topic":T, "event":E, "payload":P, "ref":R}    in any order; "join_ref" may be there, other keys are
//   ignored server: {"event":E,"payload":P,"ref":R,"topic":T}       exactly these; P of a reply:
//   {"response":P,"status":S}
//
// Source: Phoenix.Socket.V1.JSONSerializer; PROTOCOL F1-F4.
namespace roost::wire {
namespace {

/// The member that `key` names, or nullptr for one that V1 does not know.
JsonValue* member(JsonParts& parts, std::string_view key) {
  if (key == "topic") return &parts[kTopic];
  if (key == "event") return &parts[kEvent];
  if (key == "payload") return &parts[kPayload];
  if (key == "ref") return &parts[kRef];
  if (key == "join_ref") return &parts[kJoinRef];
  return nullptr;
}

/// Reads one `"key":value`. The first of two equal keys wins (F17). False: see the reader.
bool read_member(JsonReader& reader, JsonParts& parts) {
  const auto key = reader.string();
  if (!key || !reader.take(':')) return false;
  const auto value = reader.value();
  if (!value) return false;
  std::string unescaped;
  if (key->escaped) append_unescaped(unescaped, key->string_body());
  JsonValue* const part = member(parts, key->escaped ? unescaped : key->string_body());
  if (part && part->text.empty()) *part = *value;
  return true;
}

bool read_object(JsonReader& reader, JsonParts& parts) {
  if (!reader.take('{')) return false;
  if (!reader.take('}')) {
    do {
      if (!read_member(reader, parts)) return false;
    } while (reader.take(','));
    if (!reader.take('}')) return false;
  }
  return reader.at_end();
}

/// A reply, for make_text_frame. What it takes must outlive it.
auto reply_layout(const Ref& ref, const TopicText& topic, std::string_view status, const Body& response) {
  return [&ref, &topic, status, &response](auto& out) {
    out.raw(R"({"event":"phx_reply","payload":{"response":)");
    out.raw(response.bytes);
    out.raw(R"(,"status":)");
    out.string(status);
    out.raw(R"(},"ref":)");
    out.raw(ref.text());
    out.raw(R"(,"topic":)");
    out.topic(topic);
    out.raw("}");
  };
}

class V1Json final : public Serializer {
 public:
  std::string_view name() const override { return "v1_json"; }

  std::expected<Incoming, DecodeError> decode(bool binary_frame, std::string_view bytes, Utf8 utf8,
                                              Scratch& scratch) const override {
    // The opcode makes no difference (F2), but nobody has checked the text of a binary frame.
    JsonReader reader(bytes, binary_frame ? Utf8::check : utf8);
    JsonParts parts;
    if (!read_object(reader, parts)) return std::unexpected(refusal(reader, "not an object"));
    for (const JsonValue* part : {&parts[kTopic], &parts[kEvent], &parts[kPayload], &parts[kRef]})
      if (part->text.empty()) return std::unexpected(DecodeError{"message without topic, event, payload or ref"});
    if (parts[kJoinRef].text.empty()) parts[kJoinRef].text = "null";
    return to_message(parts, scratch);
  }

  Encoded encode_reply(const Ref&, const Ref& ref, TopicText topic, std::string_view status, Body response,
                       FrameHead head) const override {
    if (response.binary) return no_binary();
    return make_text_frame(head, reply_layout(ref, topic, status, response));
  }
  std::optional<FrameView> encode_short_reply(const Ref&, const Ref& ref, const TopicText& topic,
                                              std::string_view status, const Body& response, FrameHead head,
                                              std::span<char> room) const override {
    if (response.binary) return std::nullopt;
    return write_text_frame(room, head, reply_layout(ref, topic, status, response));
  }

  Encoded encode_push(const Ref&, std::string_view topic, std::string_view event, Body payload,
                      FrameHead head) const override {
    return encode_broadcast(topic, event, payload, head);  // without a join_ref there is no telling them apart
  }

  Encoded encode_broadcast(std::string_view topic, std::string_view event, Body payload,
                           FrameHead head) const override {
    if (payload.binary) return no_binary();
    return encode_event("null", topic, event, payload.bytes, head);
  }

 private:
  Frame encode_end(const Ref& join_ref, std::string_view topic, std::string_view event, std::string_view payload,
                   FrameHead head) const override {
    return encode_event(join_ref.text(), topic, event, payload, head);
  }

  static Frame encode_event(std::string_view ref, std::string_view topic, std::string_view event,
                            std::string_view payload, FrameHead head) {
    return make_text_frame(head, [&](auto& out) {
      out.raw(R"({"event":)");
      out.string(event);
      out.raw(R"(,"payload":)");
      out.raw(payload);
      out.raw(R"(,"ref":)");
      out.raw(ref);
      out.raw(R"(,"topic":)");
      out.string(topic);
      out.raw("}");
    });
  }

  static Encoded no_binary() {  // F4
    return std::unexpected(EncodeError{EncodeError::Field::payload, "binary payloads do not exist in vsn 1.0"});
  }
};

}  // namespace

const Serializer& v1_json() {
  static const V1Json serializer;
  return serializer;
}

}  // namespace roost::wire
