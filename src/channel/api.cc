// The methods of the public classes that hand on to a Process.
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>

#include <cxxabi.h>

#include <roost/channel.hpp>

#include "base/encoding.h"
#include "channel/process.h"
#include "channel/reply_target.h"
#include "channel/router.h"
#include "channel/session.h"
#include "wire/json_scan.h"
#include "wire/json_value.h"
#include "wire/negotiate.h"

namespace roost {

// payload.hpp

SharedBytes Payload::serialize(const boost::json::value& value) {
  return SharedBytes::copy(roost::json_text(value));
}

Payload Payload::json_text(std::string_view text) {
  const auto scanned = wire::scan_json(text, wire::Utf8::check);
  if (!scanned) throw std::invalid_argument(std::string("not a JSON value: ") + wire::reason(scanned.error()));
  return Payload(SharedBytes::copy(scanned->text), false);
}

bool Payload::is_object() const {
  const auto first = binary_ ? std::string_view::npos : view_.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && view_[first] == '{';
}

boost::json::value Payload::json() const {
  if (binary_) return nullptr;
  // The text was validated when it came in; what is left is a number that no double holds.
  return wire::parse_json(view_).value_or(nullptr);
}

std::string detail::path_segment(std::string_view name) {
  std::string segment = "/";
  for (const char c : name) {
    if (c == '~')
      segment += "~0";
    else if (c == '/')
      segment += "~1";
    else
      segment += c;
  }
  return segment;
}

std::string detail::base64(std::string_view bytes) {
  return base64_encode(bytes);
}

std::expected<Bytes, FieldError> detail::bytes_from_json(const boost::json::value& value) {
  if (value.is_string())
    if (auto bytes = base64_decode(value.get_string(), Base64::standard_padded)) return Bytes{std::move(*bytes)};
  return misfit("bytes, or a string of base64");
}

// socket.hpp

namespace {

/// As one writes it.
std::string name_of(const std::type_info& type) {
  int failed = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &failed),
                                                    std::free);
  std::string text = failed || !name ? type.name() : name.get();
  static const std::string string_in_full =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  for (auto at = text.find(string_in_full); at != text.npos; at = text.find(string_in_full))
    text.replace(at, string_in_full.size(), "std::string");
  return text;
}

}  // namespace

WrongUserType::WrongUserType(const std::type_info& asked, const std::type_info& given)
    : text_(std::make_shared<const std::string>(
          "user<" + name_of(asked) + ">: connect gave accept(…) " +
          (given == typeid(void) ? std::string("nothing") : "a " + name_of(given)))) {}

// reply.hpp

JoinReply::JoinReply(FieldError error)
    : value(refuse({{"reason", "invalid payload"}, {"path", error.path}, {"expected", error.expected}})) {}

// channel.hpp

Channel::Channel() = default;
Channel::~Channel() = default;
Reply Channel::on_broadcast(const Broadcast&) {
  throw std::logic_error("subscribed to a topic, but on_broadcast is not overridden");
}
void Channel::presence_refused(std::string_view, PresenceError) {}
void Channel::terminate(const End&) {}

const std::string& Channel::topic() const {
  return process_->topic();
}
const Socket& Channel::socket() const {
  return process_->socket();
}
void Channel::push(std::string_view event, const Payload& payload) {
  process_->push(event, payload);
}
void Channel::broadcast(std::string_view event, const Payload& payload) {
  process_->broadcast(event, payload, false);
}
void Channel::broadcast_from(std::string_view event, const Payload& payload) {
  process_->broadcast(event, payload, true);
}
void Channel::broadcast_on(std::string_view topic, std::string_view event, const Payload& payload) {
  process_->broadcast_on(topic, event, payload);
}
void Channel::add_after_join(detail::Work work) {
  process_->after_join(std::move(work));
}
ReplyRef Channel::reply_ref() const {
  return process_->reply_ref();
}
ChannelRef Channel::self() const {
  return process_->self();
}
TimerRef Channel::add_timer(std::chrono::milliseconds delay, std::optional<std::chrono::milliseconds> interval,
                            detail::Work work) {
  return process_->add_timer(delay, interval, std::move(work));
}
void Channel::cancel(TimerRef timer) {
  process_->cancel(timer);
}
void Channel::subscribe(std::string topic) {
  process_->subscribe(std::move(topic));
}
void Channel::unsubscribe(std::string_view topic) {
  process_->unsubscribe(topic);
}
PresenceHandle Channel::presence() {
  return PresenceHandle(*process_);
}
std::expected<std::string, PresenceError> Channel::track(std::string_view key, const Payload& meta) {
  return process_->track(key, meta);
}
void Channel::push_presence_state() {
  process_->push_presence_state();
}
void Channel::drain() {
  process_->session().outlet().request_close(channel::Outlet::Close::drained);
}

void ReplyRef::reply(Response response) const {
  if (!target_) return;
  const auto send = [](const Target& target, const Response& answer) {
    if (!target.link->registry) return;
    if (auto* session = target.link->registry->find(target.socket))
      session->send_reply(target.join_ref, target.ref, target.topic, answer);
  };
  // On the socket's own shard at once, so that it keeps its place before what the handler sends next.
  if (target_->link->thread.load() == std::this_thread::get_id()) return send(*target_, response);
  // The work must not own the link, which owns the executor: work that is never run would keep itself alive.
  Target target = *target_;
  target.link = nullptr;
  target_->link->executor->post([weak = std::weak_ptr(target_->link), target = std::move(target),
                                 response = std::move(response), send]() mutable {
    target.link = weak.lock();
    if (target.link) send(target, response);
  });
}

void ChannelRef::deliver(detail::Delivery delivery, std::string_view type) const {
  if (!target_) return;
  target_->link->executor->post([weak = target_->process, delivery = std::move(delivery), type]() mutable {
    if (const auto process = weak.lock()) process->post(std::move(delivery), type);
  });
}

void ChannelRef::push(std::string_view event, const Payload& payload) const {
  channel::check_push(event, payload);
  if (!target_) return;
  target_->link->executor->post([weak = target_->process, event = std::string(event), payload]() mutable {
    if (const auto process = weak.lock()) process->post_push(std::move(event), std::move(payload));
  });
}

void channel::check_broadcast(std::string_view topic, std::string_view event, const Payload& payload) {
  if (payload.is_binary() && (topic.size() > 255 || event.size() > 255))  // one byte of length: PROTOCOL F11
    throw std::invalid_argument("broadcast: topic and event of a binary message have at most 255 bytes");
  if (!payload.is_binary() && !payload.is_object())
    throw std::invalid_argument("broadcast: a payload is an object or bytes");
}

void channel::check_push(std::string_view event, const Payload& payload) {
  if (payload.is_binary() && event.size() > 255)
    throw std::invalid_argument("push: the event of a binary message has at most 255 bytes");
  if (!payload.is_binary() && !payload.is_object())
    throw std::invalid_argument("push: a payload is an object or bytes");
}

// presence.hpp

std::string_view to_string(PresenceError error) {
  switch (error) {
    case PresenceError::already_tracked:
      return "already_tracked";
    case PresenceError::nopresence:
      return "nopresence";
    case PresenceError::key_too_long:
      return "key_too_long";
    case PresenceError::meta_too_large:
      return "meta_too_large";
    case PresenceError::too_many_own_keys:
      return "too_many_own_keys";
    case PresenceError::too_many_calls:
      return "too_many_calls";
    case PresenceError::too_many_keys:
      return "too_many_keys";
    case PresenceError::too_many_metas:
      return "too_many_metas";
    case PresenceError::stopped:
      return "stopped";
  }
  return "";
}

std::expected<std::string, PresenceError> PresenceHandle::track(std::string_view key, const Payload& meta) {
  return process_->track(key, meta);
}
std::expected<std::string, PresenceError> PresenceHandle::update(std::string_view key, const Payload& meta) {
  return process_->update(key, meta);
}
std::expected<std::string, PresenceError> PresenceHandle::update(
    std::string_view key, const std::function<boost::json::object(boost::json::object)>& change) {
  return process_->update(key, change);
}
void PresenceHandle::untrack(std::string_view key) {
  process_->untrack(key);
}

Async<boost::json::object> PresenceHandle::list() {
  return Async<boost::json::object>([weak = process_->weak_from_this()](Completion<boost::json::object> done) mutable {
    const auto process = weak.lock();
    if (!process) return;
    process->count_presence_call();
    process->host().presence.list(process->topic(), [done = std::move(done)](SharedBytes state) mutable {
      done.complete_with([&] { return std::move(Payload::trusted(state, false).json().as_object()); });
    });
  });
}

Async<boost::json::value> PresenceHandle::get_by_key(std::string key) {
  return Async<boost::json::value>(
      [weak = process_->weak_from_this(), key = std::move(key)](Completion<boost::json::value> done) mutable {
        const auto process = weak.lock();
        if (!process) return;
        process->count_presence_call();
        process->host().presence.get(process->topic(), key, [done = std::move(done)](SharedBytes one) mutable {
          done.complete_with([&]() -> boost::json::value {
            boost::json::value found = Payload::trusted(one, false).json();
            if (found.as_object().empty()) return boost::json::array();
            return std::move(found.as_object().begin()->value());
          });
        });
      });
}

// socket.hpp, app.hpp

std::string ConnectInfo::param(std::string_view name, std::string_view fallback) const {
  const boost::json::value* value = params.if_contains(name);
  return std::string(value && value->is_string() ? std::string_view(value->get_string()) : fallback);
}

void SocketMount::add_route(Route route) {
  if (!channel::valid_pattern(route.pattern))
    throw std::invalid_argument("channel pattern \"" + route.pattern + "\": a * may only be at its end");
  routes_.push_back(std::move(route));
}

SocketMount& SocketMount::serializer(std::string requirement, std::shared_ptr<const Serializer> serializer) & {
  if (!wire::Requirement::parse(requirement))
    throw std::invalid_argument("serializer: \"" + requirement + "\" is no requirement such as \"~> 3.0.0\"");
  if (!serializer) throw std::invalid_argument("serializer: there is none for \"" + requirement + "\"");
  serializers_.emplace_back(std::move(requirement), std::move(serializer));
  return *this;
}

SocketMount& SocketMount::presence_fetch(PresenceFetch fetch) & {
  if (routes_.empty()) throw std::logic_error("presence_fetch belongs behind the channel that it is for");
  routes_.back().presence.fetch = std::move(fetch);
  routes_.back().presence.fetch_later = nullptr;
  return *this;
}

SocketMount& SocketMount::presence_fetch(AsyncPresenceFetch fetch) & {
  presence_fetch(PresenceFetch());
  routes_.back().presence.fetch_later = std::move(fetch);
  return *this;
}

SocketMount& SocketMount::presence_mode(PresenceMode mode) & {
  if (routes_.empty()) throw std::logic_error("presence_mode belongs behind the channel that it is for");
  routes_.back().presence.mode = mode;
  return *this;
}

SocketMount& SocketMount::on_metas(PresenceObserver observer) & {
  if (routes_.empty()) throw std::logic_error("on_metas belongs behind the channel that it is for");
  routes_.back().presence.on_metas = std::move(observer);
  return *this;
}

}  // namespace roost
