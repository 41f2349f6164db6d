#include "server/shard.h"

#include <utility>

#include "base/waiting.h"

namespace roost::server {
namespace {

constexpr std::chrono::milliseconds kEndPoll{20};  // how often a shard that ends looks whether its last client has gone

}  // namespace

Shard::Shard(unsigned number, pubsub::Hub& hub, Log& log, const Options& options, const FindHooks& find_hooks)
    : number_(number),
      hub_(hub),
      log_(log),
      loop_(std::make_shared<net::Loop>()),
      registry_(number),
      link_(std::make_shared<channel::ShardLink>(loop_, &registry_)),
      table_(hub.interest(), number, *loop_),
      subscriptions_(table_, loop_, log, metrics_, options.mailbox.bytes_max),
      home_(std::make_unique<PresenceHome>(*loop_, hub, number, find_hooks, log, metrics_, options.presence)),
      presences_(options.presence),
      clients_(*loop_, log, metrics_) {
  hub_.add_shard(*loop_, table_);
}

Shard::~Shard() {
  join();
}

std::expected<void, Error> Shard::prepare(const Site& site, std::vector<PresenceHome*> homes, std::string_view node,
                                          const transport::LongPollTokens& tokens,
                                          transport::FindLongPollShard find_longpolls, transport::LongPollLink* link,
                                          const HttpLimits& limits) {
  presence_ = std::make_unique<PresenceRouter>(*loop_, std::move(homes), node, number_);
  host_.reset(new channel::Host{*loop_, hub_, table_, *presence_, log_, metrics_, number_, registry_, link_});
  host_->presences = presences_;
  longpolls_ = std::make_unique<transport::LongPolls>(*host_, tokens);
  if (link) longpoll_relay_ = std::make_unique<transport::LongPollRelay>(*host_, *longpolls_, *link);
  longpoll_service_.reset(
      new transport::LongPollService{*host_, *longpolls_, std::move(find_longpolls), longpoll_relay_.get()});
  auto router = Router::create(site, *host_, *longpoll_service_);
  if (!router) return std::unexpected(router.error());
  router_ = std::move(*router);
  http_.limits.target_bytes_max = limits.target_bytes_max;
  http_.limits.field_bytes_max = limits.header_bytes_max;
  http_.limits.field_count_max = limits.header_count_max;
  http_.limits.body_bytes_max = limits.body_bytes_max;
  // Only who reads bodies makes us wait for one.
  http_.limits.body_limit_for = [router = router_.get(), limits](const http::Request& head) {
    return router->body_limit(head, limits.body_bytes_max);
  };
  http_.request_timeout = limits.request_timeout;
  http_.metrics = &metrics_;
  http_.handler = [router = router_.get()](const std::shared_ptr<transport::Exchange>& exchange) {
    router->handle(exchange);
  };
  return {};
}

std::expected<std::uint16_t, Error> Shard::listen(const net::Listener::Options& options) {
  auto listener = net::Listener::create(
      *loop_, options,
      [this](net::Accepted accepted) {
        clients_.add(std::move(accepted.fd), tls_.get(), [&](transport::Client& client) {
          return std::make_unique<transport::HttpProtocol>(
              client, http_, transport::Peer{std::move(accepted.address), accepted.port, tls_ != nullptr});
        });
      },
      [this](const Error& error) {
        log_.write(LogLevel::warn, "cannot accept", {{"why", error.message}});
      });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  listener_->pause();
  return listener_->port();
}

void Shard::accept() {
  loop_->post([this] {
    if (listener_) listener_->resume();
  });
}

void Shard::use_tls(std::shared_ptr<const net::TlsContext> tls) {
  // Before it runs at once: the first client must not come in between.
  if (!thread_.joinable()) return std::swap(tls_, tls);
  loop_->post([this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void Shard::start() {
  thread_ = std::thread([this] { run(); });
}

void Shard::run() {
  const NoWaiting others_wait("a shard's thread");
  loop_->run();
  // What is left goes on the thread that owned it.
  listener_.reset();
  drain_.reset();
  longpolls_->abort_all();
  clients_.abort_all();
  home_->end();
  link_->registry = nullptr;
  subscriptions_.end();
}

void Shard::drain(const DrainOptions& options, std::move_only_function<void()> done) {
  loop_->post([this, options, done = std::move(done)]() mutable {
    drain_ = std::make_unique<Drain>();
    drain_->options = options;
    drain_->until = loop_->now() + options.patience;
    drain_->clients = clients_.all();
    drain_->done = std::move(done);
    host_->draining = options.refuse_new;
    drain_longpolls();
    drain_batch();
  });
}

void Shard::drain_longpolls() {
  longpolls_->drain();
  if (longpoll_relay_) longpoll_relay_->front().drain();
}

void Shard::drain_batch() {
  Drain& drain = *drain_;
  for (std::size_t n = 0; n < drain.options.batch_size && drain.next < drain.clients.size(); ++n)
    if (const auto client = drain.clients[drain.next++].lock()) client->drain();
  if (drain.next < drain.clients.size() && loop_->now() < drain.until) {
    drain.timer = Timer(*loop_, loop_->now() + drain.options.batch_interval, [this] { drain_batch(); });
    return;
  }
  // Only now: who came meanwhile was served, and comes back to another server, or to this one's successor.
  listener_.reset();
  drain_longpolls();
  clients_.drain();
  wait_for_end();
}

void Shard::wait_for_end() {
  Drain& drain = *drain_;
  if ((clients_.size() == 0 && loop_->lingering() == 0) || loop_->now() >= drain.until) return drain.done();
  drain.timer = Timer(*loop_, loop_->now() + kEndPoll, [this] { wait_for_end(); });
}

void Shard::join() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
}

}  // namespace roost::server
