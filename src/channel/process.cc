#include "channel/process.h"

#include <stdexcept>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "channel/process_extras.h"
#include "channel/reply_target.h"
#include "channel/session.h"

namespace roost::channel {

Process::Extras& Process::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void Process::drop_spare_extras() {
  if (extras_ && !busy_ && extras_->spare()) extras_.reset();
}

void Process::Relay::deliver(const pubsub::Message& message, pubsub::FrameCache&) {
  // A copy on the channel's own topic is handled as an intercepted broadcast is.
  const auto kind = message.topic == process.topic_ ? Item::Kind::out : Item::Kind::relayed;
  process.enqueue({.kind = kind,
                   .topic = std::string(message.topic),
                   .event = std::string(message.event),
                   .payload = Payload::trusted(SharedBytes::copy(message.payload), message.binary)});
  process.wake();
}

Process::Process(Session& session, const SocketMount::Route& route, std::string_view topic, wire::Ref reply_ref)
    : session_(session),
      route_(route),
      topic_(topic),
      reply_ref_(std::move(reply_ref)),
      id_(session.host().make_id()) {}

Process::~Process() {
  detach();
}

bool Process::idle() const {
  return !busy_ && (!extras_ || extras_->inbox.empty());
}

// Who intercepts the diffs gets those that every client gets.
bool Process::is_ours() const {
  return session_.serializer().ours() && !route_.events->intercepts.contains("presence_diff");
}

Host& Process::host() {
  return session_.host();
}
const Socket& Process::socket() const {
  return session_.socket();
}

// Joining

void Process::join(const Payload& params) {
  const auto self = shared_from_this();
  JoinReply reply;
  const bool lives = invoke(host().log, site("join"), [&] {
    channel_ = route_.make();
    channel_->process_ = this;
    reply = route_.events->join(*channel_, topic_, params);
  });
  if (!lives) return session_.join_finished(*this, nullptr);
  if (auto* task = std::get_if<Task<JoinReply>>(&reply.value)) return start_join_task(std::move(*task));
  finish_join(std::move(reply));
}

void Process::start_join_task(Task<JoinReply> task) {
  busy_ = true;
  // Before the coroutine reads anything: what is broadcast while it waits follows the reply, and nothing falls between.
  extras().join_task = std::move(task);
  subscribe_own();
  if (subscription_.settled()) return run_join_task();
  subscription_.when_settled([weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && !self->detached_) self->run_join_task();
  });
}

void Process::run_join_task() {
  // The coroutine is looked at when it is not on the stack any more.
  extras().join_task->start(host().executor, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->host().executor.post([weak] {
        if (const auto process = weak.lock(); process && !process->detached_) process->join_task_done();
      });
  });
}

void Process::join_task_done() {
  const auto self = shared_from_this();
  busy_ = false;
  Task<JoinReply> task = std::move(*extras().join_task);
  extras().join_task.reset();
  JoinReply reply;
  const bool lives = invoke(host().log, site("join"), [&] { reply = task.result(); });
  if (lives && std::holds_alternative<Task<JoinReply>>(reply.value))
    return start_join_task(std::move(std::get<Task<JoinReply>>(reply.value)));
  if (!lives) return session_.join_finished(*this, nullptr);
  finish_join(std::move(reply));
}

/// Who was told that it joined hears what is broadcast from then on, on whatever node.
void Process::finish_join(JoinReply reply) {
  if (!std::holds_alternative<Response>(reply.value)) return session_.join_finished(*this, &reply);
  subscribe_own();
  if (subscription_.settled()) return session_.join_finished(*this, &reply);
  busy_ = true;
  subscription_.when_settled([weak = weak_from_this(), reply = std::move(reply)]() mutable {
    const auto self = weak.lock();
    if (!self || self->detached_) return;
    self->busy_ = false;
    self->session_.join_finished(*self, &reply);
  });
}

void Process::joined() {
  joined_ = true;
  if (missed_) wake();
  if (!extras_) return;
  const auto self = shared_from_this();
  // Before what came while the join waited.
  auto works = std::exchange(extras_->after_join, {});
  for (auto work = works.rbegin(); work != works.rend(); ++work)
    extras_->inbox.push_front({.kind = Item::Kind::work, .what = "after_join", .work = std::move(*work)});
  for (std::size_t left = works.size(); left > 0 && !busy_ && !detached_; --left) process_next();
  if (!extras_->inbox.empty() || overflown_) return wake();
  drop_spare_extras();
}

void Process::subscribe_own() {
  if (subscription_) return;
  subscription_ = host().table.subscribe(topic_, *this, id_, is_ours());
}

// Messages

void Process::handle(const wire::Ref& ref, std::string_view event, const wire::Body& body) {
  const Payload::Borrowed payload(body.bytes, body.binary);
  if (idle()) return call_handler(ref, event, payload);
  enqueue({.kind = Item::Kind::message, .ref = ref, .event = std::string(event), .payload = Payload(payload.payload)});
}

void Process::leave(const wire::Ref& ref) {
  if (idle()) return session_.left(*this, reply_ref_, ref);
  enqueue({.kind = Item::Kind::leave, .ref = ref});
}

void Process::deliver(const pubsub::Message& message, pubsub::FrameCache& frames) {
  const auto& intercepts = route_.events->intercepts;
  if (!intercepts.empty() && intercepts.contains(message.event)) {
    enqueue({.kind = Item::Kind::out,
             .event = std::string(message.event),
             .payload = Payload::trusted(SharedBytes::copy(message.payload), message.binary)});
    return wake();
  }
  const Frame& frame = encode(message, frames);
  if (frame.empty()) return;
  if (joined_) return session_.send(frame);
  hold(frame);
}

// A channel that intercepts some events looks at each message; while a join waits, of this channel or of another one of
// its socket, each is held.
bool Process::deliver_batch(const pubsub::Message& message, pubsub::FrameCache& frames, pubsub::Turn& turn) {
  const bool plain =
      joined_ && !session_.joining() && route_.events->intercepts.empty() && session_.outlet().takes_batches();
  if (plain) {
    if (const Frame& frame = encode(message, frames); !frame.empty()) {
      session_.send_batch(turn.batch(&session_.serializer(), session_.head(), frame, *this));
      return true;
    }
  }
  deliver(message, frames);
  return false;
}

const Frame& Process::encode(const pubsub::Message& message, pubsub::FrameCache& frames) {
  const wire::Serializer& serializer = session_.serializer();
  return frames.get(&serializer, session_.head(), [&] {
    const bool ours = message.ours && serializer.ours();
    const wire::Body body =
        ours ? wire::Body{message.ours.payload, false} : wire::Body{message.payload, message.binary};
    auto encoded =
        serializer.encode_broadcast(message.topic, ours ? message.ours.event : message.event, body, session_.head());
    if (encoded) return std::move(*encoded);
    host().log.write(LogLevel::warn, "broadcast cannot be encoded",
                     {{"topic", message.topic}, {"serializer", serializer.name()}, {"why", encoded.error().text()}});
    return Frame();
  });
}

void Process::leave_batch(Batch& batch) {
  session_.outlet().leave_batch(batch);
}

// A client must not believe that it has seen everything: its channel ends, and it comes back.
void Process::missed() {
  missed_ = true;
  wake();
}

void Process::hold(const Frame& frame) {
  Extras& more = extras();
  const SocketLimits& limits = session_.limits();
  if (more.held_items >= limits.inbox_items_max || more.held_bytes + frame.framed().size() > limits.inbox_bytes_max) {
    overflown_ = true;
    return;
  }
  ++more.held_items;
  more.held_bytes += frame.framed().size();
  session_.hold(frame, true);
}

void Process::enqueue(Item item) {
  Extras& more = extras();
  const SocketLimits& limits = session_.limits();
  if (more.inbox.size() >= limits.inbox_items_max || more.inbox_bytes + item.bytes() > limits.inbox_bytes_max) {
    overflown_ = true;
    return wake();
  }
  more.inbox_bytes += item.bytes();
  more.inbox.push_back(std::move(item));
}

void Process::wake() {
  if (std::exchange(pumping_, true)) return;
  host().executor.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump();
  });
}

void Process::pump() {
  pumping_ = false;
  const auto self = shared_from_this();
  if (overflown_ && !detached_) {
    host().metrics.add(Count::limit_inbox);
    host().log.write(LogLevel::error, "channel crashed", {{"in", "inbox"}, {"topic", topic_}, {"error", "inbox full"}});
    return crash();
  }
  if (missed_ && joined_ && !detached_) {
    host().log.write(LogLevel::error, "channel crashed",
                     {{"in", "mailbox"}, {"topic", topic_}, {"error", "broadcasts were lost: too much was waiting"}});
    return crash();
  }
  while (joined_ && !busy_ && !detached_ && extras_ && !extras_->inbox.empty()) process_next();
  drop_spare_extras();
}

void Process::process_next() {
  Item item = std::move(extras_->inbox.front());
  extras_->inbox.pop_front();
  extras_->inbox_bytes -= item.bytes();
  process(item);
}

void Process::process(Item& item) {
  switch (item.kind) {
    case Item::Kind::message:
      return call_handler(item.ref, item.event, item.payload);
    case Item::Kind::leave:
      return session_.left(*this, reply_ref_, item.ref);
    case Item::Kind::work:
      return call_other(item.what, {}, item.work);
    case Item::Kind::relayed:
      return call_other("on_broadcast", item.event, [&] {
        return channel_->on_broadcast({item.topic, item.event, item.payload});
      });
    case Item::Kind::out:
      return call_other("intercept", item.event, [&] {
        const auto* found = route_.events->intercepts.find(item.event);
        if (!found) throw std::logic_error("no intercept handler for this event");
        return (*found)(*channel_, item.event, item.payload);
      });
  }
}

/// What handles no message of the client.
template <typename Call>
void Process::call_other(std::string_view what, std::string_view event, Call&& call) {
  if (!invoke(host().log, site(what, event), [&] { finish(what, event, nullptr, call()); }) && !detached_) crash();
}

Reply Process::find_and_call(std::string_view event, const Payload& payload) {
  const EventTable& events = *route_.events;
  if (const auto* handler = events.handlers.find(event)) return (*handler)(*channel_, event, payload);
  if (events.otherwise) return events.otherwise(*channel_, event, payload);
  throw std::logic_error("no handler for this event");
}

void Process::call_handler(const wire::Ref& ref, std::string_view event, const Payload& payload) {
  host().handled = {this, &ref};
  const bool lives = invoke(host().log, site("handler", event), [&] {
    Reply reply = find_and_call(event, payload);
    host().handled = {};
    finish("handler", event, &ref, std::move(reply));
  });
  if (lives) return;
  host().handled = {};
  crash();
}

void Process::finish(std::string_view what, std::string_view event, const wire::Ref* ref, Reply&& reply) {
  if (detached_) return;
  if (auto* response = std::get_if<Response>(&reply.value)) {
    respond(what, event, ref, *response);
  } else if (auto* misfit = std::get_if<FieldError>(&reply.value)) {
    if (!ref) return fail(what, event, "payload does not fit at " + misfit->path + ": expected " + misfit->expected);
    respond(what, event, ref,
            error({{"reason", "invalid payload"}, {"path", misfit->path}, {"expected", misfit->expected}}));
  } else if (auto* stop = std::get_if<Stop>(&reply.value)) {
    if (!stop->response || respond(what, event, ref, *stop->response)) session_.stopped(*this, *stop);
  } else if (auto* task = std::get_if<Task<Reply>>(&reply.value)) {
    start_task(what, event, ref, std::move(*task));
  }
}

bool Process::respond(std::string_view what, std::string_view event, const wire::Ref* ref, const Response& response) {
  if (!ref) return fail(what, event, "it returned a reply, but there is no message to reply to"), false;
  if (session_.send_reply(reply_ref_, *ref, topic_, response)) return true;
  crash();
  return false;
}

/// A mistake that is found when the application's code has returned.
void Process::fail(std::string_view what, std::string_view event, const std::string& why) {
  invoke(host().log, site(what, event), [&why] { throw std::logic_error(why); });
  crash();
}

void Process::start_task(std::string_view what, std::string_view event, const wire::Ref* ref, Task<Reply> task) {
  busy_ = true;
  Extras& more = extras();
  more.task = std::move(task);
  more.task_what = what;
  more.task_event = std::string(event);
  more.task_ref = ref ? std::optional(*ref) : std::nullopt;
  more.task->start(host().executor, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->host().executor.post([weak] {
        if (const auto process = weak.lock(); process && !process->detached_) process->task_done();
      });
  });
}

void Process::task_done() {
  const auto self = shared_from_this();
  Extras& more = extras();
  Task<Reply> task = std::move(*more.task);
  more.task.reset();
  const std::string_view what = more.task_what;
  const std::string event = std::move(more.task_event);
  const std::optional<wire::Ref> ref = std::exchange(more.task_ref, std::nullopt);
  busy_ = false;
  if (!invoke(host().log, site(what, event), [&] { finish(what, event, ref ? &*ref : nullptr, task.result()); }))
    return crash();
  if (!detached_) pump();
}

// The end

void Process::crash() {
  session_.crashed(*this);
}

void Process::detach() {
  if (std::exchange(detached_, true)) return;
  subscription_.end();
  release();
}

void Process::release() {
  if (tracked_ && !tracked_->empty()) host().presence.untrack_all(id_, topic_);
  tracked_.reset();
  if (!extras_) return;
  extras_->relays.clear();
  extras_->timers.clear();
  extras_->inbox.clear();
  extras_->task.reset();
  extras_->join_task.reset();
}

void Process::terminate(const End& end) {
  const auto self = shared_from_this();
  invoke(host().log, site("terminate"), [&] { channel_->terminate(end); });
  joined_ = false;
  release();  // once more: what terminate took
}

}  // namespace roost::channel
