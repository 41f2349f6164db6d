#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "testing/connection.h"
#include "testing/expect.h"
#include "testing/listener.h"
#include "testing/text.h"

namespace roost::testing {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

void fail(const std::source_location& at, const std::string& text) {
  ADD_FAILURE_AT(at.file_name(), static_cast<int>(at.line())) << text;
}

}  // namespace

// One channel

bool ClientChannel::is_mine(const Message& message) const {
  return message.topic == topic_ && (message.join_ref == join_ref_ || message.join_ref.empty());
}

Payload ClientChannel::expect(std::string what, const PayloadMatcher& payload,
                              const std::function<bool(const Message&)>& is_it, const std::source_location& at) const {
  connection_->settle();
  const Wanted wanted{"on " + topic_ + ": " + what,
                      [&](const Message& message) { return is_mine(message) && is_it(message); }, payload};
  auto found = take(connection_->messages, wanted, connection_->log(), at);
  return found ? std::move(found->payload) : Payload();
}

std::string ClientChannel::push(std::string_view event, const Payload& payload) {
  std::string ref = connection_->make_ref();
  connection_->receive(payload.is_binary(), encode_message(join_ref_, ref, topic_, event, payload));
  return ref;
}

Payload ClientChannel::call(std::string_view event, const Payload& payload, std::source_location at) {
  return expect_reply(push(event, payload), "ok", anything(), at);
}

Payload ClientChannel::expect_reply(std::string_view ref, std::string_view status, const PayloadMatcher& response,
                                    std::source_location at) {
  return expect(
      "reply to " + quoted(ref) + ": " + std::string(status), response,
      [&](const Message& message) {
        return message.kind == Message::Kind::reply && message.ref == ref && message.status == status;
      },
      at);
}

Payload ClientChannel::expect_push(std::string_view event, const PayloadMatcher& payload, std::source_location at) {
  return expect(
      "push " + quoted(event), payload,
      [&](const Message& message) { return message.kind == Message::Kind::push && message.event == event; }, at);
}

Payload ClientChannel::expect_broadcast(std::string_view event, const PayloadMatcher& payload,
                                        std::source_location at) {
  return expect(
      "broadcast " + quoted(event), payload,
      [&](const Message& message) { return message.kind == Message::Kind::broadcast && message.event == event; }, at);
}

Payload ClientChannel::expect_joined(const PayloadMatcher& response, std::source_location at) {
  return expect_reply(join_ref_, "ok", response, at);
}

Payload ClientChannel::expect_refused(const PayloadMatcher& response, std::source_location at) {
  return expect_reply(join_ref_, "error", response, at);
}

void ClientChannel::expect_closed(std::source_location at) {
  expect(
      "close (phx_close)", anything(), [](const Message& message) { return message.kind == Message::Kind::close; }, at);
}

void ClientChannel::expect_crashed(std::source_location at) {
  expect(
      "crash (phx_error)", anything(), [](const Message& message) { return message.kind == Message::Kind::error; }, at);
}

void ClientChannel::expect_nothing(std::source_location at) {
  connection_->settle();
  expect_none(
      connection_->messages, [this](const Message& message) { return is_mine(message); }, connection_->log(), at);
}

std::vector<Message> ClientChannel::received() {
  connection_->settle();
  std::vector<Message> mine;
  std::deque<Message> others;
  for (Message& message : connection_->messages)
    (is_mine(message) ? static_cast<void>(mine.push_back(std::move(message))) : others.push_back(std::move(message)));
  connection_->messages = std::move(others);
  return mine;
}

std::vector<std::string> ClientChannel::heard() {
  std::vector<std::string> lines;
  for (const Message& message : received()) lines.push_back(message.text());
  return lines;
}

void ClientChannel::leave(std::source_location at) {
  expect_reply(push("phx_leave"), "ok", anything(), at);
  expect_closed(at);
}

// One connection

ClientChannel Client::start_join(std::string_view topic, const Payload& params) {
  const std::string ref = connection_->make_ref();
  connection_->receive(params.is_binary(), encode_message(ref, ref, topic, "phx_join", params));
  return {connection_, std::string(topic), ref};
}

ClientChannel Client::join(std::string_view topic, const Payload& params, std::source_location at) {
  ClientChannel channel = start_join(topic, params);
  channel.expect_joined(anything(), at);
  return channel;
}

Payload Client::expect_refused(std::string_view topic, const Payload& params, const PayloadMatcher& response,
                               std::source_location at) {
  return start_join(topic, params).expect_refused(response, at);
}

void Client::heartbeat(std::source_location at) {
  ClientChannel phoenix(connection_, "phoenix", "");
  phoenix.expect_reply(phoenix.push("heartbeat"), "ok", PayloadMatcher(), at);
}

void Client::send_text(std::string_view text) {
  connection_->receive(false, text);
}
void Client::send_binary(std::string_view bytes) {
  connection_->receive(true, bytes);
}

void Client::expect_raw(bool binary, std::string_view bytes, const std::source_location& at) {
  connection_->settle();
  const auto show = [](bool is_binary, std::string_view b) {
    return is_binary ? describe(Payload::bytes(b)) : "text " + quoted(b);
  };
  auto& raw = connection_->raw;
  if (raw.empty()) return fail(at, "expected " + show(binary, bytes) + ", but nothing has come");
  const auto [is_binary, got] = std::move(raw.front());
  raw.pop_front();
  if (is_binary != binary || got != bytes)
    fail(at, "expected " + show(binary, bytes) + ", got " + show(is_binary, got));
}
void Client::expect_text(std::string_view text, std::source_location at) {
  expect_raw(false, text, at);
}
void Client::expect_binary(std::string_view bytes, std::source_location at) {
  expect_raw(true, bytes, at);
}

void Client::close() {
  connection_->close();
}
bool Client::is_open() const {
  connection_->settle();
  return connection_->is_open();
}

void Client::expect_closed(int code, std::source_location at) {
  connection_->settle();
  const auto got = connection_->close_code();
  if (got != code)
    fail(at, "expected close code " + std::to_string(code) + ", but " +
                 (got ? "it is " + std::to_string(*got) : "the connection is not closed by the server"));
}

void Client::expect_nothing(std::source_location at) {
  connection_->settle();
  expect_none(
      connection_->messages, [](const Message&) { return true; }, connection_->log(), at);
  if (!connection_->raw.empty()) fail(at, "expected nothing, but there is a raw message");
  if (!connection_->is_open()) fail(at, "expected an open connection");
}

// A topic

Payload Listener::expect_broadcast(std::string_view event, const PayloadMatcher& payload, std::source_location at) {
  impl_->settle();
  const Wanted wanted{"on " + impl_->topic + ": broadcast " + quoted(event),
                      [event](const Message& message) { return message.event == event; }, payload};
  auto found = take(impl_->messages, wanted, impl_->log->all(), at);
  return found ? std::move(found->payload) : Payload();
}

void Listener::expect_nothing(std::source_location at) {
  impl_->settle();
  expect_none(
      impl_->messages, [](const Message&) { return true; }, impl_->log->all(), at);
}

}  // namespace roost::testing
