#include "testing/connection.h"

#include <utility>

#include "base/waiting.h"
#include "testing/server_impl.h"
#include "testing/text.h"

namespace roost::testing {

void Connection::open(const transport::Mount& mount, channel::Host& host, Accept accept) {
  is_raw_ = static_cast<bool>(mount.definition->raw_);
  endpoint_ = mount.make_endpoint(host, is_raw_ ? nullptr : &wire::v2_json(), nullptr, *this, std::move(accept));
  endpoint_->open();
}

void Connection::receive(bool binary, std::string_view bytes) {
  const NoWaiting as_on_a_shard("a shard's thread");
  if (endpoint_ && !endpoint_->receive(binary, bytes, wire::Utf8::check)) end_soon(1011, EndReason::closed);
  settle();
}

void Connection::settle() {
  if (server_) server_->loop().run_until_idle();
}

void Connection::close() {
  end(EndReason::closed);
  settle();
}

void Connection::detach() {
  end(EndReason::closed);
  server_ = nullptr;
}

std::vector<std::string> Connection::log() const {
  return server_ ? server_->log().all() : std::vector<std::string>();
}

void Connection::send(const Frame& frame) {
  if (is_raw_)
    raw.emplace_back(frame.binary(), frame.payload());
  else
    messages.push_back(decode_message(frame.binary(), frame.payload()));
}

// The codes of a WebSocket (PROTOCOL §4.6).
void Connection::request_close(Close why) {
  switch (why) {
    case Close::disconnected:
      return end_soon(1001, EndReason::disconnected);
    case Close::drained:
      return end_soon(1012, EndReason::drained);
    case Close::too_slow:
      return end_soon(1013, EndReason::closed);
    case Close::overrun:
      return end_soon(1008, EndReason::closed);
    case Close::undecodable:
      return end_soon(1011, EndReason::closed);
  }
}

void Connection::request_close_with(std::uint16_t code) {
  end_soon(code, EndReason::closed);
}

void Connection::end_soon(int code, EndReason reason) {
  if (close_code_ || !server_) return;
  close_code_ = code;
  server_->loop().post([weak = weak_from_this(), reason] {
    if (const auto self = weak.lock()) self->end(reason);
  });
}

void Connection::end(EndReason reason) {
  if (!endpoint_) return;
  const NoWaiting as_on_a_shard("a shard's thread");
  endpoint_->end(reason);
  endpoint_.reset();
}

}  // namespace roost::testing
