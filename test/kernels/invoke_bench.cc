// Times Invoke() in the process, without a link.
//   invoke_bench MODEL INPUTS
// INPUTS holds whole inputs, one after the other. For every number N on stdin
// runs N inferences and answers with a line: the median, the least, in ns.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "board_config.h"
#include "firmware/infer/infer.h"
#include "firmware/ports/native/kernel_choice.h"

namespace {

alignas(64) uint8_t g_arena[mcu_eval::config::kArenaBytes];

std::vector<uint8_t> ReadFile(const char *path) {
  std::vector<uint8_t> bytes;
  std::FILE *file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::perror(path);
    std::exit(2);
  }
  uint8_t block[65536];
  for (size_t n; (n = std::fread(block, 1, sizeof(block), file)) > 0;) {
    bytes.insert(bytes.end(), block, block + n);
  }
  std::fclose(file);
  return bytes;
}

void Measure(const std::vector<uint8_t> &inputs, size_t runs) {
  using Clock = std::chrono::steady_clock;
  const size_t bytes = mcu_eval::InputInfo(0).bytes;
  const size_t count = inputs.size() / bytes;
  std::vector<int64_t> times(runs);
  for (size_t i = 0; i < runs; ++i) {
    std::memcpy(mcu_eval::InputData(0), inputs.data() + i % count * bytes,
                bytes);
    const auto start = Clock::now();
    const bool ok = mcu_eval::Invoke();
    times[i] = std::chrono::nanoseconds(Clock::now() - start).count();
    if (!ok) {
      std::fprintf(stderr, "%s\n", mcu_eval::LastError());
      std::exit(1);
    }
  }
  std::sort(times.begin(), times.end());
  std::printf("%lld %lld\n", static_cast<long long>(times[runs / 2]),
              static_cast<long long>(times[0]));
  std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s MODEL INPUTS\n", argv[0]);
    return 2;
  }
  if (!mcu_eval::platform::ChooseKernels())
    return 2;
  const std::vector<uint8_t> model = ReadFile(argv[1]);
  const std::vector<uint8_t> inputs = ReadFile(argv[2]);
  const mcu_eval::ModelStatus status =
      mcu_eval::Load(model.data(), model.size(), g_arena, sizeof(g_arena));
  if (!status.ok() || inputs.size() < mcu_eval::InputInfo(0).bytes) {
    std::fprintf(stderr, "%s: %s %s\n", argv[1],
                 mcu_eval::ModelReasonName(status.reason), status.detail);
    return 1;
  }
  for (size_t runs; std::scanf("%zu", &runs) == 1 && runs > 0;) {
    Measure(inputs, runs);
  }
  return 0;
}
