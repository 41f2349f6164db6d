#ifdef ROOST_NATS

#include "broker/nats_adapter.h"

#include <atomic>
#include <deque>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "base/executor.h"
#include "broker/frame.h"
#include "broker/nats_link.h"
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

}  // namespace

/// What is said to other nodes and heard of them, over a link.
///
/// Threads: the loop's has the link, the queue and the peers; the library's deliver messages; any other posts.
class NatsAdapter::Impl final : public NatsLinkSink {
 public:
  Impl(NatsOptions given, Log& log)
      : options(std::move(given)),
        subjects(options.prefix),
        incarnation(net::random_u64()),
        log_(log),
        link_(options, loop_, log, *this),
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

  void link_up() override;
  void link_down() override { sink_->connected(false); }
  void link_heard(std::string_view bytes) override;

  const NatsOptions options;
  const Subjects subjects;
  const std::uint64_t incarnation;

 private:
  struct Outgoing {
    std::string subject;
    SharedBytes frame;
    TimePoint at;
  };

  void open();
  void end();
  void send(Outgoing outgoing);
  void send_now(const Outgoing& outgoing);
  natsStatus send_in_pieces(const Outgoing& outgoing, std::size_t piece_bytes_max);
  void forget_old();
  void let_go(const Outgoing& outgoing, std::string_view dropped_because);
  void count_dropped(std::string_view why);
  void dropping_ended();
  void say_hello(bool leaving);
  void beat();
  void count_peers();
  void hear_hello(const std::string& hello);
  void deliver(const Frame& frame, std::string_view bytes);

  Log& log_;
  net::Loop loop_;
  std::thread thread_;
  pubsub::AdapterSink* sink_ = nullptr;  // set once by start()

  // Loop thread only.
  NatsLink link_;
  std::deque<Outgoing> waiting_;  // while the server is away
  bool stopping_ = false;
  std::uint64_t fragmented_ = 0;
  Timer beat_;
  Peers peers_;

  Reassembler reassembler_;  // the delivering thread only

  // Any thread.
  std::atomic<std::size_t> queued_bytes_ = 0;
  std::atomic<std::uint64_t> nodes_ = 0;
  std::atomic<bool> name_taken_ = false;
  std::atomic<bool> dropping_ = false;  // and said so
  std::atomic<std::uint64_t> sent_messages_ = 0, sent_bytes_ = 0, received_messages_ = 0, received_bytes_ = 0;
  std::atomic<std::uint64_t> dropped_messages_ = 0, refused_messages_ = 0;
};

void NatsAdapter::Impl::start(pubsub::AdapterSink& sink) {
  ROOST_ASSERT(!sink_);
  sink_ = &sink;
  thread_ = std::thread([this] { loop_.run(); });
  loop_.post([this] { open(); });
}

void NatsAdapter::Impl::open() {
  for (const std::string& subject : {subjects.hello(), subjects.all_services(), subjects.node(options.node)})
    link_.want(subject);
  link_.open();
}

void NatsAdapter::Impl::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { end(); });
  thread_.join();
  link_.wait_until_quiet();
}

void NatsAdapter::Impl::end() {
  stopping_ = true;
  if (link_.is_up()) say_hello(true);
  link_.close();
  beat_.cancel();
  loop_.stop();
}

void NatsAdapter::Impl::link_up() {
  forget_old();
  for (const Outgoing& outgoing : std::exchange(waiting_, {})) send_now(outgoing);
  beat();
  sink_->connected(true);
}

void NatsAdapter::Impl::want(std::string subject) {
  loop_.post([this, subject = std::move(subject)] { link_.want(subject); });
}

void NatsAdapter::Impl::unwant(std::string subject) {
  loop_.post([this, subject = std::move(subject)] { link_.unwant(subject); });
}

void NatsAdapter::Impl::settle(std::move_only_function<void()> then) {
  loop_.post([this, then = std::move(then)]() mutable { link_.settle(std::move(then)); });
}

// What is said.

void NatsAdapter::Impl::publish(std::string subject, SharedBytes frame) {
  if (queued_bytes_.fetch_add(frame.size()) + frame.size() > options.queue_bytes_max) {
    queued_bytes_ -= frame.size();
    return count_dropped("more waits for the broker than the queue holds");
  }
  loop_.post([this, subject = std::move(subject), frame = std::move(frame)]() mutable {
    send({std::move(subject), std::move(frame), loop_.now()});
  });
}

void NatsAdapter::Impl::send(Outgoing outgoing) {
  if (link_.is_up()) return send_now(outgoing);
  waiting_.push_back(std::move(outgoing));
  forget_old();
}

void NatsAdapter::Impl::send_now(const Outgoing& outgoing) {
  const std::size_t bytes_max = std::min(link_.message_bytes_max(), kPieceBytesMax);
  const natsStatus status = outgoing.frame.size() <= bytes_max
                                ? link_.publish(outgoing.subject, outgoing.frame.view())
                                : send_in_pieces(outgoing, bytes_max - std::min(bytes_max - 1, kFragmentHeadBytesMax));
  let_go(outgoing, status == NATS_OK ? "" : natsStatus_GetText(status));
}

natsStatus NatsAdapter::Impl::send_in_pieces(const Outgoing& outgoing, std::size_t piece_bytes_max) {
  const std::string_view whole = outgoing.frame.view();
  Fragment fragment{incarnation, ++fragmented_, whole.size(), 0, {}};
  for (; fragment.offset < whole.size(); fragment.offset += fragment.piece.size()) {
    fragment.piece = whole.substr(fragment.offset, piece_bytes_max);
    const natsStatus status = link_.publish(outgoing.subject, encode(fragment).view());
    if (status != NATS_OK) return status;
  }
  return NATS_OK;
}

void NatsAdapter::Impl::forget_old() {
  for (; !waiting_.empty() && loop_.now() - waiting_.front().at > kKeepMax; waiting_.pop_front())
    let_go(waiting_.front(), "the broker is away for too long");
}

void NatsAdapter::Impl::let_go(const Outgoing& outgoing, std::string_view dropped_because) {
  queued_bytes_ -= outgoing.frame.size();
  if (!dropped_because.empty()) return count_dropped(dropped_because);
  ++sent_messages_;
  sent_bytes_ += outgoing.frame.size();
}

/// Says so for the first one. Any thread.
void NatsAdapter::Impl::count_dropped(std::string_view why) {
  ++dropped_messages_;
  if (!dropping_.exchange(true))
    log_.write(LogLevel::warn, "messages to other nodes are dropped",
               {{"node", options.node}, {"code", kDropped}, {"why", why}});
}

void NatsAdapter::Impl::dropping_ended() {
  if (dropping_.exchange(false))
    log_.write(LogLevel::info, "messages to other nodes are sent again",
               {{"node", options.node}, {"dropped", std::to_string(dropped_messages_)}});
}

// Who is there.

void NatsAdapter::Impl::say_hello(bool leaving) {
  link_.publish(subjects.hello(), encode(Hello{options.node, incarnation, leaving}).view());
}

void NatsAdapter::Impl::beat() {
  peers_.tick(loop_.now());
  count_peers();
  if (link_.is_up()) say_hello(false);
  if (link_.is_up() && queued_bytes_ == 0) dropping_ended();
  beat_ = Timer(loop_, loop_.now() + Peers::kHelloPeriod, [this] { beat(); });
}

void NatsAdapter::Impl::count_peers() {
  nodes_ = peers_.size();
  name_taken_ = peers_.name_taken();
}

void NatsAdapter::Impl::hear_hello(const std::string& hello) {
  if (stopping_) return;
  const Peers::Result result = peers_.handle(hello, loop_.now());
  count_peers();
  if (tell(result, log_) && link_.is_up()) say_hello(false);
}

// What is heard.

void NatsAdapter::Impl::link_heard(std::string_view bytes) {
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
  pubsub::AdapterStats stats;
  stats.connected = link_.up();
  stats.trouble = link_.trouble();
  if (stats.trouble.empty() && name_taken_) stats.trouble = kNameTaken;
  if (stats.trouble.empty() && dropping_) stats.trouble = kDropped;
  stats.nodes = nodes_;
  stats.sent_messages = sent_messages_;
  stats.sent_bytes = sent_bytes_;
  stats.received_messages = received_messages_;
  stats.received_bytes = received_bytes_;
  stats.disconnects = link_.disconnects();
  stats.dropped_messages = dropped_messages_;
  stats.denied_messages = link_.denied();
  stats.refused_messages = refused_messages_;
  return stats;
}

// The adapter.

std::expected<std::unique_ptr<NatsAdapter>, Error> NatsAdapter::create(NatsOptions options, Log& log) {
  if (auto fits = check_nats_options(options); !fits) return std::unexpected(fits.error());
  return std::unique_ptr<NatsAdapter>(new NatsAdapter(std::make_unique<Impl>(std::move(options), log)));
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
