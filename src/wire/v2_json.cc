#include <array>

#include "wire/envelope.h"
#include "wire/serializer.h"
#include "wire/v2_binary.h"

// V2, one JSON array a text frame; binary frames are drawn in v2_binary.h:
//
//   client:     [join_ref, ref, topic, event, payload]      more elements are ignored
//   push:       [join_ref,null,topic,event,payload]
//   reply:      [join_ref,ref,topic,"phx_reply",{"response":response,"status":status}]
//   broadcast:  [null,null,topic,event,payload]
//   end:        [join_ref,join_ref,topic,"phx_close",{}]    or "phx_error"
//
// Source: Phoenix.Socket.V2.JSONSerializer; PROTOCOL F5-F9.
namespace roost::wire {
namespace {

/// A reply, for make_text_frame. What it takes must outlive it.
auto reply_layout(const Ref& join_ref, const Ref& ref, const TopicText& topic, std::string_view status,
                  const Body& response) {
  return [&join_ref, &ref, &topic, status, &response](auto& out) {
    out.raw("[");
    out.raw(join_ref.text());
    out.raw(",");
    out.raw(ref.text());
    out.raw(",");
    out.topic(topic);
    out.raw(R"(,"phx_reply",{"response":)");
    out.raw(response.bytes);
    out.raw(R"(,"status":)");
    out.string(status);
    out.raw("}]");
  };
}

class V2Json final : public Serializer {
 public:
  explicit V2Json(bool ours) : ours_(ours) {}
  std::string_view name() const override { return ours_ ? "v2_json_ours" : "v2_json"; }
  bool ours() const override { return ours_; }

  std::expected<Incoming, DecodeError> decode(bool binary_frame, std::string_view bytes, Utf8 utf8,
                                              Scratch& scratch) const override {
    if (binary_frame) return decode_binary(bytes);
    JsonReader reader(bytes, utf8);
    JsonParts parts;
    if (!reader.array(parts) || !reader.at_end())
      return std::unexpected(refusal(reader, "not an array of five elements or more"));
    return to_message(parts, scratch);
  }

  Encoded encode_reply(const Ref& join_ref, const Ref& ref, TopicText topic, std::string_view status, Body response,
                       FrameHead head) const override {
    if (response.binary) return encode_binary_reply(join_ref, ref, topic, status, response.bytes, head);
    return make_text_frame(head, reply_layout(join_ref, ref, topic, status, response));
  }
  std::optional<FrameView> encode_short_reply(const Ref& join_ref, const Ref& ref, const TopicText& topic,
                                              std::string_view status, const Body& response, FrameHead head,
                                              std::span<char> room) const override {
    if (response.binary) return std::nullopt;
    return write_text_frame(room, head, reply_layout(join_ref, ref, topic, status, response));
  }

  Encoded encode_push(const Ref& join_ref, std::string_view topic, std::string_view event, Body payload,
                      FrameHead head) const override {
    if (payload.binary) return encode_binary_push(join_ref, topic, event, payload.bytes, head);
    return encode_object(join_ref.text(), topic, event, payload, head);
  }

  Encoded encode_broadcast(std::string_view topic, std::string_view event, Body payload,
                           FrameHead head) const override {
    if (payload.binary) return encode_binary_broadcast(topic, event, payload.bytes, head);
    return encode_object("null", topic, event, payload, head);
  }

 private:
  Frame encode_end(const Ref& join_ref, std::string_view topic, std::string_view event, std::string_view payload,
                   FrameHead head) const override {
    return encode_event(join_ref.text(), join_ref.text(), topic, event, payload, head);
  }

  static Encoded encode_object(std::string_view join_ref, std::string_view topic, std::string_view event, Body payload,
                               FrameHead head) {
    if (!object_or_binary(payload))  // F8
      return std::unexpected(EncodeError{EncodeError::Field::payload, "payload must be an object or binary"});
    return encode_event(join_ref, "null", topic, event, payload.bytes, head);
  }

  static Frame encode_event(std::string_view join_ref, std::string_view ref, std::string_view topic,
                            std::string_view event, std::string_view payload, FrameHead head) {
    return make_text_frame(head, [&](auto& out) {
      out.raw("[");
      out.raw(join_ref);
      out.raw(",");
      out.raw(ref);
      out.raw(",");
      out.string(topic);
      out.raw(",");
      out.string(event);
      out.raw(",");
      out.raw(payload);
      out.raw("]");
    });
  }

  const bool ours_;
};

}  // namespace

const Serializer& v2_json() {
  static const V2Json serializer(false);
  return serializer;
}

const Serializer& v2_json_ours() {
  static const V2Json serializer(true);
  return serializer;
}

}  // namespace roost::wire
