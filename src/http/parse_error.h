#pragma once

namespace roost::http {

/// The peer sent what cannot be answered as asked: the status to answer with, and why.
struct ParseError {
  int status;          // RFC 9110 §15
  const char* reason;  // a literal, safe for strangers

  friend bool operator==(const ParseError& a, const ParseError& b) { return a.status == b.status; }
};

}  // namespace roost::http
