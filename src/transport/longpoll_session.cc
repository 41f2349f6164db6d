#include "transport/longpoll_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.h"
#include "net/system.h"

namespace roost::transport {
namespace {

std::uint64_t wall_clock_ms() {
  return static_cast<std::uint64_t>(net::system_now_ns() / 1'000'000);
}

}  // namespace

LongPollSession::LongPollSession(LongPolls& owner, LongPollId id, const Mount& mount, channel::Host& host,
                                 const wire::Serializer* serializer, Accept accept)
    : owner_(owner),
      id_(id),
      mount_(mount),
      host_(host),
      last_poll_(host.executor.now()),
      endpoint_(mount.make_endpoint(host, serializer, nullptr, *this, std::move(accept))) {
  host_.metrics.add(Count::sockets_longpoll_opened);
  watch();
}

LongPollSession::~LongPollSession() {
  host_.metrics.add(Count::sockets_longpoll_closed);
}

// L9: looked at every one and a half windows; ends when the last GET is older than that.
void LongPollSession::watch() {
  const auto period = mount_.definition->longpoll_->window * 3 / 2;
  watch_ = Timer(host_.executor, host_.executor.now() + period, [this, period] {
    if (host_.executor.now() - last_poll_ > period) return end(EndReason::inactive);
    watch();
  });
}

std::uint64_t LongPollSession::poll(LongPollRespond respond) {
  last_poll_ = host_.executor.now();
  polled_ = true;
  const std::uint64_t number = next_number_++;
  Timer window(host_.executor, last_poll_ + mount_.definition->longpoll_->window,
               [this, number] { window_over(number); });
  polls_.push_back({number, std::move(respond), std::move(window)});
  flush();
  return number;
}

void LongPollSession::forget(std::uint64_t poll) {
  std::erase_if(polls_, [poll](const Poll& one) { return one.number == poll; });
}

void LongPollSession::window_over(std::uint64_t number) {
  for (auto at = polls_.begin(); at != polls_.end(); ++at) {
    if (at->number != number) continue;
    auto respond = std::move(at->respond);
    polls_.erase(at);
    return respond({204});
  }
}

void LongPollSession::flush() {
  flushing_ = false;
  if (buffer_.empty() || polls_.empty() || polls_.back().number < served_ || receipt_) return;
  served_ = polls_.back().number;
  auto respond = std::move(polls_.back().respond);
  polls_.pop_back();
  unconfirmed_ = std::exchange(buffer_, {});
  receipt_ = next_number_++;
  respond({200, unconfirmed_, receipt_});
}

void LongPollSession::confirm(std::uint64_t receipt, parcel::Delivery delivery) {
  if (ended_ || receipt == 0 || receipt != receipt_) return;
  receipt_ = 0;
  std::vector<Frame> messages = std::exchange(unconfirmed_, {});
  switch (delivery) {
    case parcel::Delivery::made:
      for (const Frame& message : messages) buffer_bytes_ -= message.payload().size();
      break;
    case parcel::Delivery::failed:
      served_ = 0;  // a poll before it may be the one that its client still listens to
      buffer_.insert(buffer_.begin(), std::move_iterator(messages.begin()), std::move_iterator(messages.end()));
      break;
    case parcel::Delivery::unknown:
      host_.metrics.add(Count::longpoll_uncertain);
      host_.log.write(LogLevel::warn, "long poll ended: nobody knows whether its client has the last messages",
                      {{"code", "longpoll_uncertain"}});
      return end_soon(EndReason::closed);
  }
  flush();
}

void LongPollSession::send(const Frame& frame) {
  if (ended_ || closing_) return;
  if (frame.binary() && !valid_utf8(frame.payload())) {  // L8: no client could read it
    host_.log.write(LogLevel::warn, "binary message for a long poll dropped", {});
    return;
  }
  if (buffer_bytes_ + frame.payload().size() > mount_.definition->longpoll_->buffer_bytes_max && buffer_bytes_ > 0)
    return request_close(Close::too_slow);  // L12
  buffer_bytes_ += frame.payload().size();
  buffer_.push_back(frame);
  if (polls_.empty() || std::exchange(flushing_, true)) return;
  // L11: messages that come in the same instant are taken together.
  host_.executor.post([id = id_, owner = &owner_] {
    if (LongPollSession* session = owner->find(id)) session->flush();
  });
}

void LongPollSession::post(std::vector<LongPollMessage> messages, LongPollRespond respond) {
  if (messages.empty()) return respond({200});
  std::size_t bytes = 0;
  for (const LongPollMessage& message : messages) bytes += message.bytes.size();
  const SocketLimits& limits = mount_.definition->limits_;
  if (posts_.size() >= limits.join_queue_items_max || posted_bytes_ + bytes > limits.join_queue_bytes_max) {
    host_.metrics.add(Count::limit_join_queue);
    respond({408});
    return request_close(Close::overrun);
  }
  posted_bytes_ += bytes;
  posts_.push_back({next_number_++, std::move(messages), bytes, 0, std::move(respond), host_.executor.now(), Timer()});
  watch_post(posts_.back());
  handle_posts();
}

void LongPollSession::watch_post(Post& post) {
  post.window = Timer(host_.executor, post.since + mount_.definition->longpoll_->window,
                      [this, number = post.number] { post_over(number); });
}

// The message that took too long is handled all the same, or when its turn comes; those behind it are not.
void LongPollSession::post_over(std::uint64_t number) {
  const auto post = std::ranges::find(posts_, number, &Post::number);
  if (post == posts_.end()) return;
  if (host_.executor.now() - post->since < mount_.definition->longpoll_->window) return watch_post(*post);
  if (closing_) return;  // end() answers
  const bool under_way = post == posts_.begin() && post->next > 0 && endpoint_->joining();
  if (under_way) return finish(post, 408);
  if (post->next == post->messages.size()) return finish(post, 200);  // handled; it was about to be said
  LongPollMessage kept = std::move(post->messages[post->next]);
  posted_bytes_ -= post->bytes - kept.bytes.size();
  post->bytes = kept.bytes.size();
  post->messages.clear();
  post->messages.push_back(std::move(kept));
  post->next = 0;
  std::exchange(post->respond, nullptr)({408});
}

/// Answers it, unless it was answered, and forgets it.
void LongPollSession::finish(std::deque<Post>::iterator post, int status) {
  auto respond = std::exchange(post->respond, nullptr);
  posted_bytes_ -= post->bytes;
  posts_.erase(post);
  if (respond) respond({status});
}

void LongPollSession::handle_posts() {
  if (handling_) return;
  handling_ = true;
  static_cast<void>(host_.hub.take_pressed(host_.shard));  // that was not this client
  while (!posts_.empty() && !ended_ && !closing_ && !endpoint_->joining()) {
    Post& post = posts_.front();
    if (post.next == post.messages.size()) {
      finish(posts_.begin(), 200);
      continue;
    }
    if (held_back_) break;
    if (post.next > 0) post.since = host_.executor.now();
    const LongPollMessage message = std::move(post.messages[post.next++]);
    if (!endpoint_->receive(message.binary, message.bytes, wire::Utf8::check)) {
      crashed_ = true;  // X1: the session dies of it; what was posted with it and behind it is not handled
      end(EndReason::closed);
      break;
    }
    if (host_.hub.take_pressed(host_.shard)) hold_back();
  }
  handling_ = false;
}

void LongPollSession::hold_back() {
  if (!std::exchange(held_back_, true)) host_.metrics.add(Count::limit_crowded);
  hold_back_ = Timer(host_.executor, host_.executor.now() + channel::kHoldBack, [this] {
    if (host_.hub.crowded()) return hold_back();
    held_back_ = false;
    handle_posts();
  });
}

void LongPollSession::join_answered() {
  if (posts_.empty() || handling_) return;
  host_.executor.post([id = id_, owner = &owner_] {
    if (LongPollSession* session = owner->find(id)) session->handle_posts();
  });
}

void LongPollSession::request_close(Close why) {
  switch (why) {
    case Close::disconnected:
      return end_soon(EndReason::disconnected);
    case Close::drained:
      return end_soon(EndReason::drained);
    case Close::too_slow:
      if (closing_) return;
      host_.metrics.add(Count::limit_longpoll_buffer);
      host_.log.write(LogLevel::warn, "client too slow", {{"transport", "longpoll"}});
      return end_soon(EndReason::closed);
    case Close::overrun:
    case Close::undecodable:
      crashed_ = true;  // X1: what was posted with it is not handled
      return end_soon(EndReason::closed);
  }
}

void LongPollSession::request_close_with(std::uint16_t) {
  end_soon(EndReason::closed);
}

void LongPollSession::end_soon(EndReason reason) {
  if (std::exchange(closing_, true)) return;
  host_.executor.post([id = id_, owner = &owner_, reason] {
    if (LongPollSession* session = owner->find(id)) session->end(reason);
  });
}

void LongPollSession::end(EndReason reason) {
  if (std::exchange(ended_, true)) return;
  watch_.cancel();
  hold_back_.cancel();
  endpoint_->end(reason);
  // L13: whoever waits is told at once. The next request hears that the session is gone.
  for (Poll& poll : std::exchange(polls_, {})) poll.respond({204});
  for (Post& post : std::exchange(posts_, {}))
    if (post.respond) post.respond({crashed_ ? 408 : 200});
  owner_.remove(*this);
}

LongPollSession* LongPolls::start(const Mount& mount, const wire::Serializer* serializer, Accept accept) {
  if (!make_room(mount.definition->longpoll_->sessions_max)) return nullptr;
  const LongPollId id{host_.shard, next_++, net::random_u64(), wall_clock_ms(), tokens_.server()};
  auto session = std::make_shared<LongPollSession>(*this, id, mount, host_, serializer, std::move(accept));
  LongPollSession& started = *sessions_.emplace(id.number, std::move(session)).first->second;
  unpolled_.push_back(id.number);
  started.open();
  return &started;
}

// Who floods us with sessions does not poll them: theirs go first, and an honest client has as long to come back as it
// takes to fill the table.
bool LongPolls::make_room(std::size_t sessions_max) {
  auto oldest = sessions_.end();
  while (!unpolled_.empty()) {
    oldest = sessions_.find(unpolled_.front());
    if (oldest != sessions_.end() && !oldest->second->polled()) break;
    oldest = sessions_.end();
    unpolled_.pop_front();
  }
  if (sessions_.size() < sessions_max) return true;
  host_.metrics.add(Count::limit_longpoll_sessions);
  if (oldest == sessions_.end()) return false;
  unpolled_.pop_front();
  oldest->second->end(EndReason::inactive);
  return true;
}

LongPollSession* LongPolls::find(const LongPollId& id) {
  const auto found = sessions_.find(id.number);
  return found != sessions_.end() && found->second->id() == id ? found->second.get() : nullptr;
}

void LongPolls::remove(const LongPollSession& session) {
  const auto found = sessions_.find(session.id().number);
  if (found == sessions_.end()) return;
  host_.executor.post([gone = std::move(found->second)] {});
  sessions_.erase(found);
}

void LongPolls::abort_all() {
  for (const auto& [number, session] : std::exchange(sessions_, {})) session->end(EndReason::drained);
}

void LongPolls::drain() {
  std::vector<std::shared_ptr<LongPollSession>> all;
  for (const auto& [number, session] : sessions_) all.push_back(session);
  for (const auto& session : all) session->end(EndReason::drained);
}

}  // namespace roost::transport
