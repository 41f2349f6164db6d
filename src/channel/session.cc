#include "channel/session.h"

#include <array>
#include <utility>

#include "base/limits.h"
#include "channel/router.h"

namespace roost::channel {
namespace {

// Room on the stack for a reply. Its texts may need six times their size, so nearly all of up to a kilobyte fit.
constexpr std::size_t kShortReplyBytes = 2048;

constexpr std::string_view kUnmatched = R"({"reason":"unmatched topic"})";
constexpr std::string_view kTooMany = R"({"reason":"too many channels joined"})";
constexpr std::string_view kTooManyJoins = R"({"reason":"too many joins"})";
constexpr std::string_view kTooManyMessages = R"({"reason":"too many messages"})";
constexpr std::string_view kJoinCrashed = R"({"reason":"join crashed"})";

Count count_of(EndReason reason) {
  switch (reason) {
    case EndReason::left:
      return Count::ends_left;
    case EndReason::stopped:
      return Count::ends_stopped;
    case EndReason::crashed:
      return Count::ends_crashed;
    case EndReason::closed:
      return Count::ends_closed;
    case EndReason::disconnected:
      return Count::ends_disconnected;
    case EndReason::inactive:
      return Count::ends_inactive;
    case EndReason::drained:
      return Count::ends_drained;
  }
  return Count::ends_closed;
}

}  // namespace

/// The join that is under way, and what came from the client and for it meanwhile.
struct Session::Joining {
  std::shared_ptr<Process> process;
  wire::Ref join_ref;
  wire::Ref ref;
  std::optional<wire::Ref> replaced;  // join_ref of the channel that a duplicate join ended
  std::deque<Queued> queue;
  std::size_t queue_bytes = 0;
  struct Held {
    Frame frame;
    bool own;
  };
  std::vector<Held> held;
  std::size_t held_items = 0;  // of other channels
  std::size_t held_bytes = 0;  // likewise
  bool slow = false;           // it was not answered at once
};

End end_of(EndReason reason) {
  switch (reason) {
    case EndReason::left:
      return {reason, "left"};
    case EndReason::stopped:
      return {reason, "shutdown"};
    case EndReason::crashed:
      return {reason, "error"};
    case EndReason::closed:
      return {reason, "closed"};
    case EndReason::disconnected:
      return {reason, "disconnected"};
    case EndReason::inactive:
      return {reason, "inactive"};
    case EndReason::drained:
      return {reason, "draining"};
  }
  return {reason, ""};
}

Session::Session(Host& host, const Kind& kind, const wire::Serializer& serializer, FrameHead head, Outlet& outlet,
                 Accept accept)
    : host_(host),
      kind_(kind),
      serializer_(serializer),
      head_(head),
      outlet_(outlet),
      socket_(std::move(accept.state), std::move(accept.id), host.registry.add(*this)) {
  if (socket_.id()) id_subscription_ = host_.table.subscribe(*socket_.id(), *this, host_.make_id());
}

Session::~Session() {
  end(EndReason::closed);
  host_.registry.remove(socket_.handle());
}

void Session::end(EndReason reason) {
  if (std::exchange(ended_, true)) return;
  id_subscription_.end();
  if (joining_) joining_->process->detach();
  joining_.reset();
  for (Joined::Entry& entry : joined_.take_all()) {
    entry.process->detach();
    host_.metrics.add(count_of(reason));
    entry.process->terminate(end_of(reason));
    host_.departed.take(std::move(entry.process));
  }
}

void Session::deliver(const pubsub::Message& message, pubsub::FrameCache&) {
  if (message.event == "disconnect") outlet_.request_close(Outlet::Close::disconnected);
}

// What it missed may have been its end.
void Session::missed() {
  outlet_.request_close(Outlet::Close::disconnected);
}

// Messages of the client

bool Session::receive(bool binary, std::string_view bytes, wire::Utf8 checked) {
  if (ended_ || failed_) return true;
  if (joining_) return queue_while_joining(binary, bytes);
  const auto message = serializer_.decode(binary, bytes, checked, host_.scratch);
  if (!message) {
    host_.metrics.add(Count::undecodable_messages);
    host_.log.write(LogLevel::debug, "undecodable message", {{"why", message.error().text()}});
    return false;
  }
  host_.metrics.add(Count::messages_in);
  const Departed::Hold hold(host_.departed);
  if (within_limits(*message)) route(*message);
  return true;
}

// A heartbeat is always answered: a client that floods must not be told that its connection is dead.
bool Session::within_limits(const wire::Incoming& message) {
  const TimePoint now = host_.executor.now();
  const bool heartbeat = message.topic == "phoenix" && message.event == "heartbeat";
  if (!messages_.take(kind_.messages, now) && !heartbeat) {
    host_.metrics.add(Count::limit_messages);
    reply_error(message.join_ref, message.ref, message.answer_topic(), kTooManyMessages);
    return false;
  }
  if (message.event == "phx_join" && !joins_.take(kind_.joins, now)) {
    host_.metrics.add(Count::limit_joins);
    reply_error(message.join_ref, message.ref, message.answer_topic(), kTooManyJoins);
    return false;
  }
  return true;
}

bool Session::queue_while_joining(bool binary, std::string_view bytes) {
  Joining& joining = *joining_;
  if (joining.queue.size() >= limits().join_queue_items_max ||
      joining.queue_bytes + bytes.size() > limits().join_queue_bytes_max) {
    overrun();
    return true;
  }
  joining.queue_bytes += bytes.size();
  joining.queue.push_back({binary, std::string(bytes)});
  return true;
}

void Session::overrun() {
  if (std::exchange(failed_, true)) return;
  host_.metrics.add(Count::limit_join_queue);
  host_.log.write(LogLevel::warn, "too much waits for a join", {{"topic", joining_->process->topic()}});
  outlet_.request_close(Outlet::Close::overrun);
}

// R3: what other channels say waits for the reply of the join.
void Session::hold(const Frame& frame, bool own) {
  Joining& joining = *joining_;
  if (!own) {
    const std::size_t bytes = frame.payload().size();
    if (joining.held_items >= limits().join_queue_items_max ||
        joining.held_bytes + bytes > limits().join_queue_bytes_max)
      return overrun();
    ++joining.held_items;
    joining.held_bytes += bytes;
  }
  joining.held.push_back({frame, own});
}

// The rules of PROTOCOL §5.1, in their order.
void Session::route(const wire::Incoming& message) {
  if (message.topic == "phoenix" && message.event == "heartbeat")
    return reply_ok(wire::Ref(), message.ref, message.topic);
  Joined::Entry* const entry = message.topic_is_string ? joined_.find(message.topic) : nullptr;
  const bool is_join = message.event == "phx_join";
  const bool is_leave = message.event == "phx_leave";
  if (is_join) return join(message);
  if (!entry) {
    if (is_leave) return reply_ok(message.join_ref, message.ref, message.answer_topic());
    return unmatched(message);
  }
  if (!message.join_ref.is_null() && !entry->has(message.join_ref)) return host_.metrics.add(Count::stale_messages);
  if (is_leave) {
    entry->leaving = true;
    return entry->process->leave(message.ref);
  }
  entry->process->handle(message.ref, message.event, message.payload);
}

void Session::unmatched(const wire::Incoming& message) {
  host_.metrics.add(Count::unmatched_topics);
  reply_error(wire::Ref(), message.ref, message.answer_topic(), kUnmatched);
}

void Session::reply_ok(const wire::Ref& join_ref, const wire::Ref& ref, const wire::TopicText& topic) {
  if (const auto frame = serializer_.encode_reply(join_ref, ref, topic, "ok", {}, head_)) send(*frame);
}

void Session::reply_error(const wire::Ref& join_ref, const wire::Ref& ref, const wire::TopicText& topic,
                          std::string_view response) {
  if (const auto frame = serializer_.encode_reply(join_ref, ref, topic, "error", {response}, head_)) send(*frame);
}

bool Session::send_reply(const wire::Ref& join_ref, const wire::Ref& ref, std::string_view topic,
                         const Response& response) {
  const wire::Body body{response.response.view(), response.response.is_binary()};
  std::array<char, kShortReplyBytes> room;
  if (const auto frame = serializer_.encode_short_reply(join_ref, ref, topic, response.status, body, head_, room)) {
    send_short(*frame);
    return true;
  }
  const auto frame = serializer_.encode_reply(join_ref, ref, topic, response.status, body, head_);
  if (frame) {
    send(*frame);
    return true;
  }
  host_.log.write(LogLevel::error, "reply cannot be encoded", {{"topic", topic}, {"why", frame.error().text()}});
  return false;
}

// Joining (PROTOCOL §5.2, §5.5)

void Session::join(const wire::Incoming& message) {
  const auto* route = message.topic_is_string ? find_route(*kind_.routes, message.topic) : nullptr;
  if (!route) {
    host_.log.write(LogLevel::debug, "unmatched topic", {{"topic", message.topic}});
    return unmatched(message);
  }
  auto joining = std::make_unique<Joining>();
  if (const Joined::Entry* const found = joined_.find(message.topic)) {
    if (!found->leaving) host_.log.write(LogLevel::debug, "duplicate join", {{"topic", message.topic}});
    const Joined::Entry old = joined_.take(found);
    old.process->detach();
    host_.metrics.add(Count::ends_duplicate);
    joining->replaced = old.join_ref();
  }
  if (joined_.size() >= limits().channels_max) {
    host_.metrics.add(Count::limit_channels);
    host_.log.write(LogLevel::warn, "too many channels joined", {{"topic", message.topic}});
    return reply_error(message.join_ref, message.ref, message.topic, kTooMany);
  }
  // R1: a client that gave no join_ref is answered with the ref of its join.
  const wire::Ref& reply_ref = message.join_ref.is_falsy() ? message.ref : message.join_ref;
  joining->process = std::make_shared<Process>(*this, *route, message.topic, reply_ref);
  joining->join_ref = message.join_ref;
  joining->ref = message.ref;
  joining_ = std::move(joining);
  const Payload::Borrowed params(message.payload.bytes, message.payload.binary);
  const auto process = joining_->process;
  for (const Joined::Entry& entry : joined_.all()) entry.process->leave_turn();
  process->join(params);
  if (joining_) joining_->slow = true;
}

void Session::join_finished(Process& process, const JoinReply* reply) {
  if (!joining_) return;  // the connection ended meanwhile
  const auto joining = std::move(joining_);
  const std::string& topic = process.topic();
  const Response* accepted = reply ? std::get_if<Response>(&reply->value) : nullptr;
  const Refusal* refusal = reply ? std::get_if<Refusal>(&reply->value) : nullptr;
  bool told = true;
  if (accepted) told = send_reply(joining->join_ref, joining->ref, topic, {"ok", accepted->response});
  if (refusal) told = send_reply(joining->join_ref, joining->ref, topic, {"error", refusal->response});
  if (!reply) reply_error(joining->join_ref, joining->ref, topic, kJoinCrashed);
  host_.metrics.add(accepted ? Count::channels_joined : refusal ? Count::joins_refused : Count::joins_crashed);
  if (accepted) joined_.add(joining->process, joining->join_ref);
  if (!accepted) process.detach();
  if (!told) fail();  // X1: Phoenix encodes it in the connection
  if (joining->replaced)
    send_end(serializer_.encode_close(*joining->replaced, topic, head_), topic);  // D1: behind the new reply
  for (const Joining::Held& held : joining->held)
    if (accepted || !held.own) send(held.frame);
  if (accepted) process.joined();
  drain_join_queue(std::move(joining->queue), joining->queue_bytes);
  if (joining->slow && !joining_ && !ended_) outlet_.join_answered();
}

/// What would have to be said cannot be encoded (PROTOCOL X1).
void Session::fail() {
  failed_ = true;
  outlet_.request_close(Outlet::Close::undecodable);
}

// What waited goes on, each message as if it came now. Behind another join that waits the rest is moved as a whole: a
// client that queues many joins must not have us copy its queue for each.
void Session::drain_join_queue(std::deque<Queued> queue, std::size_t bytes) {
  while (!queue.empty() && !ended_) {
    if (joining_) {
      joining_->queue = std::move(queue);
      joining_->queue_bytes = bytes;
      return;
    }
    const Queued message = std::move(queue.front());
    queue.pop_front();
    bytes -= message.bytes.size();
    if (!receive(message.binary, message.bytes, wire::Utf8::check)) return fail();
  }
}

// Ends (PROTOCOL §5.6)

// A client that cannot be told that its channel ended would wait for ever: it has to come back.
void Session::send_end(const Frame& frame, std::string_view topic) {
  if (!frame.empty()) return send(frame);
  if (ended_) return;
  host_.log.write(LogLevel::error, "end of a channel cannot be encoded",
                  {{"topic", topic}, {"serializer", serializer_.name()}});
  fail();
}

std::shared_ptr<Process> Session::remove(const Process& process, wire::Ref& join_ref, EndReason reason) {
  const Joined::Entry* const found = joined_.find(process.topic());
  if (!found || found->process.get() != &process) return nullptr;
  const Joined::Entry entry = joined_.take(found);
  join_ref = entry.join_ref();
  host_.metrics.add(count_of(reason));
  entry.process->detach();  // E6: it hears nothing any more before its end is told
  host_.departed.take(entry.process);
  return entry.process;
}

void Session::left(Process& process, const wire::Ref& reply_ref, const wire::Ref& ref) {
  const wire::Ref leave_ref = ref;  // may lie in the inbox that is about to go
  wire::Ref join_ref;
  const auto removed = remove(process, join_ref, EndReason::left);
  if (!removed) return;
  reply_ok(reply_ref, leave_ref, removed->topic());
  send_end(serializer_.encode_close(join_ref, removed->topic(), head_), removed->topic());
  removed->terminate(end_of(EndReason::left));
}

void Session::stopped(Process& process, const Stop& stop) {
  wire::Ref join_ref;
  const auto removed = remove(process, join_ref, EndReason::stopped);
  if (!removed) return;
  // E2: what terminate pushes comes behind phx_close, and before phx_error.
  if (stop.graceful()) send_end(serializer_.encode_close(join_ref, removed->topic(), head_), removed->topic());
  removed->terminate({EndReason::stopped, stop.reason});
  if (!stop.graceful()) send_end(serializer_.encode_error(join_ref, removed->topic(), head_), removed->topic());
}

void Session::crashed(Process& process) {
  wire::Ref join_ref;
  const auto removed = remove(process, join_ref, EndReason::crashed);
  if (!removed) return;
  removed->terminate(end_of(EndReason::crashed));
  send_end(serializer_.encode_error(join_ref, removed->topic(), head_), removed->topic());
}

}  // namespace roost::channel
