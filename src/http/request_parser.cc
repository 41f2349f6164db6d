#include <algorithm>
#include <charconv>
#include <utility>

#include "http/chunked_body.h"
#include "http/head_grammar.h"
#include "http/head_scanner.h"
#include "http/request.h"
#include "http/request_head.h"

namespace roost::http {

struct RequestParser::State {
  HeadScanner scanner;
  std::string buffer;  // what came of a head that is not complete
  Request request;     // from its head on
  bool in_body = false;
  bool wants_continue = false;
  bool chunked = false;
  ChunkedBody chunks;
  const Response* too_large = nullptr;
  std::size_t body_bytes = 0;  // what Content-Length says; with chunks, what they may be together

  using Complete = std::expected<bool, ParseError>;

  Complete take_head(std::string_view& input, const ParserLimits& limits);
  Complete start_request(std::string_view head, const ParserLimits& limits);
  Complete start_body(const ParserLimits& limits);
  Complete take_body(std::string_view& input);
};

auto RequestParser::State::take_head(std::string_view& input, const ParserLimits& limits) -> Complete {
  const std::size_t held = buffer.size();
  if (held != 0) buffer.append(input);
  const std::string_view bytes = held != 0 ? std::string_view(buffer) : input;
  const auto size = scanner.scan(bytes, limits);
  if (!size) return std::unexpected(size.error());
  if (*size) {
    const auto started = start_request(bytes.substr(scanner.skipped(), **size - scanner.skipped()), limits);
    input.remove_prefix(**size - held);
    buffer = {};
    return started;
  }
  if (held == 0) buffer = input;
  input = {};
  if (scanner.skipped() != 0) {  // empty lines are not kept, or there would be no end to them
    buffer.erase(0, scanner.skipped());
    scanner = {};
  }
  return false;
}

auto RequestParser::State::start_request(std::string_view head, const ParserLimits& limits) -> Complete {
  auto parsed = parse_head(head);
  if (!parsed) return std::unexpected(parsed.error());
  request = std::move(*parsed);
  if (request.target.size() > limits.target_bytes_max) return std::unexpected(ParseError{414, "URI too long"});
  if (const auto error = finish_head(request)) return std::unexpected(*error);
  return start_body(limits);
}

auto RequestParser::State::start_body(const ParserLimits& limits) -> Complete {
  in_body = true;
  chunked = request.header("transfer-encoding").has_value();  // finish_head lets only chunks pass
  const auto length = request.header("content-length").value_or("0");
  if (!chunked && length.find_first_not_of('0') == std::string_view::npos) return true;
  const BodyLimit limit = limits.body_limit_for ? limits.body_limit_for(request) : BodyLimit{limits.body_bytes_max};
  body_bytes = limit.bytes_max;
  too_large = limit.answer;
  if (!chunked) {
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), body_bytes);
    if (error != std::errc() || body_bytes > limit.bytes_max) return std::unexpected(ParseError{413, "body too large"});
  }
  wants_continue = expects_continue(request);
  return false;
}

auto RequestParser::State::take_body(std::string_view& input) -> Complete {
  if (!input.empty()) wants_continue = false;  // the body is on its way
  if (chunked) return chunks.take(input, request.body, body_bytes);
  const auto data = input.substr(0, body_bytes - request.body.size());
  request.body += data;
  input.remove_prefix(data.size());
  return request.body.size() == body_bytes;
}

RequestParser::RequestParser(const ParserLimits& limits) : limits_(&limits) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

auto RequestParser::next(std::string_view& input) -> std::expected<std::optional<Request>, ParseError> {
  if (input.empty()) return std::nullopt;
  if (!state_) state_ = std::make_unique<State>();
  State::Complete complete = state_->in_body ? false : state_->take_head(input, *limits_);
  if (complete && !*complete && state_->in_body) complete = state_->take_body(input);
  if (!complete) return std::unexpected(complete.error());
  if (!*complete) {
    if (!state_->in_body && state_->buffer.empty()) state_.reset();
    return std::nullopt;
  }
  std::optional<Request> request(std::move(state_->request));
  state_.reset();
  return request;
}

const Response* RequestParser::too_large_answer() const {
  return state_ ? state_->too_large : nullptr;
}

bool RequestParser::take_expect_continue() {
  return state_ && std::exchange(state_->wants_continue, false);
}

}  // namespace roost::http
