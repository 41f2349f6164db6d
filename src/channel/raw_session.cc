#include "channel/raw_session.h"

#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "channel/invoke.h"

namespace roost {

RawSocket::RawSocket() = default;
RawSocket::~RawSocket() = default;
void RawSocket::on_ping(std::string_view) {}
void RawSocket::on_pong(std::string_view) {}
void RawSocket::send_text(std::string_view text) {
  session_->send(false, text);
}
void RawSocket::send_binary(std::string_view bytes) {
  session_->send(true, bytes);
}
void RawSocket::ping(std::string_view bytes) {
  session_->outlet().send_ping(bytes);
}
void RawSocket::close(std::uint16_t code) {
  session_->outlet().request_close_with(code);
}
const Socket& RawSocket::socket() const {
  return session_->socket();
}

namespace channel {

RawSession::RawSession(Host& host, FrameHead head, Outlet& outlet, Accept accept,
                       const std::function<std::unique_ptr<RawSocket>()>& make)
    : host_(host),
      head_(head),
      outlet_(outlet),
      socket_(std::move(accept.state), std::move(accept.id), SocketId{}),
      make_(make) {
  if (socket_.id()) id_subscription_ = host_.table.subscribe(*socket_.id(), *this, host_.make_id());
}

RawSession::~RawSession() {
  end(EndReason::closed);
}

// What the application throws ends its connection, and no other.
template <typename Function>
void RawSession::call(std::string_view what, Function&& function) {
  if (!invoke(host_.log, {what, "", ""}, std::forward<Function>(function)))
    outlet_.request_close(Outlet::Close::undecodable);
}

void RawSession::open() {
  call("raw socket", [this] {
    raw_ = make_();
    raw_->session_ = this;
    raw_->on_open();
  });
}

bool RawSession::receive(bool binary, std::string_view bytes, wire::Utf8 checked) {
  if (ended_ || !raw_) return true;
  if (!binary && checked == wire::Utf8::check && !valid_utf8(bytes)) return false;
  call("on_message", [&] { raw_->on_message(bytes, binary); });
  return true;
}

void RawSession::control(bool ping, std::string_view bytes) {
  if (ended_ || !raw_) return;
  call(ping ? "on_ping" : "on_pong", [&] { ping ? raw_->on_ping(bytes) : raw_->on_pong(bytes); });
}

void RawSession::end(EndReason) {
  if (std::exchange(ended_, true)) return;
  id_subscription_.end();
  if (raw_) invoke(host_.log, {"on_close", "", ""}, [this] { raw_->on_close(); });
}

void RawSession::deliver(const pubsub::Message& message, pubsub::FrameCache&) {
  if (message.event == "disconnect") outlet_.request_close(Outlet::Close::disconnected);
}

// What it missed may have been its end.
void RawSession::missed() {
  outlet_.request_close(Outlet::Close::disconnected);
}

void RawSession::send(bool binary, std::string_view bytes) {
  if (ended_) return;
  outlet_.send(Frame::make(bytes.size(), binary, head_, [bytes](char* out) {
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  }));
}

}  // namespace channel
}  // namespace roost
