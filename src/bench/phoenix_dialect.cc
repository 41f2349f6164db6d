#include "bench/dialect.h"
#include "wire/json_scan.h"
#include "wire/json_string.h"
#include "wire/serializer.h"

namespace roost::bench {
namespace {

/// `{"response":R,"status":S}` in any order.
bool take_reply(std::string_view payload, ServerMessage& message) {
  wire::JsonReader reader(payload, wire::Utf8::trusted);
  bool response = false, status = false;
  if (!reader.take('{')) return false;
  do {
    const auto key = reader.string();
    if (!key || !reader.take(':')) return false;
    const auto value = reader.value();
    if (!value) return false;
    if (key->string_body() == "response") {
      message.payload = value->text;
      response = true;
    } else if (key->string_body() == "status" && value->is_string()) {
      message.status = value->string_body();
      status = true;
    }
  } while (reader.take(','));
  return response && status;
}

std::expected<ServerMessage, std::string> decode_text(std::string_view bytes) {
  wire::Scratch scratch;
  const auto decoded = wire::v2_json().decode(false, bytes, wire::Utf8::check, scratch);
  if (!decoded) return std::unexpected(decoded.error().text());
  ServerMessage message;
  message.ref = decoded->ref.string_bytes().value_or("");
  message.topic = decoded->topic;
  message.event = decoded->event;
  message.payload = decoded->payload.bytes;
  if (message.event == "phx_reply" && !take_reply(decoded->payload.bytes, message))
    return std::unexpected("a reply without response and status");
  return message;
}

/// push: join_ref topic event; reply: join_ref ref topic status; broadcast: topic event (wire/v2_binary.h).
std::expected<ServerMessage, std::string> decode_binary(std::string_view bytes) {
  const int kind = bytes.empty() ? -1 : bytes.front();
  if (kind < 0 || kind > 2) return std::unexpected("a binary frame of no known kind");
  const std::size_t fields = kind == 0 ? 3 : kind == 1 ? 4 : 2;
  if (bytes.size() < 1 + fields) return std::unexpected("a binary frame that is too short");
  std::string_view parts[4];
  std::string_view rest = bytes.substr(1 + fields);
  for (std::size_t i = 0; i < fields; ++i) {
    const auto size = static_cast<unsigned char>(bytes[1 + i]);
    if (size > rest.size()) return std::unexpected("a binary frame that is too short");
    parts[i] = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  ServerMessage message;
  message.binary = true;
  message.payload = rest;
  message.topic = parts[kind == 0 ? 1 : kind == 1 ? 2 : 0];
  message.event = kind == 0 ? parts[2] : kind == 1 ? "phx_reply" : parts[1];
  if (kind == 1) {
    message.ref = parts[1];
    message.status = parts[3];
  }
  return message;
}

bool has_parameter(std::string_view query, std::string_view name) {
  const std::string wanted = std::string(name) + "=";
  return query.starts_with(wanted) || query.find("&" + wanted) != std::string_view::npos;
}

class Phoenix final : public Dialect {
 public:
  std::string request_path(std::string_view path, std::string_view query) const override {
    std::string whole(path);
    while (whole.ends_with('/')) whole.pop_back();
    if (!whole.ends_with("/websocket")) whole += "/websocket";
    whole.append("?").append(query);
    if (!has_parameter(query, "vsn")) whole += query.empty() ? "vsn=2.0.0" : "&vsn=2.0.0";
    return whole;
  }

  std::string join(std::string_view topic, std::string_view payload) const override {
    return push(kJoinRef, topic, "phx_join", payload);
  }

  std::string push(std::string_view ref, std::string_view topic, std::string_view event,
                   std::string_view payload) const override {
    std::string text = "[";
    for (const std::string_view field : {kJoinRef, ref, topic, event}) {
      wire::append_json_string(text, field);
      text += ',';
    }
    return text.append(payload).append("]");
  }

  std::string push_binary(std::string_view ref, std::string_view topic, std::string_view event,
                          std::string_view payload) const override {
    std::string bytes(1, '\0');
    for (const std::string_view field : {kJoinRef, ref, topic, event}) bytes.push_back(static_cast<char>(field.size()));
    return bytes.append(kJoinRef).append(ref).append(topic).append(event).append(payload);
  }

  std::string heartbeat() const override { return R"([null,"0","phoenix","heartbeat",{}])"; }

  std::expected<ServerMessage, std::string> decode(bool binary, std::string_view bytes) const override {
    return binary ? decode_binary(bytes) : decode_text(bytes);
  }
};

}  // namespace

const Dialect& phoenix_dialect() {
  static const Phoenix phoenix;
  return phoenix;
}

}  // namespace roost::bench
