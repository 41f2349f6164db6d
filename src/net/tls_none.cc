#ifndef ROOST_TLS

#include <cerrno>

#include "net/tls.h"

namespace roost::net {
namespace {

std::unexpected<Error> none() {
  return std::unexpected(Error{"tls: this build has none (ROOST_WITH_TLS is off)"});
}

}  // namespace

TlsContext::TlsContext(ssl_ctx_st* context, bool accepts) : context_(context, [](ssl_ctx_st*) {}), accepts_(accepts) {}

std::expected<std::shared_ptr<const TlsContext>, Error> TlsContext::server(const std::string&, const std::string&) {
  return none();
}
std::expected<std::shared_ptr<const TlsContext>, Error> TlsContext::client() {
  return none();
}

// Without a context there is no stream.
TlsStream::TlsStream(const TlsContext&, int fd, const std::string&) : ssl_(nullptr, [](ssl_st*) {}), fd_(fd) {}
TlsStream::~TlsStream() = default;
std::expected<std::size_t, int> TlsStream::receive(std::span<char>) {
  return std::unexpected(EPROTO);
}
std::expected<std::size_t, int> TlsStream::send(std::string_view) {
  return std::unexpected(EPROTO);
}
std::expected<void, int> TlsStream::flush() {
  return {};
}
bool TlsStream::greeting() const {
  return fd_ < 0 || failed_ != 0;
}
void TlsStream::end() {}
void TlsStream::put(std::string_view) {}

}  // namespace roost::net

#endif
