// Damaged models never crash, hang or reach beyond their memory: what the
// validator lets through must run. Seeded; a failure names model and round.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval_test::LoadBytes;
using mcu_eval_test::PackageFile;

namespace {

char g_round[96];

// The sanitizer or the alarm ends the process; this names the round.
void Announce() { write(STDERR_FILENO, g_round, std::strlen(g_round)); }

struct Random {
  uint64_t state;
  uint32_t Below(uint32_t limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state >> 33) % limit);
  }
};

// Flips bits, overwrites bytes with edge values, or copies a range elsewhere.
// `head` bounds where, so that structure is hit more often than weights.
void Damage(std::vector<uint8_t>& bytes, Random& random, uint32_t head) {
  const uint32_t hits = 1 + random.Below(3);
  for (uint32_t i = 0; i < hits; ++i) {
    const uint32_t at = random.Below(head);
    switch (random.Below(4)) {
      case 0:
        bytes[at] ^= 1u << random.Below(8);
        break;
      case 1:
        bytes[at] =
            static_cast<uint8_t>("\x00\x01\x7F\x80\xFF"[random.Below(5)]);
        break;
      case 2:
        bytes[at] = static_cast<uint8_t>(random.Below(256));
        break;
      default: {
        const uint32_t from = random.Below(head - 8) & ~3u;
        std::memmove(&bytes[(at < head - 8 ? at : 0) & ~3u], &bytes[from], 4);
      }
    }
  }
}

// Enough for the real models, weights packed for vectors included.
constexpr size_t kArena = 300 << 10;

// Returns how many damaged models still loaded.
int Fuzz(const char* name, const std::vector<uint8_t>& model, int rounds,
         bool invoke, bool from_end) {
  Random random = {2024};
  int loaded = 0;
  for (int i = 0; i < rounds; ++i) {
    std::snprintf(g_round, sizeof(g_round), "fuzz: %s, round %d\n", name, i);
    std::vector<uint8_t> bytes = model;
    // Tables lie at the end of files that flatc's builder wrote.
    const uint32_t head =
        static_cast<uint32_t>(std::min<size_t>(bytes.size(), 8192));
    if (from_end) std::reverse(bytes.begin(), bytes.end());
    Damage(bytes, random, head);
    if (from_end) std::reverse(bytes.begin(), bytes.end());
    alarm(60);
    if (!LoadBytes(bytes, kArena).ok()) continue;
    ++loaded;
    if (!invoke) continue;
    for (size_t input = 0; input < mcu_eval::InputCount(); ++input) {
      mcu_eval_test::FillInput(input, static_cast<uint32_t>(i));
    }
    (void)mcu_eval::Invoke();
  }
  alarm(0);
  std::printf("  %s: %d of %d damaged models still load\n", name, loaded,
              rounds);
  return loaded;
}

void FuzzBothEnds(const char* name, const std::vector<uint8_t>& model,
                  int rounds, bool invoke) {
  const int loaded = Fuzz(name, model, rounds, invoke, false) +
                     Fuzz(name, model, rounds, invoke, true);
  // Damage to weights and names loads; damage to structure does not.
  CHECK(loaded > 0);
  CHECK(loaded < 2 * rounds);
}

}  // namespace

TEST(DamagedSmallNet_NeverCrashes) {
  FuzzBothEnds("small net", mcu_eval_test::SmallNet().Bytes(), 20000, true);
}

TEST(DamagedMicroSpeech_NeverCrashes) {
  FuzzBothEnds("micro_speech", PackageFile("micro_speech.tflite"), 1500, true);
}

TEST(DamagedHelloWorld_NeverCrashes) {
  FuzzBothEnds("hello_world", PackageFile("hello_world.tflite"), 10000, true);
}

TEST(DamagedMagicWand_NeverCrashes) {
  FuzzBothEnds("magic_wand", PackageFile("magic_wand.tflite"), 1000, true);
}

TEST(DamagedPersonDetection_NeverCrashes) {
  FuzzBothEnds("person_detection",
               PackageFile("person_detection_grayscale.tflite"), 1000, false);
}

TEST(DamagedRealModel_NeverCrashes) {
  FuzzBothEnds("cifar10-resnet8",
               mcu_eval_test::ReadFile("models/cifar10-resnet8/int8.tflite"),
               1000, false);
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

int main(int, char** argv) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_set_death_callback(Announce);
#endif
  std::signal(SIGALRM, [](int) {
    Announce();
    _exit(1);
  });
  return mcu_eval_test::RunAll(argv[0]);
}
