#include "bench/target.h"

#include <charconv>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>

#include "net/tls.h"

namespace roost::bench {
namespace {

constexpr std::string_view kScheme = "ws://";
constexpr std::string_view kTlsScheme = "wss://";
constexpr std::uint16_t kDefaultPort = 80;  // RFC 6455 §3
constexpr std::uint16_t kDefaultTlsPort = 443;

std::unexpected<Error> wrong(std::string_view url, const std::string& why) {
  return std::unexpected(Error{"\"" + std::string(url) + "\": " + why});
}

std::expected<sockaddr_in, std::string> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (failed != 0) return std::unexpected(std::string("no such host: ") + ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  sockaddr_in address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

std::expected<Target, Error> parse_target(std::string_view url, const Dialect& dialect) {
  const bool tls = url.starts_with(kTlsScheme);
  if (!tls && !url.starts_with(kScheme)) return wrong(url, "a URL begins with ws:// or wss://");
  const std::string_view rest = url.substr(tls ? kTlsScheme.size() : kScheme.size());
  const std::size_t slash = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');

  if (tls)
    if (const auto context = net::TlsContext::client(); !context) return wrong(url, context.error().message);

  Target target;
  target.host = authority.substr(0, colon);
  target.port = tls ? kDefaultTlsPort : kDefaultPort;
  target.tls = tls;
  if (target.host.empty()) return wrong(url, "there is no host");
  if (colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), target.port);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || target.port == 0)
      return wrong(url, "the port is not in 1..65535");
  }
  const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash);
  const std::size_t mark = path.find('?');
  target.path = dialect.request_path(path.substr(0, mark), mark == std::string_view::npos ? "" : path.substr(mark + 1));
  const auto address = look_up(target.host, target.port);
  if (!address) return wrong(url, address.error());
  target.address = *address;
  in_addr literal{};
  if (::inet_pton(AF_INET, target.host.c_str(), &literal) != 1) target.tls_name = target.host;
  target.loopback = (ntohl(address->sin_addr.s_addr) >> 24) == 127;
  return target;
}

std::string handshake_request(const Target& target, bool compress) {
  std::string request = "GET " + target.path + " HTTP/1.1\r\nHost: " + target.authority() +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  if (compress)
    request +=
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";
  return request + "\r\n";
}

}  // namespace roost::bench
