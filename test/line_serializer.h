#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <roost/serializer.hpp>

// A serializer as an application writes one; it needs nothing but roost/serializer.hpp.
namespace roost::testing {

/// One message is a line of fields with tabs between them:
///
///     client: join_ref ref topic event payload
///     server: kind join_ref ref topic event payload           kind: push, broadcast, close, error
///             reply join_ref ref topic status payload
///
/// Refs are JSON, the payload is JSON in a text message and bytes in a binary one.
class LineSerializer final : public Serializer {
 public:
  std::string_view name() const override { return "lines"; }

  std::expected<ClientMessage, std::string> decode(std::string_view bytes, bool binary) const override {
    std::array<std::string_view, 4> fields;
    for (std::string_view& field : fields) {
      const std::size_t tab = bytes.find('\t');
      if (tab == std::string_view::npos) return std::unexpected("a line has five fields");
      field = bytes.substr(0, tab);
      bytes.remove_prefix(tab + 1);
    }
    ClientMessage message;
    message.join_ref = fields[0];
    message.ref = fields[1];
    message.topic = fields[2];
    message.event = fields[3];
    message.payload = Payload::trusted(SharedBytes::copy(bytes), binary);
    return message;
  }

  std::expected<EncodedMessage, std::string> encode(const ServerMessage& message) const override {
    constexpr std::array kKinds = {"reply", "push", "broadcast", "close", "error"};
    const bool is_reply = message.kind == ServerMessage::Kind::reply;
    std::string line = kKinds.at(static_cast<std::size_t>(message.kind));
    for (const std::string_view field :
         {message.join_ref, message.ref, message.topic, is_reply ? message.status : message.event}) {
      if (field.find('\t') != std::string_view::npos) return std::unexpected("a field with a tab");
      line.append("\t").append(field);
    }
    line.append("\t").append(message.payload.view());
    return EncodedMessage{std::move(line), message.payload.is_binary()};
  }
};

}  // namespace roost::testing
