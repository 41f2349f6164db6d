#include "net/socket.h"

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace roost::net {
namespace {

constexpr int kBacklog =
    4096;  // a reconnect storm waits here instead of in retransmissions; the kernel's own default cap

/// Calls until it is not interrupted by a signal.
template <typename Call>
std::expected<std::size_t, int> retry(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0) return static_cast<std::size_t>(result);
    if (errno != EINTR) return std::unexpected(errno);
  }
}

bool set_option(int fd, int level, int name) {
  const int on = 1;
  return ::setsockopt(fd, level, name, &on, sizeof on) == 0;
}

bool set_nonblocking(int fd) {
  return ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) == 0 && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/// Binds and listens on one address; errno says what failed.
Fd listen_at(const addrinfo& address, bool reuse_port) {
  Fd fd(::socket(address.ai_family, address.ai_socktype, address.ai_protocol));
  if (!fd || !set_nonblocking(fd.get()) || !set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR)) return {};
  if (reuse_port && !set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT)) return {};
  if (!set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY)) return {};  // accepted sockets inherit it
  if (::bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return {};
  if (::listen(fd.get(), kBacklog) != 0) return {};
  return fd;
}

std::string address_text(const void* address, int family) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) ? text.data() : std::string();
}

void describe(const sockaddr_storage& peer, Accepted& accepted) {
  if (peer.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(peer);
    accepted.address = address_text(&in.sin_addr, AF_INET);
    accepted.port = ntohs(in.sin_port);
  } else if (peer.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(peer);
    // A client of IPv4 on a socket for both has ::ffff:a.b.c.d: say the plain address.
    accepted.address = IN6_IS_ADDR_V4MAPPED(&in.sin6_addr) ? address_text(&in.sin6_addr.s6_addr[12], AF_INET)
                                                           : address_text(&in.sin6_addr, AF_INET6);
    accepted.port = ntohs(in.sin6_port);
  }
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Error system_error(const std::string& what, int code) {
  return Error{what + ": " + std::generic_category().message(code)};
}

std::expected<Fd, Error> listen_on(const Listener::Options& options) {
  const bool v6 = options.host.find(':') != std::string::npos;
  const std::string port = std::to_string(options.port);
  const std::string what = "listen on " + (v6 ? "[" + options.host + "]" : options.host) + ":" + port;

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(options.host.c_str(), port.c_str(), &hints, &found); failed != 0)
    return std::unexpected(Error{what + ": " + ::gai_strerror(failed)});
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);

  int code = EADDRNOTAVAIL;
  for (const addrinfo* address = addresses.get(); address; address = address->ai_next) {
    if (Fd fd = listen_at(*address, options.reuse_port)) return fd;
    code = errno;
  }
  return std::unexpected(system_error(what, code));
}

std::uint16_t local_port(int fd) {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  Accepted described;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size) == 0) describe(local, described);
  return described.port;
}

std::expected<Accepted, int> accept_client(int listener) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  auto* const address = reinterpret_cast<sockaddr*>(&peer);
#ifdef __linux__
  const auto fd = retry([&] { return ::accept4(listener, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC); });
  if (!fd) return std::unexpected(fd.error());
  Accepted accepted{.fd = Fd(static_cast<int>(*fd)), .address = {}, .port = 0};
#else
  const auto fd = retry([&] { return ::accept(listener, address, &size); });
  if (!fd) return std::unexpected(fd.error());
  Accepted accepted{.fd = Fd(static_cast<int>(*fd)), .address = {}, .port = 0};
  if (!set_nonblocking(accepted.fd.get())) return std::unexpected(errno);
#endif
#ifdef SO_NOSIGPIPE
  set_option(accepted.fd.get(), SOL_SOCKET, SO_NOSIGPIPE);
#endif
  describe(peer, accepted);
  return accepted;
}

std::string peer_address(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  Accepted accepted;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) describe(peer, accepted);
  return accepted.address;
}

std::expected<std::size_t, int> receive(int fd, std::span<char> into) {
  return retry([&] { return ::recv(fd, into.data(), into.size(), 0); });
}

std::expected<std::size_t, int> send(int fd, std::string_view bytes) {
#ifdef MSG_NOSIGNAL
  constexpr int kFlags = MSG_NOSIGNAL;
#else
  constexpr int kFlags = 0;
#endif
  return retry([&] { return ::send(fd, bytes.data(), bytes.size(), kFlags); });
}

void shutdown_send(int fd) {
  ::shutdown(fd, SHUT_WR);
}

bool would_block(int code) {
  return code == EAGAIN || code == EWOULDBLOCK;
}

std::expected<Waker, Error> Waker::create() {
  std::array<int, 2> ends{-1, -1};
#ifdef __linux__
  ends[0] = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (ends[0] >= 0) ends[1] = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
#else
  if (::pipe(ends.data()) == 0)
    for (const int end : ends) set_nonblocking(end);
#endif
  Waker waker{.reader = Fd(ends[0]), .writer = Fd(ends[1])};
  if (!waker.reader || !waker.writer) return std::unexpected(system_error("make a wake-up descriptor", errno));
  return waker;
}

void Waker::wake() {
  const std::uint64_t one = 1;
  // Full means that a wake-up waits already.
  while (::write(writer.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Waker::reset() {
  std::array<char, 512> taken{};
  const auto whole = static_cast<ssize_t>(taken.size());
  ssize_t got = 0;
  do {
    got = ::read(reader.get(), taken.data(), taken.size());
  } while (got == whole || (got < 0 && errno == EINTR));
}

}  // namespace roost::net
