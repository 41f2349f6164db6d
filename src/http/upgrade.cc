#include "http/upgrade.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "http/text.h"

namespace roost::http {
namespace {

// The text repeats what the client sent; this much of it helps to find the mistake.
constexpr std::size_t kShownBytesMax = 512;

/// A list of strings as Elixir's inspect/1 writes it.
std::string inspect(const std::vector<std::string_view>& values) {
  std::string out = "[";
  for (const auto value : values) {
    if (out.size() > 1) out += ", ";
    out += '"';
    for (const char c : value.substr(0, kShownBytesMax)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
    if (out.size() > kShownBytesMax) break;
  }
  return out + "]";
}

std::optional<std::string> must_exist(const Request& request, std::string_view name) {
  if (request.header(name)) return std::nullopt;
  return "'" + std::string(name) + "' header is absent";
}

std::optional<std::string> must_contain(const Request& request, std::string_view name, std::string_view token) {
  const auto values = request.headers_all(name);
  for (const auto value : values)
    for (const auto element : comma_list(value))
      if (iequals(element, token)) return std::nullopt;
  return "'" + std::string(name) + "' header must contain '" + std::string(token) + "', got " + inspect(values);
}

std::optional<std::string> must_equal(const Request& request, std::string_view name, std::string_view wanted) {
  const auto values = request.headers_all(name);
  if (values.size() == 1 && values.front() == wanted) return std::nullopt;
  return "'" + std::string(name) + "' header must equal '" + std::string(wanted) + "', got " + inspect(values);
}

std::optional<std::string> complaint(const Request& request) {
  if (request.version_minor == 0) return "HTTP version HTTP/1.0 unsupported";
  if (request.method != "GET") return "HTTP method " + request.method.substr(0, kShownBytesMax) + " unsupported";
  if (auto text = must_exist(request, "host")) return text;
  if (auto text = must_contain(request, "connection", "upgrade")) return text;
  if (auto text = must_contain(request, "upgrade", "websocket")) return text;
  if (auto text = must_exist(request, "sec-websocket-key")) return text;
  return must_equal(request, "sec-websocket-version", "13");
}

}  // namespace

auto validate_upgrade(const Request& request) -> std::expected<UpgradeRequest, std::string> {
  if (auto text = complaint(request)) return std::unexpected(std::move(*text));
  UpgradeRequest upgrade{.key = std::string(*request.header("sec-websocket-key")), .protocols = {}, .extensions = {}};
  for (const auto protocol : comma_list(request.header("sec-websocket-protocol").value_or("")))
    upgrade.protocols.emplace_back(protocol);
  for (const auto line : request.headers_all("sec-websocket-extensions"))
    for (const auto offer : comma_list(line)) upgrade.extensions.emplace_back(offer);
  return upgrade;
}

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ROOST_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  return base64_encode({reinterpret_cast<const char*>(digest.data()), size});
}

Response upgrade_response(const UpgradeRequest& request, const std::optional<std::string>& protocol,
                          const std::optional<std::string>& extensions) {
  Response response{.status = 101, .headers = {}, .body = {}};
  response.headers = {{"upgrade", "websocket"},
                      {"connection", "Upgrade"},
                      {"sec-websocket-accept", accept_key(request.key)},
                      {"cache-control", "max-age=0, private, must-revalidate"}};
  if (protocol) response.headers.push_back({"sec-websocket-protocol", *protocol});
  if (extensions) response.headers.push_back({"sec-websocket-extensions", *extensions});
  return response;
}

}  // namespace roost::http
