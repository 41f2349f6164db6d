#ifdef ROOST_TLS

#include "net/tls.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/socket.h"

namespace roost::net {
namespace {

constexpr unsigned char kHttp1[] = "\x08http/1.1";

std::string reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const text = ERR_reason_error_string(code);
  return text ? text : "unknown error";
}

std::unexpected<Error> wrong(const std::string& file, const char* what) {
  return std::unexpected(Error{"tls: " + file + ": " + what + " (" + reason() + ")"});
}

// Browsers offer h2, too. Whoever does not offer what we speak is served all the same: many clients offer nothing.
int choose_http1(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                 unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, size, kHttp1, sizeof kHttp1 - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

SSL_CTX* make_context(const SSL_METHOD* method) {
  SSL_CTX* const context = SSL_CTX_new(method);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets are enough, and cost us no memory
  SSL_CTX_set_num_tickets(context, 1);
  // WebSockets end with a frame of their own: an end without a TLS one is an end, too.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  return context;
}

// A BIO that is the way out: TlsStream::put() takes everything.

int write_out(BIO* bio, const char* data, int size) {
  static_cast<TlsStream*>(BIO_get_data(bio))->put({data, static_cast<std::size_t>(size)});
  return size;
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* out_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "outbox");
    BIO_meth_set_write(made, write_out);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return method;
}

BIO* make_out(TlsStream& stream) {
  BIO* const bio = BIO_new(out_method());
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, &stream);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace

TlsContext::TlsContext(ssl_ctx_st* context, bool accepts) : context_(context, SSL_CTX_free), accepts_(accepts) {}

std::expected<std::shared_ptr<const TlsContext>, Error> TlsContext::server(const std::string& certificate_file,
                                                                           const std::string& key_file) {
  ERR_clear_error();
  const std::shared_ptr<const TlsContext> made(new TlsContext(make_context(TLS_server_method()), true));
  SSL_CTX* const context = made->context_.get();
  // A key with a password would ask for it on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return wrong(certificate_file, "no certificate can be read");
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    return wrong(key_file, other ? "the key is of another certificate" : "no private key can be read");
  }
  SSL_CTX_set_alpn_select_cb(context, choose_http1, nullptr);
  return made;
}

std::expected<std::shared_ptr<const TlsContext>, Error> TlsContext::client() {
  return std::shared_ptr<const TlsContext>(new TlsContext(make_context(TLS_client_method()), false));
}

TlsStream::TlsStream(const TlsContext& context, int fd, const std::string& server_name)
    : ssl_(SSL_new(context.context_.get()), SSL_free), fd_(fd) {
  if (!ssl_ || SSL_set_rfd(ssl_.get(), fd) != 1) throw std::bad_alloc();
  SSL_set0_wbio(ssl_.get(), make_out(*this));
  if (!server_name.empty()) SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
  if (context.accepts_)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

std::expected<std::size_t, int> TlsStream::receive(std::span<char> into) {
  if (failed_ != 0) return std::unexpected(failed_);
  ERR_clear_error();
  errno = 0;
  const int got = SSL_read(ssl_.get(), into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX)));
  if (got > 0) return static_cast<std::size_t>(got);
  switch (SSL_get_error(ssl_.get(), got)) {
    case SSL_ERROR_WANT_READ:
      return std::unexpected(EAGAIN);
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      return std::unexpected(errno != 0 ? errno : ECONNRESET);
    default:
      return std::unexpected(EPROTO);
  }
}

std::expected<std::size_t, int> TlsStream::send(std::string_view bytes) {
  if (failed_ != 0) return std::unexpected(failed_);
  std::size_t taken = 0;
  while (taken < bytes.size() && !holds()) {
    ERR_clear_error();
    const std::size_t size = std::min(kRecordBytes, bytes.size() - taken);
    const int sent = SSL_write(ssl_.get(), bytes.data() + taken, static_cast<int>(size));
    if (failed_ != 0) return std::unexpected(failed_);
    if (sent <= 0) {
      if (SSL_get_error(ssl_.get(), sent) != SSL_ERROR_WANT_READ) return std::unexpected(EPROTO);
      break;  // the handshake is not through
    }
    taken += static_cast<std::size_t>(sent);
  }
  if (taken == 0 && !bytes.empty()) return std::unexpected(EAGAIN);
  return taken;
}

bool TlsStream::greeting() const {
  return SSL_is_init_finished(ssl_.get()) == 0;
}

void TlsStream::put(std::string_view ciphertext) {
  if (failed_ != 0) return;
  if (held_.empty()) {
    const auto sent = net::send(fd_, ciphertext);
    if (!sent && !would_block(sent.error())) {
      failed_ = sent.error();
      return;
    }
    ciphertext.remove_prefix(sent.value_or(0));
  }
  held_ += ciphertext;
}

std::expected<void, int> TlsStream::flush() {
  if (failed_ != 0) return std::unexpected(failed_);
  if (!holds()) return {};
  const auto sent = net::send(fd_, held_);
  if (!sent && !would_block(sent.error())) return std::unexpected(failed_ = sent.error());
  held_.erase(0, sent.value_or(0));
  if (held_.empty()) held_ = std::string();
  return {};
}

void TlsStream::end() {
  if (failed_ == 0 && !greeting()) SSL_shutdown(ssl_.get());
}

}  // namespace roost::net

#endif
