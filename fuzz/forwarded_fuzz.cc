// Headers of strangers behind a trusted proxy: the client's address is always one, and what stands left of the first
// address that is not trusted changes nothing.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "http/forwarded.h"
#include "http/forwarded_elements.h"

namespace {

using namespace roost::http;

const TrustedProxies& proxies() {
  static const TrustedProxies trusted = TrustedProxies::parse({"10.0.0.0/8", "::1"}).value();
  return trusted;
}

RequestSource source_of(const Request& request) {
  return request_source(proxies(), request, "10.0.0.1", 80, false);
}

/// What a client sends must not show behind what its proxy adds, as a line of its own.
void check_proxy_wins(const char* name, std::string_view sent, std::string_view added) {
  Request request;
  request.headers = {{name, std::string(sent)}, {name, std::string(added)}};
  const RequestSource found = source_of(request);
  ROOST_ASSERT(found.address == "8.8.8.8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  // Lines "F…", "X…", "P…", "H…": each is one header.
  Request request;
  request.headers.push_back({"Host", "inner"});
  for (std::string_view rest = input; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty()) continue;
    const char* const name = line.front() == 'F'   ? "Forwarded"
                             : line.front() == 'P' ? "X-Forwarded-Proto"
                             : line.front() == 'H' ? "X-Forwarded-Host"
                                                   : "X-Forwarded-For";
    request.headers.push_back({name, std::string(line.substr(1))});
  }
  const RequestSource found = source_of(request);
  const auto address = Address::parse(found.address);
  ROOST_ASSERT(address && address->text() == found.address);
  ROOST_ASSERT(found.origin.scheme == "http" || found.origin.scheme == "https");

  check_proxy_wins("X-Forwarded-For", input, "8.8.8.8");
  check_proxy_wins("Forwarded", input, "for=8.8.8.8;proto=https");

  if (const auto network = Network::parse(input))
    if (const auto first = Address::parse(input.substr(0, input.find('/')))) ROOST_ASSERT(network->contains(*first));
  return 0;
}
