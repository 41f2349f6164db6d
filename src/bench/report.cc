#include "bench/report.h"

namespace roost::bench {

std::string to_html(const Result& result) {
  return "<pre>" + to_table(result) + "</pre>";
}

}  // namespace roost::bench
