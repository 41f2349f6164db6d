#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roost::broker {

/// What keeps this node from its broker. docs/guide/clustering.md tells operators what to do about each.
struct Trouble {
  std::string_view code;  // for logs, metrics and health; static
  std::string why;        // in words, without secrets
  std::string server;     // host:port
};

inline constexpr std::string_view kUnreachable = "broker_unreachable";
inline constexpr std::string_view kTls = "broker_tls";
inline constexpr std::string_view kAuth = "broker_auth";
inline constexpr std::string_view kCredentials = "broker_credentials";
inline constexpr std::string_view kRefused = "broker_refused";
inline constexpr std::string_view kDenied = "broker_denied";
inline constexpr std::string_view kNameTaken = "broker_name_taken";
inline constexpr std::string_view kVersionDiffers = "broker_version";
inline constexpr std::string_view kDropped = "broker_dropped";
inline constexpr std::string_view kSlow = "broker_slow";
inline constexpr std::string_view kOther = "broker_error";

/// What NATS does not let us do. Views into the text.
struct Denial {
  bool publish;  // else subscribe
  std::string_view subject;
};
/// Reads the error that NATS sends then, such as `Permissions Violation for Publish to "roost.hello"`. nullopt:
/// another.
std::optional<Denial> parse_denial(std::string_view text);

/// host:port of a URL, without the name and the password.
std::string_view server_of_url(std::string_view url);

/// A message of the client library without the place in its source, such as "(conn.c:733): ".
std::string_view without_place(std::string_view text);

}  // namespace roost::broker
