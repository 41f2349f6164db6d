#include "transport/websocket.h"

#include <utility>

#include "channel/invoke.h"
#include "http/protocols.h"
#include "http/upgrade.h"
#include "transport/compression.h"
#include "transport/connect.h"
#include "ws/frame.h"

namespace roost::transport {
namespace {

// Frames of one client that are handled in a row; then it is another's turn. A read holds some thousand small ones.
constexpr int kFramesPerTurn = 256;

http::Response empty(int status) {
  return {status, {}, {}};
}

http::Response refusal(const Mount& mount, const Refused& refused, Log& log) {
  if (refused.why == Refused::Why::crashed) return internal_error();
  if (refused.why == Refused::Why::rejected || !mount.definition->error_handler_) return empty(403);
  HttpResponse answer;
  if (!channel::invoke(log, {"error_handler", mount.definition->path, ""},
                       [&] { answer = mount.definition->error_handler_(refused.reason); }))
    return internal_error();
  http::Response response{answer.status, {{"content-type", answer.content_type}}, answer.body};
  for (const auto& [name, value] : answer.headers) response.headers.push_back({name, value});
  return response;
}

std::string join(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& one : list) text += (text.empty() ? "" : ", ") + one;
  return text;
}

}  // namespace

void accept_websocket(const std::shared_ptr<Exchange>& exchange, const Mount& mount,
                      const http::PathPattern::Variables& variables, channel::Host& host) {
  const http::Request& request = exchange->request;
  if (request.method != "GET") return exchange->respond(empty(400));
  if (host.draining) return exchange->respond(empty(503));
  auto params = request_params(request, variables, host.metrics);
  if (!params) return exchange->respond(http::error_response(params.error()));
  if (!origin_allowed(mount, *exchange)) {
    host.log.write(LogLevel::warn, "origin refused",
                   {{"socket", mount.definition->path},
                    {"origin", *request.header("origin")},
                    {"allowed", mount.origins_allowed}});
    host.metrics.add(Count::refused_origin);
    return exchange->respond(empty(403));
  }

  http::ProtocolOffer offer;
  if (const auto header = request.header("sec-websocket-protocol")) offer.header = std::string(*header);
  if (mount.definition->auth_token_) {
    auto taken = http::take_bearer_token(request.header("sec-websocket-protocol"));
    if (!taken) return exchange->respond(empty(taken.error().status));
    offer = std::move(*taken);
  }
  std::optional<std::string_view> offered;
  if (offer.header) offered = *offer.header;
  const auto protocol = http::choose_protocol(mount.subprotocols, offered);
  if (!protocol) host.metrics.add(Count::refused_protocol);
  if (!protocol) return exchange->respond(empty(protocol.error().status));

  auto connected =
      connect(mount, *exchange, std::move(*params), std::move(offer.token), std::move(offer.header), "websocket", host);
  if (!connected) return exchange->respond(refusal(mount, connected.error(), host.log));

  const auto upgrade = http::validate_upgrade(request);
  if (!upgrade) host.metrics.add(Count::refused_handshake);
  if (!upgrade) return exchange->respond(http::text_response(400, upgrade.error()));
  std::optional<ws::DeflateAgreement> deflate;
  if (const WebSocketOptions& options = *mount.definition->websocket_; options.compress)
    deflate =
        ws::negotiate_deflate(join(upgrade->extensions), {.server_no_context_takeover = !options.compress_context});
  const std::optional<std::string> extensions = deflate ? std::optional(deflate->response) : std::nullopt;

  exchange->upgrade(http::upgrade_response(*upgrade, *protocol, extensions), [&](Client& client) {
    return std::make_unique<WebSocket>(client, mount, host, connected->serializer, std::move(connected->accept),
                                       deflate ? std::optional(deflate->params) : std::nullopt);
  });
}

WebSocket::WebSocket(Client& client, const Mount& mount, channel::Host& host, const wire::Serializer* serializer,
                     Accept accept, std::optional<ws::DeflateParams> deflate)
    : client_(client),
      mount_(mount),
      host_(host),
      endpoint_(mount.make_endpoint(host, serializer, &ws::write_head, *this, std::move(accept))),
      decoder_(mount.decoder, deflate) {
  if (deflate) deflate_bits_ = deflate->server_max_window_bits;
  if (deflate && !deflate->server_no_context_takeover) deflater_ = std::make_unique<ws::Deflater>(*deflate);
  client_.expect_bytes_within(mount.definition->websocket_->timeout);
  host_.metrics.add(Count::sockets_websocket_opened);
  endpoint_->open();
}

WebSocket::~WebSocket() {
  host_.metrics.add(Count::sockets_websocket_closed);
}

void WebSocket::on_data(std::span<char> bytes) {
  static_cast<void>(host_.hub.take_pressed(host_.shard));  // that was not this client
  for (int taken = 0; !client_.closed() && !closing_; ++taken) {
    if (taken == kFramesPerTurn && !bytes.empty()) {
      hold_back(bytes);
      return go_on_later();
    }
    const auto event = decoder_.next(bytes);
    if (!event) return close_when_joined(event.error().close_code);
    if (!*event) return;
    handle(**event);
    if (held_back_) return;
    if (host_.hub.take_pressed(host_.shard) && !client_.closed()) {
      host_.metrics.add(Count::limit_crowded);
      hold_back(bytes);
      held_back_->timer = Timer(host_.executor, host_.executor.now() + channel::kHoldBack, [this] { go_on(); });
      return;
    }
  }
}

void WebSocket::hold_back(std::span<char> bytes) {
  client_.connection().pause_reading();
  held_back_ = std::make_unique<HeldBack>();
  held_back_->bytes.assign(bytes.begin(), bytes.end());
}

void WebSocket::go_on_later() {
  host_.executor.post([weak = client_.weak_from_this(), this] {
    const auto client = weak.lock();
    if (client && !client->closed()) go_on();  // else `this` is gone too, or has ended
  });
}

void WebSocket::go_on() {
  if (host_.hub.crowded()) {
    held_back_->timer = Timer(host_.executor, host_.executor.now() + channel::kHoldBack, [this] { go_on(); });
    return;
  }
  const auto self = client_.shared_from_this();
  const auto held = std::move(held_back_);
  on_data(held->bytes);
  if (!held_back_ && !client_.closed()) client_.connection().resume_reading();
}

void WebSocket::handle(const ws::Event& event) {
  switch (event.kind) {
    case ws::Event::Kind::text:
    case ws::Event::Kind::binary:
      if (!endpoint_->receive(event.kind == ws::Event::Kind::binary, event.payload,
                              event.kind == ws::Event::Kind::text ? wire::Utf8::trusted : wire::Utf8::check))
        close(1011, EndReason::closed);
      return;
    case ws::Event::Kind::ping:
      send_pong(event.payload);
      return endpoint_->control(true, event.payload);
    case ws::Event::Kind::pong:
      return endpoint_->control(false, event.payload);
    case ws::Event::Kind::close:
      return close_when_joined(ws::close_answer(event.close_code ? std::optional(event.close_code) : std::nullopt));
  }
}

void WebSocket::send(const Frame& frame) {
  if (client_.closed() || closing_ || !room_for(frame.framed().size())) return;
  if (deflater_) {
    const Frame own = compressed(frame, *deflater_, host_.metrics);
    return client_.connection().send(own.bytes(), own.begin());
  }
  const Frame& form = deflate_bits_ ? compressed(frame, deflate_bits_, host_.metrics) : frame;
  client_.connection().send(form.bytes(), form.begin());
}

void WebSocket::send_short(const FrameView& frame) {
  if (deflate_bits_) return send(Frame::copy(frame));
  send_copy(frame.framed);
}

// What a batch grows by is not looked at again before the next one begins: that much, Batch::kBytesMax, may be over.
void WebSocket::send_batch(Batch& batch) {
  if (!client_.closed() && !closing_ && room_for(batch.size() - batch.last())) client_.connection().send(batch);
}

void WebSocket::send_copy(std::string_view frame) {
  if (!client_.closed() && !closing_ && room_for(frame.size())) client_.connection().send_copy(frame);
}

// A peer that pings and does not read is owed the latest pong alone (RFC 6455 §5.5.3): its flood costs us one.
void WebSocket::send_pong(std::string_view payload) {
  constexpr std::size_t kUntriedPongBytes = 64 * 1024;  // of one turn: some hundred pongs
  const net::Connection& connection = client_.connection();
  if (!held_pong_ && !connection.blocked() && connection.outbox_memory() < kUntriedPongBytes)
    return send_copy(ws::encode_pong(payload));
  const bool first = !held_pong_;
  held_pong_ = std::make_unique<std::string>(ws::encode_pong(payload));
  if (!first || connection.blocked()) return;  // on_drained comes
  host_.executor.post([weak = client_.weak_from_this(), this] {
    const auto client = weak.lock();
    if (client && !client->closed()) send_held_pong();  // else `this` is gone too, or has ended
  });
}

void WebSocket::send_held_pong() {
  if (!held_pong_ || client_.connection().blocked()) return;
  const auto pong = std::move(held_pong_);
  send_copy(*pong);
}

// One frame of any size is taken when nothing waits. A peer is slow when it was offered bytes and did not take them:
// what gathers within one turn of the loop has not been tried yet, and may be more.
bool WebSocket::room_for(std::size_t bytes) {
  constexpr std::size_t kUntriedFactor = 8;
  const net::Connection& connection = client_.connection();
  const std::size_t waiting = connection.outbox_memory();
  const std::size_t budget = mount_.definition->limits_.outbox_bytes_max * (connection.blocked() ? 1 : kUntriedFactor);
  if (waiting == 0 || waiting + bytes <= budget) return true;
  request_close(Close::too_slow);
  return false;
}

void WebSocket::request_close(Close why) {
  switch (why) {
    case Close::disconnected:
      return close_soon(1001, EndReason::disconnected);  // PROTOCOL S1
    case Close::drained:
      return close_soon(1012, EndReason::drained);  // G4
    case Close::too_slow:                           // M2
      if (!closing_) host_.metrics.add(Count::limit_outbox);
      if (!closing_)
        host_.log.write(LogLevel::warn, "client too slow", {{"address", client_.connection().peer_address()}});
      return close_soon(1013, EndReason::closed);
    case Close::overrun:
      return close_soon(1008, EndReason::closed);
    case Close::undecodable:
      return close_soon(1011, EndReason::closed);  // X1
  }
}

void WebSocket::request_close_with(std::uint16_t code) {
  close_soon(code, EndReason::closed);
}

void WebSocket::send_ping(std::string_view bytes) {
  send_copy(ws::encode_ping(bytes.substr(0, ws::kControlPayloadMax)));
}

// What was sent before goes out before; what is sent after does not.
void WebSocket::close_soon(std::uint16_t code, EndReason reason) {
  if (std::exchange(closing_, true)) return;
  host_.executor.post([weak = client_.weak_from_this(), this, code, reason] {
    const auto client = weak.lock();
    if (client && !client->closed()) close(code, reason);  // else `this` is gone too, or has ended
  });
}

void WebSocket::close(std::uint16_t code, EndReason reason) {
  if (client_.closed()) return;
  endpoint_->end(reason);  // before the frame: what channels push while they end is not sent
  client_.connection().send_copy(ws::encode_close(code));
  client_.close_after_flush();
}

// The client's own end, or what ends it: nothing is read any more, and a join that is under way is answered first
// (PROTOCOL R3).
void WebSocket::close_when_joined(std::uint16_t code) {
  if (!endpoint_->joining()) return close(code, EndReason::closed);
  hold_back({});
  held_back_->close_code = code;
}

void WebSocket::join_answered() {
  client_.expect_bytes_within(mount_.definition->websocket_->timeout);  // meanwhile it may have waited for us
  if (held_back_ && held_back_->close_code) close_soon(held_back_->close_code, EndReason::closed);
}

void WebSocket::on_end() {
  endpoint_->end(EndReason::closed);
}

// PROTOCOL W3: never 1000, which would keep clients away.
void WebSocket::on_silence() {
  if (held_back_ && held_back_->close_code) return close(held_back_->close_code, EndReason::closed);
  // It may have spoken, and we do not listen; or it waits for us.
  if (held_back_ || endpoint_->joining()) return client_.expect_bytes_within(mount_.definition->websocket_->timeout);
  close(1002, EndReason::closed);
}

void WebSocket::drain() {
  close(1012, EndReason::drained);
}

}  // namespace roost::transport
