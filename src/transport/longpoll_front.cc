#include "transport/longpoll_front.h"

#include <algorithm>
#include <utility>

#include "net/system.h"

namespace roost::transport {
namespace {

// An ask may be lost: while requests wait for its answer, it is asked again.
constexpr std::chrono::milliseconds kAskAgain{200};

std::uint64_t wall_clock_ms() {
  return static_cast<std::uint64_t>(net::system_now_ns() / 1'000'000);
}

}  // namespace

// Whose token is it?

void LongPollFront::identify(std::string token, std::uint64_t age_max_ms, Duration patience, Identified then) {
  const auto id = server_of(token);
  if (!id || *id == mail_.here.server) return then(std::nullopt);
  const auto found = server(*id);
  if (found != servers_.end() && found->second.tokens)
    return then(found->second.tokens->verify(token, wall_clock_ms(), age_max_ms));
  if (found == servers_.end() || asks_ >= kLongPollAsksMax) {
    host_.metrics.add(Count::limit_longpoll_relay);
    return then(std::nullopt);
  }
  const std::uint64_t number = next_ask_++;
  ++asks_;
  Timer over(host_.executor, host_.executor.now() + patience, [this, id = *id, number] { ask_over(id, number); });
  found->second.asks.emplace(number, Ask{std::move(token), age_max_ms, std::move(then), std::move(over)});
  ask(*id, found->second);
}

/// Finds or adds it; end(): there are too many.
LongPollFront::Servers::iterator LongPollFront::server(std::uint64_t id) {
  const auto found = servers_.find(id);
  if (found != servers_.end()) return found;
  if (servers_.size() >= kLongPollServersMax) {
    const auto idle = std::ranges::find_if(
        servers_, [](const auto& each) { return each.second.requests == 0 && each.second.asks.empty(); });
    if (idle == servers_.end()) return idle;
    servers_.erase(idle);
  }
  return servers_.try_emplace(id).first;
}

void LongPollFront::ask(std::uint64_t id, Server& server) {
  const TimePoint now = host_.executor.now();
  if (server.asks.size() > 1 && now - server.asked < kAskAgain) return;
  server.asked = now;
  mail_.send_all({0, id}, parcel::Ask{});
}

void LongPollFront::ask_over(std::uint64_t id, std::uint64_t number) {
  const auto found = servers_.find(id);
  auto ask = found->second.asks.extract(number);
  --asks_;
  if (found->second.asks.empty()) servers_.erase(found);
  ask.mapped().then(std::nullopt);
}

void LongPollFront::handle(std::string_view node, const parcel::Place& from, const parcel::Key& message) {
  const auto found = servers_.find(from.server);
  if (found == servers_.end() || found->second.tokens) return;  // not asked for
  LongPollTokens::Secret secret;
  std::ranges::copy(message.secret, secret.begin());
  Server& server = found->second;
  server.node = std::string(node);
  server.tokens.emplace(secret, from.server);
  asks_ -= server.asks.size();
  for (auto& [number, ask] : std::exchange(server.asks, {}))
    ask.then(LongPollTokens(secret, from.server).verify(ask.token, wall_clock_ms(), ask.age_max_ms));
}

// Requests.

/// nullptr: it could not begin, and `respond` has heard why.
const LongPollFront::Server* LongPollFront::begin(const LongPollId& session, Duration patience, int status_when_over,
                                                  Respond respond) {
  const auto found = servers_.find(session.server);
  if (found == servers_.end() || !found->second.tokens) {  // it said goodbye in between
    respond({410});
    return nullptr;
  }
  if (requests_.size() >= kLongPollRelayedMax) {
    host_.metrics.add(Count::limit_longpoll_relay);
    respond({503});
    return nullptr;
  }
  host_.metrics.add(Count::longpoll_relayed);
  const std::uint64_t number = ++last_request_;
  Timer timer(host_.executor, host_.executor.now() + patience, [this, number] { over(number); });
  requests_.emplace(number,
                    Request{{session.shard, session.server}, status_when_over, std::move(respond), std::move(timer)});
  if (++found->second.requests == 1) {
    found->second.silent_since.reset();
    watch(session.server, found->second);
  }
  return &found->second;
}

// A poll that is over was lost, or its answer: then its session ends by itself, since that was not confirmed.
std::uint64_t LongPollFront::poll(const LongPollId& session, Duration window, Respond respond) {
  const Server* server = begin(session, window + kLongPollSilenceMax, 204, std::move(respond));
  if (!server) return 0;
  mail_.send(server->node, {session.shard, session.server}, parcel::Poll{last_request_, session});
  return last_request_;
}

std::uint64_t LongPollFront::post(const LongPollId& session, const std::vector<LongPollMessage>& messages,
                                  Duration window, Respond respond) {
  const Duration all = window * std::max<std::size_t>(1, messages.size());  // each of them may take a window
  const Server* server = begin(session, all + kLongPollSilenceMax, 408, std::move(respond));
  if (!server) return 0;
  parcel::Post post{last_request_, session, {}};
  for (const LongPollMessage& message : messages) post.lines.push_back({message.binary, message.bytes});
  mail_.send(server->node, {session.shard, session.server}, std::move(post));
  return last_request_;
}

// Its entry stays until the answer comes, which may be on its way with messages.
void LongPollFront::forget(std::uint64_t poll) {
  const auto found = requests_.find(poll);
  if (found == requests_.end() || !std::exchange(found->second.respond, nullptr)) return;
  const parcel::Place& home = found->second.home;
  mail_.send(servers_.at(home.server).node, home, parcel::Forget{poll});
}

void LongPollFront::abandon(std::uint64_t post) {
  if (const auto found = requests_.find(post); found != requests_.end()) found->second.respond = nullptr;
}

void LongPollFront::drain() {
  for (auto& [number, request] : requests_) {
    if (request.status_when_over != 204 || !request.respond) continue;
    auto respond = std::exchange(request.respond, nullptr);
    mail_.send(servers_.at(request.home.server).node, request.home, parcel::Forget{number});
    respond({204});
  }
}

LongPollFront::Respond LongPollFront::finish(Requests::iterator request) {
  Respond respond = std::move(request->second.respond);
  Server& server = servers_.at(request->second.home.server);
  if (--server.requests == 0) server.ping.cancel();
  requests_.erase(request);
  return respond;
}

void LongPollFront::over(std::uint64_t number) {
  const auto request = requests_.find(number);
  const int status = request->second.status_when_over;
  if (auto respond = finish(request)) respond({status});
}

void LongPollFront::handle(std::string_view node, const parcel::Place& from, const parcel::Answer& message) {
  heard(node, from.server);
  const auto found = requests_.find(message.number);
  auto delivery = parcel::Delivery::unknown;  // the request is over, and what its client heard forgotten
  if (found != requests_.end() && found->second.home == from && servers_.at(from.server).node == node) {
    auto respond = finish(found);
    const bool taken = respond && respond({message.status, message.messages});
    delivery = taken ? parcel::Delivery::made : parcel::Delivery::failed;
  }
  if (!message.messages.empty()) mail_.send(node, from, parcel::Confirm{message.number, delivery});
}

// Is that server still there?

void LongPollFront::watch(std::uint64_t id, Server& server) {
  server.ping = Timer(host_.executor, host_.executor.now() + kLongPollPing, [this, id] {
    Server& watched = servers_.at(id);
    const TimePoint now = host_.executor.now();
    if (!watched.silent_since) watched.silent_since = now;
    if (now - *watched.silent_since >= kLongPollSilenceMax) return lose(id);
    mail_.send(watched.node, {0, id}, parcel::Ping{});
    watch(id, watched);
  });
}

void LongPollFront::heard(std::string_view node, std::uint64_t id) {
  const auto found = servers_.find(id);
  if (found != servers_.end() && found->second.node == node) found->second.silent_since.reset();
}

void LongPollFront::handle(std::string_view node, const parcel::Place& from, const parcel::Pong&) {
  heard(node, from.server);
}

void LongPollFront::handle(std::string_view node, const parcel::Place&, const parcel::Bye& message) {
  const auto found = servers_.find(message.server);
  if (found != servers_.end() && found->second.tokens && found->second.node == node) lose(message.server);
}

/// All that waits for it hears that its sessions are no more.
void LongPollFront::lose(std::uint64_t id) {
  std::vector<Respond> waiting;
  for (auto each = requests_.begin(); each != requests_.end();) {
    const auto request = each++;
    if (request->second.home.server == id)
      if (auto respond = finish(request)) waiting.push_back(std::move(respond));
  }
  servers_.erase(id);
  for (Respond& respond : waiting) respond({410});
}

}  // namespace roost::transport
