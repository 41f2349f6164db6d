#ifdef ROOST_NATS

#include "broker/nats_link.h"

#include <utility>

namespace roost::broker {
namespace {

constexpr std::int64_t kGoodbyeMs = 2000;         // how long a node that stops waits for its last words to leave
constexpr std::int64_t kSettleMs = 1000;          // a join waits no longer than this for the broker
constexpr std::chrono::seconds kRetry{1};         // after the library gave up, as it does when it is refused twice
constexpr std::chrono::seconds kWhyAfterLoss{2};  // a restart of the server is soon over: no need to ask
constexpr std::chrono::seconds kWhyAgain{5};      // the reason may change, as when somebody mends half of it
constexpr std::chrono::seconds kTryDenied{5};     // somebody may have permitted it meanwhile
// So long after the last denial all is taken for permitted: hellos are said, and subscriptions tried, more often.
constexpr std::chrono::seconds kDeniedMax{6};
constexpr std::size_t kDenialsMax = 20;  // that are told one by one, of one connection: topics are without end

}  // namespace

// The connection.

void NatsLink::open() {
  waiter_thread_ = std::thread([this] { waiter_.run(); });
  connect();
}

void NatsLink::close() {
  closing_ = true;
  if (is_up_) natsConnection_FlushTimeout(connection_.get(), kGoodbyeMs);
  waiter_.stop();
  if (waiter_thread_.joinable()) waiter_thread_.join();
  retry_.cancel();
  why_.cancel();
  denials_.cancel();
  wanted_.clear();
  connection_.reset();
  up_ = false;
}

void NatsLink::wait_until_quiet() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return in_use_ == 0; });
}

void NatsLink::connect() {
  auto made = make_nats_options(options_, *this);
  natsConnection* connection = nullptr;
  natsStatus status = NATS_ERR;
  if (made) status = natsConnection_Connect(&connection, made->get());
  connection_ = {connection, NatsFree()};
  if (connection) count_in_use(1);
  if (status != NATS_OK) ask_why({});
  if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
    retry_ = Timer(loop_, loop_.now() + kRetry, [this] { connect(); });
    return;
  }
  for (auto& [subject, wanted] : wanted_) subscribe(subject, wanted);
  if (status == NATS_OK) connected();
}

void NatsLink::connected() {
  if (closing_ || !connection_ || std::exchange(is_up_, true)) return;
  up_ = true;
  said_.clear();
  why_.cancel();
  note({});
  denials_said_.clear();
  subscriptions_denied_.clear();
  log_.write(LogLevel::info, "connected to the broker", {{"node", options_.node}});
  sink_.link_up();
}

void NatsLink::disconnected() {
  if (!std::exchange(is_up_, false)) return;
  up_ = false;
  ++disconnects_;
  denials_.cancel();
  if (closing_) return;
  note(kUnreachable);
  log_.write(LogLevel::warn, "lost the broker", {{"node", options_.node}});
  ask_why(kWhyAfterLoss);
  sink_.link_down();
}

/// The library gave up, after it was refused: begin anew.
void NatsLink::closed() {
  if (closing_ || !connection_) return;
  disconnected();
  for (auto& [subject, wanted] : wanted_) wanted.subscription.reset();
  connection_.reset();
  retry_ = Timer(loop_, loop_.now() + kRetry, [this] { connect(); });
}

// Why is it away? While the library tries again and again it doesn't tell, so a connection of our own finds out.

void NatsLink::ask_why(Duration delay) {
  why_ = Timer(loop_, loop_.now() + delay, [this] { find_out(); });
}

void NatsLink::find_out() {
  if (is_up_ || closing_ || std::exchange(finding_out_, true)) return;
  waiter_.post([this] {
    auto trouble = find_trouble(options_, closing_);
    loop_.post([this, trouble = std::move(trouble)] {
      finding_out_ = false;
      if (is_up_ || closing_) return;
      if (trouble) away(*trouble);
      ask_why(kWhyAgain);
    });
  });
}

/// Says so once, and once more when the reason is another. What mends itself is a warning.
void NatsLink::away(const Trouble& trouble) {
  note(trouble.code);
  std::string said = std::string(trouble.code) + trouble.server;
  if (said == said_) return;
  said_ = std::move(said);
  log_.write(trouble.code == kUnreachable ? LogLevel::warn : LogLevel::error, "the broker is away",
             {{"node", options_.node}, {"code", trouble.code}, {"why", trouble.why}, {"server", trouble.server}});
}

void NatsLink::note(std::string_view code) {
  const std::lock_guard lock(mutex_);
  trouble_ = code;
}

std::string_view NatsLink::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

// What the library tells.

void NatsLink::on_connected() {
  loop_.post([this] { connected(); });
}

void NatsLink::on_disconnected() {
  loop_.post([this] { disconnected(); });
}

void NatsLink::on_closed() {
  loop_.post([this] { closed(); });
  count_in_use(-1);
}

void NatsLink::on_error(natsStatus status, std::string text) {
  loop_.post([this, status, text = std::move(text)] {
    if (status == NATS_NOT_PERMITTED) return permission_denied(text);
    log_.write(LogLevel::warn, "broker",
               {{"node", options_.node},
                {"code", status == NATS_SLOW_CONSUMER ? kSlow : kOther},
                {"why", natsStatus_GetText(status)}});
  });
}

/// Behind the last -1 this object may be gone.
void NatsLink::count_in_use(int change) {
  const std::lock_guard lock(mutex_);
  in_use_ += static_cast<std::size_t>(change);
  ended_.notify_all();
}

// What we may not do. NATS says no to each message and each subscription, and stays connected.

void NatsLink::permission_denied(std::string_view text) {
  if (!is_up_) return;
  ++denied_;
  last_denial_ = loop_.now();
  if (trouble() != kDenied) {
    note(kDenied);
    denials_ = Timer(loop_, loop_.now() + kTryDenied, [this] { look_at_denials(); });
  }
  const auto denial = parse_denial(text);
  const std::string subject(denial ? denial->subject : text);
  const std::string_view what = !denial ? "?" : denial->publish ? "publish" : "subscribe";
  if (denial && !denial->publish && wanted_.contains(subject)) subscriptions_denied_.insert(subject);
  if (denials_said_.size() >= kDenialsMax || !denials_said_.insert(std::string(what) + " " + subject).second) return;
  log_.write(LogLevel::error, "the broker does not permit what nodes need",
             {{"node", options_.node}, {"code", kDenied}, {"what", what}, {"subject", subject}});
}

void NatsLink::look_at_denials() {
  if (loop_.now() - last_denial_ > kDeniedMax) {
    note({});
    denials_said_.clear();
    return log_.write(LogLevel::info, "the broker permits all again", {{"node", options_.node}});
  }
  for (const std::string& subject : std::exchange(subscriptions_denied_, {}))
    if (const auto found = wanted_.find(subject); found != wanted_.end()) subscribe(subject, found->second);
  denials_ = Timer(loop_, loop_.now() + kTryDenied, [this] { look_at_denials(); });
}

// What is wanted.

void NatsLink::want(const std::string& subject) {
  Wanted& wanted = wanted_[subject];
  if (++wanted.count == 1 && connection_) subscribe(subject, wanted);
}

void NatsLink::unwant(const std::string& subject) {
  const auto found = wanted_.find(subject);
  if (found != wanted_.end() && --found->second.count == 0) wanted_.erase(found);
}

void NatsLink::subscribe(const std::string& subject, Wanted& wanted) {
  auto made = nats_subscribe(*connection_, subject, *this);
  if (!made && natsConnection_IsClosed(connection_.get())) return;  // closed() is under way, and all begins anew
  if (!made)
    return log_.write(LogLevel::error, "broker",
                      {{"node", options_.node}, {"code", kOther}, {"why", made.error().message}});
  wanted.subscription = std::move(*made);
  count_in_use(1);
}

// The server has taken the subscriptions once it answers a ping that follows them. A thread of its own waits for that,
// for all who asked meanwhile together.
void NatsLink::settle(std::move_only_function<void()> then) {
  if (!is_up_) return then();
  unsettled_.push_back(std::move(then));
  settle_next();
}

void NatsLink::settle_next() {
  if (unsettled_.empty() || std::exchange(settling_, true)) return;
  waiter_.post([this, connection = connection_, batch = std::exchange(unsettled_, {})]() mutable {
    natsConnection_FlushTimeout(connection.get(), kSettleMs);
    for (auto& then : batch) then();
    loop_.post([this] {
      settling_ = false;
      settle_next();
    });
  });
}

// What is said.

natsStatus NatsLink::publish(const std::string& subject, std::string_view bytes) {
  return natsConnection_Publish(connection_.get(), subject.c_str(), bytes.data(), static_cast<int>(bytes.size()));
}

std::size_t NatsLink::message_bytes_max() const {
  const auto allowed = natsConnection_GetMaxPayload(connection_.get());
  return allowed > 0 ? static_cast<std::size_t>(allowed) : SIZE_MAX;
}

}  // namespace roost::broker

#endif
