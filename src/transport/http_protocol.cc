#include "transport/http_protocol.h"

#include <chrono>
#include <exception>
#include <utility>

namespace roost::transport {
namespace {

// Bytes that may wait behind a request that is being answered; then the peer is not read until it was.
constexpr std::size_t kPipelineBytesMax = 256 * 1024;  // four reads of the loop

// Answers that a client does not take: then its next requests are not read until it has.
constexpr std::size_t kUnreadBytesMax = 1'000'000;

// Pipelined requests that are answered in a row; then it is another connection's turn. A read holds a thousand.
constexpr int kRequestsPerTurn = 8;

/// The text of the Date header, made once for each second and thread.
std::string_view date_now() {
  thread_local std::int64_t second = 0;
  thread_local std::string text;
  const auto now = std::chrono::system_clock::now();
  if (const auto at = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count(); at != second) {
    second = at;
    text = http::http_date(now);
  }
  return text;
}

/// Whether a status says that a request was too large, and not that it was wrong.
bool limit_status(int status) {
  return status == 413 || status == 414 || status == 431;
}

}  // namespace

void Exchange::respond(const http::Response& response) {
  const auto client = client_.lock();
  HttpProtocol* protocol = std::exchange(protocol_, nullptr);
  if (client && protocol && !client->closed()) protocol->answered(response);
}

void Exchange::upgrade(const http::Response& head, const std::function<std::unique_ptr<Protocol>(Client&)>& make) {
  const auto client = client_.lock();
  HttpProtocol* protocol = std::exchange(protocol_, nullptr);
  if (!client || !protocol || client->closed()) return;
  protocol->write(head, true, false);
  protocol->upgraded_ = true;
  protocol->pending_.reset();
  client->become(make(*client), std::string(protocol->behind_));
}

HttpProtocol::HttpProtocol(Client& client, const HttpOptions& options, Peer peer)
    : client_(client), options_(options), peer_(std::move(peer)), parser_(options.limits) {
  client_.expect_bytes_within(options_.request_timeout);
}

HttpProtocol::~HttpProtocol() {
  forget_exchange();
}

void HttpProtocol::forget_exchange() {
  if (!pending_) return;
  pending_->protocol_ = nullptr;
  if (auto tell = std::exchange(pending_->on_gone, nullptr)) tell();
  pending_.reset();
}

bool HttpProtocol::stalled() const {
  return client_.connection().outbox_memory() > kUnreadBytesMax;
}

void HttpProtocol::on_data(std::span<char> bytes) {
  if (pending_ || stalled()) {
    waiting_.append(bytes.data(), bytes.size());
    if (stalled()) return wait_until_taken();
    if (waiting_.size() > kPipelineBytesMax) client_.connection().pause_reading();
    return;
  }
  take_requests({bytes.data(), bytes.size()});
}

void HttpProtocol::take_requests(std::string_view input) {
  taking_ = true;
  int taken = 0;
  while (!input.empty() && !pending_ && !client_.closed() && !upgraded_) {
    if (stalled()) {
      waiting_.assign(input);
      wait_until_taken();
      break;
    }
    if (taken == kRequestsPerTurn) {
      waiting_.assign(input);
      go_on_later();
      break;
    }
    auto request = parser_.next(input);
    if (!request) {
      const auto [status, reason] = request.error();
      options_.metrics->add(Count::limit_request, limit_status(status) ? 1 : 0);
      const http::Response* const own = status == 413 ? parser_.too_large_answer() : nullptr;
      write(own ? *own : http::reason_response(status, reason), false, false);
      client_.close_after_flush();
    } else if (*request) {
      ++taken;
      handle(std::move(**request), input);
      input = pending_ || upgraded_ ? std::string_view() : input;
    } else if (parser_.take_expect_continue()) {
      client_.connection().send_copy(http::kContinueResponse);
    }
  }
  taking_ = false;
  limit_slowness();
}

// A request has to be whole in time, however many bytes come meanwhile.
void HttpProtocol::limit_slowness() {
  if (!parser_.has_partial()) {
    began_ = {};
  } else if (const TimePoint now = client_.loop().now(); began_ == TimePoint{}) {
    began_ = now;
  } else if (now - began_ > options_.request_timeout) {
    on_silence();
  }
}

void HttpProtocol::handle(http::Request request, std::string_view rest) {
  options_.metrics->add(Count::requests);
  began_ = {};
  keep_alive_ = request.keep_alive;
  head_only_ = request.method == "HEAD";
  client_.expect_bytes_within(Duration::zero());  // the answer may take its time
  behind_ = rest;
  pending_ = std::make_shared<Exchange>(client_.weak_from_this(), this, std::move(request), peer_);
  const auto exchange = pending_;
  options_.handler(exchange);
  behind_ = {};
  if (pending_) waiting_.assign(rest);
}

void HttpProtocol::answered(const http::Response& response) {
  pending_.reset();
  write(response, keep_alive_, head_only_);
  if (!keep_alive_) return client_.close_after_flush();
  client_.expect_bytes_within(options_.request_timeout);
  if (!taking_) on_drained();
}

// Only a connection that has been blocked tells when it is empty. This turn's answers have not even been tried: they
// leave at its end, perhaps at once.
void HttpProtocol::wait_until_taken() {
  client_.connection().pause_reading();
  if (!client_.connection().blocked()) go_on_later();
}

void HttpProtocol::go_on_later() {
  client_.connection().pause_reading();
  client_.loop().post([weak = client_.weak_from_this()] {
    if (const auto client = weak.lock()) client->on_drained();
  });
}

// Goes on with what waits, unless an answer is pending or not taken yet.
void HttpProtocol::on_drained() {
  if (pending_ || upgraded_) return;
  if (stalled()) return wait_until_taken();
  client_.connection().resume_reading();
  const std::string rest = std::exchange(waiting_, {});
  take_requests(rest);
}

void HttpProtocol::write(const http::Response& response, bool keep_alive, bool head_only) {
  client_.connection().send_copy(http::encode_response(response, keep_alive, head_only, date_now()));
}

void HttpProtocol::on_end() {
  forget_exchange();
}

void HttpProtocol::on_silence() {
  if (parser_.has_partial()) write(http::reason_response(408, "request timeout"), false, false);
  client_.close_after_flush();
}

void HttpProtocol::drain() {
  // A request that waits is a long poll; its session ends too, or is another node's, and the answer is on its way.
  keep_alive_ = false;
  if (!pending_) client_.close_after_flush();
}

}  // namespace roost::transport
