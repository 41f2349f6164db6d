#include "bench/swarm.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "bench/frames.h"
#include "bench/placeholders.h"
#include "net/socket.h"

namespace roost::bench {
namespace {

constexpr int kEventsAtOnce = 512;
constexpr std::uint32_t kWakeNumber = ~0u;  // no link has it
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kReadsPerEvent = 4;                             // then it is another link's turn
constexpr ws::InflateLimits kInflateLimits{64 << 20, 1'100};  // zlib cannot do more than 1,032 : 1

/// epoll_pwait2's job, by hand: rounded up, so that a timer that is due is found due.
int to_milliseconds(std::chrono::nanoseconds patience) {
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, 60'000));
}

std::unexpected<Error> failed(const std::string& what) {
  return std::unexpected(Error{what + ": " + std::strerror(errno)});
}

/// 127.0.0.1 for the first links, then 127.0.0.2 and so on.
bool bind_source(int fd, std::size_t number) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);  // the port may be chosen by destination
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number / Swarm::kLinksPerAddress));
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// The value of a header; empty if it is not there.
std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at, head.find("\r\n", at) - at);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!same_ignoring_case(line.substr(0, name.size()), name)) continue;
    const std::size_t begin = line.find_first_not_of(" \t", name.size() + 1);
    return begin == std::string_view::npos ? "" : line.substr(begin);
  }
  return {};
}

std::string close_text(std::string_view payload) {
  if (payload.size() < 2) return "closed by the server without a code";
  const unsigned code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  return "closed by the server: " + std::to_string(code) + " " + std::string(payload.substr(2));
}

}  // namespace

Swarm::Swarm(const Target& target, Handler& handler, Options options)
    : target_(target),
      handler_(handler),
      options_(options),
      request_(handshake_request(target, options.compress)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      buffer_(kReadBytes) {
  ROOST_ASSERT(epoll_);
  if (target.tls) tls_ = net::TlsContext::client().value();
}

std::expected<void, Error> Swarm::connect() {
  Link& link = links_.emplace_back();
  link.number = static_cast<std::uint32_t>(links_.size() - 1);
  return reconnect(link);
}

std::expected<void, Error> Swarm::reconnect(Link& link) {
  link.fd = net::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!link.fd) return failed("open a socket");
  const int on = 1;
  ::setsockopt(link.fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (target_.loopback && !bind_source(link.fd.get(), options_.first_number + link.number))
    return failed("bind a source address");
  const auto* address = reinterpret_cast<const sockaddr*>(&target_.address);
  if (::connect(link.fd.get(), address, sizeof target_.address) != 0 && errno != EINPROGRESS)
    return failed("connect to " + target_.authority());
  link.state = Link::State::connecting;
  watch(link, EPOLL_CTL_ADD, true);
  return {};
}

void Swarm::send(Link& link, std::string_view frame) {
  if (link.state == Link::State::closed) return;
  link.output.append(frame);
  if (std::exchange(link.has_output, true)) return;
  to_flush_.push_back(link.number);
}

void Swarm::flush() {
  for (std::size_t i = 0; i < to_flush_.size(); ++i) {
    Link& link = links_[to_flush_[i]];
    link.has_output = false;
    if (!link.waits_writable) flush(link);
  }
  to_flush_.clear();
}

std::expected<std::size_t, int> Swarm::give(Link& link) {
  if (link.tls) {
    if (const auto flushed = link.tls->flush(); !flushed) return std::unexpected(flushed.error());
    return link.tls->send(link.output);
  }
  return net::send(link.fd.get(), link.output);
}

std::expected<std::size_t, int> Swarm::receive(Link& link) {
  return link.tls ? link.tls->receive(buffer_) : net::receive(link.fd.get(), buffer_);
}

void Swarm::flush(Link& link) {
  const auto holds = [&link] { return link.tls && link.tls->holds(); };
  if (link.state == Link::State::closed || (link.output.empty() && !holds())) return;
  const auto sent = give(link);
  if (!sent && !net::would_block(sent.error())) return end(link, std::string("send: ") + std::strerror(sent.error()));
  link.output.erase(0, sent.value_or(0));
  // What waits for a greeting of TLS goes when more of that is received.
  const bool waits = holds() || (!link.output.empty() && (!link.tls || !link.tls->greeting()));
  if (waits != link.waits_writable) watch(link, EPOLL_CTL_MOD, waits);
}

void Swarm::watch(Link& link, int operation, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0u);
  event.data.u32 = link.number;
  link.waits_writable = writable;
  ROOST_ASSERT(::epoll_ctl(epoll_.get(), operation, link.fd.get(), &event) == 0);
}

void Swarm::watch_wake(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = kWakeNumber;
  wake_ = fd;
  ROOST_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

void Swarm::close(Link& link) {
  link.tls.reset();
  link.fd = {};
  link.state = Link::State::closed;
  link.waits_writable = false;
  link.finishing = false;
  link.input.clear();
  link.output.clear();
  link.inflater.reset();
}

void Swarm::finish(Link& link) {
  std::string frame;
  append_frame(frame, ws::Opcode::close, "\x03\xe8");  // 1000: RFC 6455 §7.4.1
  send(link, frame);
  link.finishing = true;
}

void Swarm::end(Link& link, const std::string& why) {
  const bool finished = link.finishing;
  close(link);
  if (finished)
    handler_.on_finished(link);
  else
    handler_.on_end(link, why);
}

void Swarm::turn(std::chrono::nanoseconds patience) {
  flush();
  epoll_event events[kEventsAtOnce];
  const int count = ::epoll_wait(epoll_.get(), events, kEventsAtOnce, to_milliseconds(patience));
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u32 == kWakeNumber) {
      std::uint64_t wakes = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake_, &wakes, sizeof wakes);
      continue;
    }
    on_event(links_[events[i].data.u32], events[i].events);
    flush();
  }
}

void Swarm::on_event(Link& link, std::uint32_t events) {
  if (link.state == Link::State::connecting) return finish_connect(link);
  if (events & EPOLLOUT) flush(link);
  if (link.state != Link::State::closed && (events & ~static_cast<std::uint32_t>(EPOLLOUT))) on_readable(link);
}

void Swarm::finish_connect(Link& link) {
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(link.fd.get(), SOL_SOCKET, SO_ERROR, &code, &size);
  if (code != 0) return end(link, std::string("connect: ") + std::strerror(code));
  link.state = Link::State::upgrading;
  if (tls_) link.tls = std::make_unique<net::TlsStream>(*tls_, link.fd.get(), target_.tls_name);
  const std::size_t client = options_.first_number + link.number;
  link.output = fill_in(request_, client, client % options_.topics);
  flush(link);
}

void Swarm::on_readable(Link& link) {
  for (int reads = 0; reads < kReadsPerEvent && link.state != Link::State::closed; ++reads) {
    const auto got = receive(link);
    if (link.tls) flush(link);
    if (link.state == Link::State::closed || (!got && net::would_block(got.error()))) return;
    if (!got) return end(link, std::string("receive: ") + std::strerror(got.error()));
    if (*got == 0) return end(link, "the server ended the connection");
    received_at_ = Clock::now();
    take_bytes(link, std::span(buffer_).first(*got));
    if (*got < (link.tls ? net::TlsStream::kRecordBytes : buffer_.size())) return;
  }
}

void Swarm::take_bytes(Link& link, std::span<char> bytes) {
  const bool gathered = !link.input.empty();
  if (gathered) link.input.append(bytes.data(), bytes.size());
  std::string input = std::move(link.input);  // a handler may close the link, or send
  link.input.clear();
  std::string_view rest = gathered ? std::string_view(input) : std::string_view(bytes.data(), bytes.size());
  while (!rest.empty() && link.state != Link::State::closed) {
    const std::size_t used = link.state == Link::State::upgrading ? take_handshake(link, rest) : take_frame(link, rest);
    if (used == 0) break;
    rest.remove_prefix(used);
  }
  if (link.state == Link::State::closed || rest.empty()) return;
  if (gathered && rest.size() == input.size())
    link.input = std::move(input);
  else
    link.input.assign(rest);
}

/// How many bytes it took: none if the head is not whole.
std::size_t Swarm::take_handshake(Link& link, std::string_view bytes) {
  const std::size_t size = bytes.find("\r\n\r\n");
  if (size == std::string_view::npos) return 0;
  const std::string_view head = bytes.substr(0, size);
  if (!head.starts_with("HTTP/1.1 101 ")) {
    end(link, "the server answered " + std::string(head.substr(0, head.find("\r\n"))));
  } else if (header(head, "sec-websocket-accept") != kAcceptOfFixedKey) {
    end(link, "the server's Sec-WebSocket-Accept is wrong");
  } else {
    if (header(head, "sec-websocket-extensions").starts_with("permessage-deflate"))
      link.inflater.emplace(ws::DeflateParams{.client_no_context_takeover = true});  // of what it reads
    link.state = Link::State::open;
    handler_.on_open(link);
  }
  return size + 4;
}

/// How many bytes it took: none if the frame is not whole.
std::size_t Swarm::take_frame(Link& link, std::string_view bytes) {
  const auto decoded = decode_server_head(bytes, link.inflater.has_value());
  if (!decoded) {
    end(link, std::string("the server sent ") + decoded.error());
    return 0;
  }
  if (!*decoded) return 0;
  const ServerHead& head = **decoded;
  if (bytes.size() - head.head_bytes < head.payload_bytes) return 0;
  const std::string_view payload = bytes.substr(head.head_bytes, head.payload_bytes);
  const std::size_t size = head.head_bytes + payload.size();
  if (head.opcode == ws::Opcode::ping) {
    std::string pong;
    append_frame(pong, ws::Opcode::pong, payload);
    send(link, pong);
  } else if (head.opcode == ws::Opcode::close) {
    if (!link.finishing) end(link, close_text(payload));  // else the end of the stream follows
  } else if (head.opcode == ws::Opcode::continuation || !head.fin) {
    end(link, "the server sent fragments, which this client does not read");
  } else if (head.opcode != ws::Opcode::pong) {
    message_bytes_ = size;
    take_message(link, head.opcode == ws::Opcode::binary, head.compressed, payload);
  }
  return size;
}

void Swarm::take_message(Link& link, bool binary, bool compressed, std::string_view payload) {
  if (!compressed) return handler_.on_message(link, binary, payload);
  const auto plain = link.inflater->inflate(payload, kInflateLimits);
  if (!plain) return end(link, "the server sent what cannot be inflated");
  handler_.on_message(link, binary, *plain);
}

}  // namespace roost::bench
