// micro_bench [--benchmark_…]      Google Benchmark over the pieces
// micro_bench smoke                each of them, and each load, with next to no input: does it still work?
// micro_bench topics [T [EACH]]    100,000 topics with 10 subscribers each against one with as many deliveries
// micro_bench sockets [N]          1,000,000 joined sockets in one process

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "loads.h"

namespace {

/// Counts what ran, and what failed: Google Benchmark itself ends with status 0 either way.
class Reporter final : public benchmark::ConsoleReporter {
 public:
  Reporter() : ConsoleReporter(OO_None) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) ++(run.error_occurred ? failed : passed);
    ConsoleReporter::ReportRuns(runs);
  }
  int passed = 0, failed = 0;
};

int run_benchmarks(std::vector<char*> arguments, Reporter& reporter) {
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.failed == 0 ? 0 : 1;
}

int smoke(char* program) {
  Reporter reporter;
  char shortest[] = "--benchmark_min_time=0.001";
  run_benchmarks({program, shortest}, reporter);
  for (const bool right : {roost::micro::load_topics(100, 10), roost::micro::load_sockets(2'000)})
    ++(right ? reporter.passed : reporter.failed);
  std::printf("%d passed, %d failed\n", reporter.passed, reporter.failed);
  return reporter.failed == 0 ? 0 : 1;
}

std::size_t number(int argc, char** argv, int at, std::size_t otherwise) {
  return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "smoke") return smoke(argv[0]);
  if (what == "topics")
    return roost::micro::load_topics(number(argc, argv, 2, 100'000), number(argc, argv, 3, 10)) ? 0 : 1;
  if (what == "sockets") return roost::micro::load_sockets(number(argc, argv, 2, 1'000'000)) ? 0 : 1;
  Reporter reporter;
  return run_benchmarks(std::vector<char*>(argv, argv + argc), reporter);
}
