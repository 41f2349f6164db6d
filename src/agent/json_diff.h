#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace roost::agent {

/// The JSON Patch (RFC 6902) that makes `after` of `before`; empty: they are equal.
///
/// Uses add, remove and replace. Of two lists it looks for what is the same at both ends; between, elements are
/// compared by their place. No pointer has a name that begins with "__proto__": such an object is replaced as a whole.
boost::json::array json_diff(const boost::json::value& before, const boost::json::value& after);

}  // namespace roost::agent
