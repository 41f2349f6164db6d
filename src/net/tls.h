#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

struct ssl_ctx_st;
struct ssl_st;

namespace roost::net {

/// What TLS connections share: a certificate with its key, or for clients, nothing. TLS 1.2 and 1.3. Immutable; any
/// thread.
class TlsContext {
 public:
  /// `certificate_file`: PEM, the server's own certificate first, then those that lead to the root. `key_file`: PEM,
  /// without a password. Error: which file, and what is wrong with it; or that the key is of another certificate.
  static std::expected<std::shared_ptr<const TlsContext>, Error> server(const std::string& certificate_file,
                                                                        const std::string& key_file);
  /// For clients that take any certificate: load generators and tests.
  static std::expected<std::shared_ptr<const TlsContext>, Error> client();

 private:
  friend class TlsStream;
  explicit TlsContext(ssl_ctx_st* context, bool accepts);

  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  const bool accepts_;
};

/// TLS on a connected, non-blocking socket: plain bytes in, plain bytes out; the handshake happens by itself.
///
/// While it is idle it has no buffers: OpenSSL's go after each record (asked by SSL_MODE_RELEASE_BUFFERS), and what the
/// socket did not take is held only until it does. One thread. Errors are numbers of the system; EPROTO: what came is
/// no TLS, or broken.
class TlsStream {
 public:
  /// Does not own the descriptor, which must outlive it. `server_name`: whom a client asks for (RFC 6066 §3); empty:
  /// nobody by name.
  TlsStream(const TlsContext& context, int fd, const std::string& server_name = {});
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// What came, a record at most (16 KiB); 0: the peer sends no more. EAGAIN: nothing yet.
  std::expected<std::size_t, int> receive(std::span<char> into);
  /// How many of `bytes` were taken. They may still be held here: up to a record of them. EAGAIN: none, because
  /// something is held, or because the handshake is not through; then receive() is what goes on.
  std::expected<std::size_t, int> send(std::string_view bytes);
  /// Whether something waits for the socket: call flush() when it takes more.
  bool holds() const { return !held_.empty(); }
  std::expected<void, int> flush();
  /// Whether a send() waits for the handshake: it may be tried again when something was received.
  bool greeting() const;
  /// Tells the peer that nothing follows (RFC 8446 §6.1), as far as the socket takes it now.
  void end();

  static constexpr std::size_t kRecordBytes = 16 * 1024;

  /// For OpenSSL, which has ciphertext to send.
  void put(std::string_view ciphertext);

 private:
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  const int fd_;
  int failed_ = 0;    // of the socket, told by the next call
  std::string held_;  // ciphertext
};

}  // namespace roost::net
