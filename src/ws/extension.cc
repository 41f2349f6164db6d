#include "ws/extension.h"

#include <algorithm>

#include "base/assert.h"

// RFC 6455 §9.1 and RFC 7230 §3.2.6:
//
//   extensions = extension *( "," extension )        extension = token *( ";" param )
//   param      = token [ "=" ( token / quoted ) ]    where an unquoted `quoted` is a token too

namespace roost::ws {
namespace {

constexpr std::uint8_t kWindowBitsMin = 8;  // RFC 7692 §7.1.2
constexpr std::uint8_t kWindowBitsMax = 15;
constexpr std::uint8_t kZlibWindowBitsMin = 9;  // raw deflate of zlib refuses 8

struct Parameter {
  std::string name;
  std::optional<std::string> value;
};

struct Offer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool client_max_window_bits_offered = false;
  std::optional<std::uint8_t> server_max_window_bits;
  std::optional<std::uint8_t> client_max_window_bits;
};

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes what is before the first `separator` outside quotes off the front of `rest`, and the separator too.
std::string_view take_until(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (quoted && rest[at] == '\\') {
      ++at;
    } else if (rest[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && rest[at] == separator) {
      break;
    }
  }
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(std::min(rest.size(), at + 1));
  return trim(taken);
}

bool is_token(std::string_view text) {
  const auto is_token_char = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").contains(c));
  };
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::optional<std::string> parse_value(std::string_view text) {
  std::string value(text);
  if (text.starts_with('"')) {
    if (text.size() < 2 || !text.ends_with('"')) return std::nullopt;
    value.clear();
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
      if (text[at] == '\\') ++at;
      value += text[at];
    }
  }
  if (!is_token(value)) return std::nullopt;
  return value;
}

std::optional<Parameter> parse_parameter(std::string_view text) {
  const bool has_value = text.contains('=');
  Parameter parameter{lower(take_until(text, '=')), std::nullopt};
  if (!is_token(parameter.name)) return std::nullopt;
  if (!has_value) return parameter;
  parameter.value = parse_value(trim(text));
  if (!parameter.value) return std::nullopt;
  return parameter;
}

// 8 to 15, in decimal, without leading zeros.
std::optional<std::uint8_t> parse_window_bits(std::string_view text) {
  for (std::uint8_t bits = kWindowBitsMin; bits <= kWindowBitsMax; ++bits)
    if (text == std::to_string(bits)) return bits;
  return std::nullopt;
}

bool take_flag(const Parameter& parameter, bool& flag) {
  if (flag || parameter.value) return false;
  return flag = true;
}

bool take_server_bits(const Parameter& parameter, Offer& offer) {
  if (offer.server_max_window_bits || !parameter.value) return false;
  offer.server_max_window_bits = parse_window_bits(*parameter.value);
  return offer.server_max_window_bits.has_value();
}

bool take_client_bits(const Parameter& parameter, Offer& offer) {
  if (offer.client_max_window_bits_offered) return false;
  offer.client_max_window_bits_offered = true;
  if (!parameter.value) return true;  // "I understand this parameter": RFC 7692 §7.1.2.2
  offer.client_max_window_bits = parse_window_bits(*parameter.value);
  return offer.client_max_window_bits.has_value();
}

bool take_parameter(const Parameter& parameter, Offer& offer) {
  if (parameter.name == "server_no_context_takeover") return take_flag(parameter, offer.server_no_context_takeover);
  if (parameter.name == "client_no_context_takeover") return take_flag(parameter, offer.client_no_context_takeover);
  if (parameter.name == "server_max_window_bits") return take_server_bits(parameter, offer);
  if (parameter.name == "client_max_window_bits") return take_client_bits(parameter, offer);
  return false;
}

std::optional<Offer> parse_offer(std::string_view extension) {
  if (extension.ends_with(';')) return std::nullopt;
  if (lower(take_until(extension, ';')) != "permessage-deflate") return std::nullopt;
  Offer offer;
  while (!extension.empty()) {
    const auto parameter = parse_parameter(take_until(extension, ';'));
    if (!parameter || !take_parameter(*parameter, offer)) return std::nullopt;
  }
  return offer;
}

DeflateAgreement accept(const Offer& offer, const DeflateParams& ours) {
  DeflateAgreement agreed{{}, "permessage-deflate"};
  DeflateParams& params = agreed.params;
  const auto answer_flag = [&agreed](bool& agreed_flag, bool value, const char* name) {
    agreed_flag = value;
    if (value) agreed.response.append(";").append(name);
  };
  const auto answer_bits = [&agreed](std::uint8_t& agreed_bits, std::uint8_t bits, const char* name) {
    agreed_bits = bits;
    agreed.response.append(";").append(name).append("=").append(std::to_string(bits));
  };
  answer_flag(params.server_no_context_takeover, offer.server_no_context_takeover || ours.server_no_context_takeover,
              "server_no_context_takeover");
  answer_flag(params.client_no_context_takeover, offer.client_no_context_takeover || ours.client_no_context_takeover,
              "client_no_context_takeover");
  if (offer.server_max_window_bits || ours.server_max_window_bits < kWindowBitsMax)
    answer_bits(params.server_max_window_bits,
                std::min(offer.server_max_window_bits.value_or(kWindowBitsMax), ours.server_max_window_bits),
                "server_max_window_bits");
  if (offer.client_max_window_bits_offered)
    answer_bits(params.client_max_window_bits,
                std::min(offer.client_max_window_bits.value_or(kWindowBitsMax), ours.client_max_window_bits),
                "client_max_window_bits");
  return agreed;
}

}  // namespace

auto negotiate_deflate(std::string_view offers, const DeflateParams& ours) -> std::optional<DeflateAgreement> {
  ROOST_ASSERT(ours.server_max_window_bits >= kZlibWindowBitsMin && ours.server_max_window_bits <= kWindowBitsMax);
  ROOST_ASSERT(ours.client_max_window_bits >= kZlibWindowBitsMin && ours.client_max_window_bits <= kWindowBitsMax);
  while (!offers.empty()) {
    const auto offer = parse_offer(take_until(offers, ','));
    if (offer && offer->server_max_window_bits.value_or(kWindowBitsMax) >= kZlibWindowBitsMin)
      return accept(*offer, ours);
  }
  return std::nullopt;
}

}  // namespace roost::ws
