#ifdef ROOST_NATS

#include "broker/nats_adapter.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/executor.h"
#include "base/hash.h"
#include "base/limits.h"
#include "broker/frame.h"
#include "broker/nats_connection.h"
#include "broker/peers.h"
#include "broker/reassembler.h"
#include "broker/subject.h"
#include "net/loop.h"
#include "net/system.h"

namespace roost::broker {
namespace {

// A frame's part of a message to the broker, at most: small, so that a large frame doesn't hold up the server for long.
constexpr std::size_t kPieceBytesMax = std::size_t{256} << 10;
constexpr std::size_t kFragmentHeadBytesMax = 64;
constexpr std::int64_t kGoodbyeMs = 2000;  // how long a node that stops waits for its last words to leave
constexpr std::int64_t kSettleMs = 1000;   // a join waits no longer than this for the broker
constexpr std::chrono::seconds kRetry{1};  // after the library gave up, as it does when it is refused twice

}  // namespace

/// Threads: the loop's owns the connection; the settler's waits for the server; the library's deliver messages and tell
/// of the connection; any other posts.
class NatsAdapter::Impl final : public NatsEvents {
 public:
  Impl(NatsOptions given, Log& log)
      : options(std::move(given)),
        subjects(options.prefix),
        incarnation(net::random_u64()),
        log_(log),
        peers_(options.node, incarnation) {}

  void start(pubsub::AdapterSink& sink);
  void stop();
  /// Any thread: `frame` to all who hear `subject`.
  void publish(std::string subject, SharedBytes frame);
  /// Any thread: one more, or one less, who wants what is said there.
  void want(std::string subject);
  void unwant(std::string subject);
  void settle(std::move_only_function<void()> then);
  pubsub::AdapterStats stats() const;

  void on_connected() override { post(&Impl::connected); }
  void on_disconnected() override { post(&Impl::disconnected); }
  void on_closed() override;
  void on_error(natsStatus status) override;
  void on_message(std::string_view bytes) override;
  void on_subscription_end() override;

  const NatsOptions options;
  const Subjects subjects;
  const std::uint64_t incarnation;

 private:
  struct Outgoing {
    std::string subject;
    SharedBytes frame;
    TimePoint at;
  };
  struct Wanted {
    std::size_t count = 0;
    NatsPtr<natsSubscription> subscription;
  };

  void post(void (Impl::*what)()) {
    loop_.post([this, what] { (this->*what)(); });
  }
  void connect();
  void connected();
  void disconnected();
  void closed();
  void away(const std::string& why);
  void end();
  void count_in_use(int change);
  void subscribe_to(const std::string& subject, Wanted& wanted);
  void subscribe_to_own();
  void settle_next();
  void send(Outgoing outgoing);
  void send_now(const Outgoing& outgoing);
  natsStatus send_in_pieces(const Outgoing& outgoing, std::size_t piece_bytes_max);
  void forget_old();
  void let_go(const Outgoing& outgoing, bool dropped);
  void say_hello(bool leaving);
  void beat();
  void hear_hello(const std::string& hello);
  void deliver(const Frame& frame, std::string_view bytes);
  void refuse(FrameError why);

  Log& log_;
  net::Loop loop_;
  std::thread thread_;
  net::Loop settler_;
  std::thread settler_thread_;
  pubsub::AdapterSink* sink_ = nullptr;  // set once by start()

  // Loop thread only.
  std::shared_ptr<natsConnection> connection_;
  std::unordered_map<std::string, Wanted> wanted_;  // by subject
  std::vector<NatsPtr<natsSubscription>> own_;
  std::deque<Outgoing> waiting_;  // while the server is away
  bool is_connected_ = false;
  bool stopping_ = false;
  std::string away_because_;  // and said so
  std::uint64_t fragmented_ = 0;
  std::vector<std::move_only_function<void()>> unsettled_;
  bool settling_ = false;
  Timer retry_;
  Timer beat_;
  Peers peers_;

  Reassembler reassembler_;  // the delivering thread only

  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t in_use_ = 0;  // mutex_; subscriptions and connections for which the library may still call

  // Any thread.
  std::atomic<std::size_t> queued_bytes_ = 0;
  std::atomic<bool> up_ = false;
  std::atomic<std::uint64_t> nodes_ = 0;
  std::atomic<std::uint64_t> sent_messages_ = 0, sent_bytes_ = 0, received_messages_ = 0, received_bytes_ = 0;
  std::atomic<std::uint64_t> disconnects_ = 0, dropped_messages_ = 0, refused_messages_ = 0;
};

// The connection.

void NatsAdapter::Impl::start(pubsub::AdapterSink& sink) {
  ROOST_ASSERT(!sink_);
  sink_ = &sink;
  thread_ = std::thread([this] { loop_.run(); });
  settler_thread_ = std::thread([this] { settler_.run(); });
  post(&Impl::connect);
}

void NatsAdapter::Impl::stop() {
  if (!thread_.joinable()) return;
  post(&Impl::end);
  thread_.join();
  // The library's threads may still be in a call of this object.
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return in_use_ == 0; });
}

void NatsAdapter::Impl::connect() {
  if (stopping_) return;
  auto made = make_nats_options(options, *this);
  natsConnection* connection = nullptr;
  natsStatus status = NATS_ERR;
  if (made) status = natsConnection_Connect(&connection, made->get());
  connection_ = {connection, NatsFree()};
  if (connection) count_in_use(1);
  if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
    away(made ? describe(status) : made.error().message);
    retry_ = Timer(loop_, loop_.now() + kRetry, [this] { connect(); });
    return;
  }
  subscribe_to_own();
  for (auto& [subject, wanted] : wanted_) subscribe_to(subject, wanted);
  if (status == NATS_OK) return connected();
  away(last_error(*connection_));
}

/// Says so once, and once more when the reason is another.
void NatsAdapter::Impl::away(const std::string& why) {
  if (why.empty() ? !away_because_.empty() : why == away_because_) return;
  away_because_ = why.empty() ? "no answer" : why;
  log_.write(LogLevel::warn, "the broker is away", {{"node", options.node}, {"why", away_because_}});
}

void NatsAdapter::Impl::connected() {
  if (stopping_ || !connection_ || std::exchange(is_connected_, true)) return;
  up_ = true;
  away_because_.clear();
  log_.write(LogLevel::info, "connected to the broker", {{"node", options.node}});
  forget_old();
  for (const Outgoing& outgoing : std::exchange(waiting_, {})) send_now(outgoing);
  beat();
  sink_->connected(true);
}

void NatsAdapter::Impl::disconnected() {
  if (!std::exchange(is_connected_, false)) return;
  up_ = false;
  ++disconnects_;
  if (stopping_) return;
  log_.write(LogLevel::warn, "lost the broker", {{"node", options.node}});
  sink_->connected(false);
}

/// The library gave up, after it was refused: begin anew.
void NatsAdapter::Impl::closed() {
  if (stopping_ || !connection_) return;
  disconnected();
  away(last_error(*connection_));
  own_.clear();
  for (auto& [subject, wanted] : wanted_) wanted.subscription.reset();
  connection_.reset();
  retry_ = Timer(loop_, loop_.now() + kRetry, [this] { connect(); });
}

void NatsAdapter::Impl::end() {
  stopping_ = true;
  if (is_connected_) {
    say_hello(true);
    natsConnection_FlushTimeout(connection_.get(), kGoodbyeMs);
  }
  settler_.stop();
  settler_thread_.join();
  retry_.cancel();
  beat_.cancel();
  own_.clear();
  wanted_.clear();
  connection_.reset();
  up_ = false;
  loop_.stop();
}

void NatsAdapter::Impl::on_closed() {
  post(&Impl::closed);
  count_in_use(-1);
}

/// Behind the last -1 this object may be gone.
void NatsAdapter::Impl::count_in_use(int change) {
  const std::lock_guard lock(mutex_);
  in_use_ += static_cast<std::size_t>(change);
  ended_.notify_all();
}

void NatsAdapter::Impl::on_error(natsStatus status) {
  loop_.post([this, status] { log_.write(LogLevel::warn, "broker", {{"why", natsStatus_GetText(status)}}); });
}

// What is wanted.

void NatsAdapter::Impl::want(std::string subject) {
  loop_.post([this, subject = std::move(subject)] {
    Wanted& wanted = wanted_[subject];
    if (++wanted.count == 1 && connection_) subscribe_to(subject, wanted);
  });
}

void NatsAdapter::Impl::unwant(std::string subject) {
  loop_.post([this, subject = std::move(subject)] {
    const auto found = wanted_.find(subject);
    if (found != wanted_.end() && --found->second.count == 0) wanted_.erase(found);
  });
}

void NatsAdapter::Impl::subscribe_to(const std::string& subject, Wanted& wanted) {
  auto made = nats_subscribe(*connection_, subject, *this);
  if (!made) return log_.write(LogLevel::error, "broker", {{"why", made.error().message}});
  wanted.subscription = std::move(*made);
  count_in_use(1);
}

void NatsAdapter::Impl::subscribe_to_own() {
  for (const std::string& subject : {subjects.hello(), subjects.all_services(), subjects.node(options.node)}) {
    Wanted wanted;
    subscribe_to(subject, wanted);
    if (wanted.subscription) own_.push_back(std::move(wanted.subscription));
  }
}

void NatsAdapter::Impl::on_subscription_end() {
  count_in_use(-1);
}

// The server has taken the subscriptions once it answers a ping that follows them. A thread of its own waits for that,
// for all who asked meanwhile together.
void NatsAdapter::Impl::settle(std::move_only_function<void()> then) {
  loop_.post([this, then = std::move(then)]() mutable {
    if (!is_connected_) return then();
    unsettled_.push_back(std::move(then));
    settle_next();
  });
}

void NatsAdapter::Impl::settle_next() {
  if (unsettled_.empty() || std::exchange(settling_, true)) return;
  settler_.post([this, connection = connection_, batch = std::exchange(unsettled_, {})]() mutable {
    natsConnection_FlushTimeout(connection.get(), kSettleMs);
    for (auto& then : batch) then();
    loop_.post([this] {
      settling_ = false;
      settle_next();
    });
  });
}

// What is said.

void NatsAdapter::Impl::publish(std::string subject, SharedBytes frame) {
  if (queued_bytes_.fetch_add(frame.size()) + frame.size() > options.queue_bytes_max) {
    queued_bytes_ -= frame.size();
    ++dropped_messages_;
    return;
  }
  loop_.post([this, subject = std::move(subject), frame = std::move(frame)]() mutable {
    send({std::move(subject), std::move(frame), loop_.now()});
  });
}

void NatsAdapter::Impl::send(Outgoing outgoing) {
  if (is_connected_) return send_now(outgoing);
  waiting_.push_back(std::move(outgoing));
  forget_old();
}

void NatsAdapter::Impl::send_now(const Outgoing& outgoing) {
  const auto allowed = natsConnection_GetMaxPayload(connection_.get());
  const std::size_t bytes_max =
      allowed > 0 ? std::min(static_cast<std::size_t>(allowed), kPieceBytesMax) : kPieceBytesMax;
  natsStatus status;
  if (outgoing.frame.size() > bytes_max)
    status = send_in_pieces(outgoing, bytes_max - std::min(bytes_max - 1, kFragmentHeadBytesMax));
  else
    status = natsConnection_Publish(connection_.get(), outgoing.subject.c_str(), outgoing.frame.data(),
                                    static_cast<int>(outgoing.frame.size()));
  let_go(outgoing, status != NATS_OK);
}

natsStatus NatsAdapter::Impl::send_in_pieces(const Outgoing& outgoing, std::size_t piece_bytes_max) {
  const std::string_view whole = outgoing.frame.view();
  Fragment fragment{incarnation, ++fragmented_, whole.size(), 0, {}};
  for (; fragment.offset < whole.size(); fragment.offset += fragment.piece.size()) {
    fragment.piece = whole.substr(fragment.offset, piece_bytes_max);
    const SharedBytes piece = encode(fragment);
    const natsStatus status = natsConnection_Publish(connection_.get(), outgoing.subject.c_str(), piece.data(),
                                                     static_cast<int>(piece.size()));
    if (status != NATS_OK) return status;
  }
  return NATS_OK;
}

void NatsAdapter::Impl::forget_old() {
  for (; !waiting_.empty() && loop_.now() - waiting_.front().at > kKeepMax; waiting_.pop_front())
    let_go(waiting_.front(), true);
}

void NatsAdapter::Impl::let_go(const Outgoing& outgoing, bool dropped) {
  queued_bytes_ -= outgoing.frame.size();
  if (dropped) {
    ++dropped_messages_;
    return;
  }
  ++sent_messages_;
  sent_bytes_ += outgoing.frame.size();
}

// Who is there.

void NatsAdapter::Impl::say_hello(bool leaving) {
  const SharedBytes hello = encode(Hello{options.node, incarnation, leaving});
  natsConnection_Publish(connection_.get(), subjects.hello().c_str(), hello.data(), static_cast<int>(hello.size()));
}

void NatsAdapter::Impl::beat() {
  peers_.tick(loop_.now());
  nodes_ = peers_.size();
  if (is_connected_) say_hello(false);
  beat_ = Timer(loop_, loop_.now() + Peers::kHelloPeriod, [this] { beat(); });
}

void NatsAdapter::Impl::hear_hello(const std::string& hello) {
  if (stopping_) return;
  const Peers::Result result = peers_.handle(hello, loop_.now());
  nodes_ = peers_.size();
  switch (result.heard) {
    case Peers::Heard::met:
      log_.write(LogLevel::info, "met a node", {{"node", result.node}});
      if (is_connected_) say_hello(false);
      break;
    case Peers::Heard::left:
      log_.write(LogLevel::info, "a node left", {{"node", result.node}});
      break;
    case Peers::Heard::own_name:
      log_.write(LogLevel::error, "another process bears this node's name: give each its own", {{"node", result.node}});
      if (is_connected_) say_hello(false);  // so that it knows at once, too
      break;
    case Peers::Heard::other_version:
      log_.write(
          LogLevel::error, "a node speaks another version: it is not listened to",
          {{"node", result.node}, {"version", std::to_string(result.version)}, {"ours", std::to_string(kVersion)}});
      if (is_connected_) say_hello(false);
      break;
    case Peers::Heard::nothing:
      break;
  }
}

// What is heard.

void NatsAdapter::Impl::on_message(std::string_view bytes) {
  received_bytes_ += bytes.size();
  const auto frame = decode_frame(bytes);
  if (frame) return deliver(*frame, bytes);
  if (const auto introduction = decode_introduction(bytes); introduction && introduction->version != kVersion)
    loop_.post([this, hello = std::string(bytes)] { hear_hello(hello); });
  ++refused_messages_;
}

void NatsAdapter::Impl::deliver(const Frame& frame, std::string_view bytes) {
  if (const auto* message = std::get_if<pubsub::Message>(&frame)) {
    ++received_messages_;
    sink_->deliver(*message);
  } else if (const auto* parcel = std::get_if<pubsub::Parcel>(&frame)) {
    ++received_messages_;
    sink_->receive(*parcel);
  } else if (const auto* hello = std::get_if<Hello>(&frame)) {
    if (hello->leaving) reassembler_.forget(hello->incarnation);
    loop_.post([this, copy = std::string(bytes)] { hear_hello(copy); });
  } else if (const auto whole = reassembler_.take(std::get<Fragment>(frame))) {
    const auto inner = decode_frame(*whole);
    if (inner && !std::holds_alternative<Fragment>(*inner)) return deliver(*inner, *whole);
    ++refused_messages_;
  }
}

pubsub::AdapterStats NatsAdapter::Impl::stats() const {
  return {up_,
          nodes_,
          sent_messages_,
          sent_bytes_,
          received_messages_,
          received_bytes_,
          disconnects_,
          dropped_messages_,
          refused_messages_};
}

// The adapter.

std::expected<std::unique_ptr<NatsAdapter>, Error> NatsAdapter::create(NatsOptions options, Log& log) {
  if (options.node.empty() || options.node.size() > limits::kNodeNameBytesMax)
    return std::unexpected(Error{"node: a name of 1 to 255 bytes is needed"});
  if (options.urls.empty()) return std::unexpected(Error{"nats: a URL is needed, such as nats://127.0.0.1:4222"});
  for (const std::string& url : options.urls)
    if (!url.starts_with("nats://") && !url.starts_with("tls://"))
      return std::unexpected(Error{"nats: a URL begins with nats:// or tls://"});
  if (!valid_prefix(options.prefix))
    return std::unexpected(
        Error{"nats prefix: \"" + options.prefix + "\" has more than letters, digits, -, _ and dots"});
  if (options.certificate_file.empty() != options.key_file.empty())
    return std::unexpected(Error{"nats: a certificate needs its key, and a key its certificate"});
  auto impl = std::make_unique<Impl>(std::move(options), log);
  if (auto fits = make_nats_options(impl->options, *impl); !fits) return std::unexpected(fits.error());
  return std::unique_ptr<NatsAdapter>(new NatsAdapter(std::move(impl)));
}

NatsAdapter::NatsAdapter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NatsAdapter::~NatsAdapter() {
  impl_->stop();
}

std::string_view NatsAdapter::node() const {
  return impl_->options.node;
}
void NatsAdapter::broadcast(const pubsub::Message& message) {
  impl_->publish(impl_->subjects.topic(message.topic), encode(message));
}
void NatsAdapter::subscribe(std::string_view topic) {
  impl_->want(impl_->subjects.topic(topic));
}
void NatsAdapter::unsubscribe(std::string_view topic) {
  impl_->unwant(impl_->subjects.topic(topic));
}
void NatsAdapter::settle(std::move_only_function<void()> then) {
  impl_->settle(std::move(then));
}
void NatsAdapter::send(std::string_view service, std::string_view bytes) {
  impl_->publish(impl_->subjects.service(service), encode(pubsub::Parcel{impl_->options.node, service, bytes}));
}
void NatsAdapter::send_to(std::string_view node, std::string_view service, std::string_view bytes) {
  impl_->publish(impl_->subjects.node(node), encode(pubsub::Parcel{impl_->options.node, service, bytes}));
}
void NatsAdapter::start(pubsub::AdapterSink& sink) {
  impl_->start(sink);
}
void NatsAdapter::stop() {
  impl_->stop();
}
pubsub::AdapterStats NatsAdapter::stats() const {
  return impl_->stats();
}

}  // namespace roost::broker

#endif
