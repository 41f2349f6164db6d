#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "base/frame.h"
#include "wire/json_scan.h"
#include "wire/message.h"

namespace roost::wire {

/// The payload of phx_error when a channel ended by an error of its own (PROTOCOL §5.6).
inline constexpr std::string_view kChannelCrash = R"({"reason":"channel_crash"})";

/// Messages <-> bytes in one version of the protocol. Stateless: every thread may use the same one.
///
/// Encoders make the frame in one allocation of the exact size, with what `head` writes in front (base/frame.h).
/// Topics, events and statuses are text in UTF-8; they are escaped here. A frame is binary exactly when its payload is
/// (F15). The formats are drawn in docs/wire.md.
class Serializer {
 public:
  using Encoded = std::expected<Frame, EncodeError>;

  virtual ~Serializer() = default;

  /// For logs and metrics; also tells serializers apart when a broadcast is encoded once for each.
  virtual std::string_view name() const = 0;
  /// Whether its clients are ours: they connected with roost=1, and take what docs/wire.md says of such.
  virtual bool ours() const { return false; }

  /// The message in one frame. `binary_frame`: the opcode, or for a long poll, how the message was marked.
  /// `utf8`: whether the text was checked before. The result lives as long as `bytes` and `scratch` stay as they are.
  virtual std::expected<Incoming, DecodeError> decode(bool binary_frame, std::string_view bytes, Utf8 utf8,
                                                      Scratch& scratch) const = 0;

  /// The answer to the message that had `ref`. `response`: any JSON value, or bytes (not in V1).
  virtual Encoded encode_reply(const Ref& join_ref, const Ref& ref, TopicText topic, std::string_view status,
                               Body response, FrameHead head) const = 0;
  /// The same, written into `room` without any allocation, as most replies can be. nullopt: it is longer than that, or
  /// no text, or cannot be written: then encode_reply has to see to it.
  virtual std::optional<FrameView> encode_short_reply(const Ref& /*join_ref*/, const Ref& /*ref*/,
                                                      const TopicText& /*topic*/, std::string_view /*status*/,
                                                      const Body& /*response*/, FrameHead /*head*/,
                                                      std::span<char> /*room*/) const {
    return std::nullopt;
  }
  /// A message to one client that answers nothing. `payload`: a JSON object (in V1 any value), or bytes (not in V1).
  virtual Encoded encode_push(const Ref& join_ref, std::string_view topic, std::string_view event, Body payload,
                              FrameHead head) const = 0;
  /// A message to all subscribers of `topic`; payload as for a push.
  virtual Encoded encode_broadcast(std::string_view topic, std::string_view event, Body payload,
                                   FrameHead head) const = 0;

  /// phx_close: the channel has ended in order. `join_ref`: that of its phx_join, null if there was none. An empty
  /// frame: an application's serializer could not write it; ours always can.
  Frame encode_close(const Ref& join_ref, std::string_view topic, FrameHead head) const {
    return encode_end(join_ref, topic, "phx_close", "{}", head);
  }
  /// phx_error: the channel has ended otherwise, or must be joined anew. `payload`: a JSON object. Frame as above.
  Frame encode_error(const Ref& join_ref, std::string_view topic, FrameHead head,
                     std::string_view payload = kChannelCrash) const {
    return encode_end(join_ref, topic, "phx_error", payload, head);
  }

 private:
  /// A frame in which the join_ref stands for the ref, too: so the client knows which of its joins has ended.
  virtual Frame encode_end(const Ref& join_ref, std::string_view topic, std::string_view event,
                           std::string_view payload, FrameHead head) const = 0;
};

/// vsn 1.0.x: JSON objects (F1-F4).
const Serializer& v1_json();
/// vsn 2.0.x: JSON arrays, and binary frames (F5-F15).
const Serializer& v2_json();
/// The same for clients of ours. That it is another one keeps their frames apart wherever frames are shared.
const Serializer& v2_json_ours();

}  // namespace roost::wire
