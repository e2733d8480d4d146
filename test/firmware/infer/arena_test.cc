// The arena that a model is said to want is what it wants, to the 16 bytes.
#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::ModelReason;
using mcu_eval::ModelStatus;
using mcu_eval_test::LoadBytes;
using mcu_eval_test::PackageFile;

namespace {

// Least arena, in steps of 16, that the model loads in.
size_t Least(const std::vector<uint8_t>& model) {
  size_t low = 0, high = 1 << 20;
  while (high - low > 16) {
    const size_t middle = (low + high) / 32 * 16;
    (LoadBytes(model, middle).ok() ? high : low) = middle;
  }
  return high;
}

void CheckModel(const std::vector<uint8_t>& model) {
  const size_t least = Least(model);
  bool any_exact = false;
  for (size_t arena = 0; arena < least; arena += arena < 4096 ? 16 : 496) {
    const ModelStatus status = LoadBytes(model, arena / 16 * 16);
    CHECK_EQ(status.reason, ModelReason::kArenaTooSmall);
    CHECK(status.arena_wanted > arena / 16 * 16);
    if (status.arena_wanted_exact) {
      any_exact = true;
      CHECK_EQ(status.arena_wanted, least);
    } else {
      CHECK(status.arena_wanted <= least);
    }
  }
  std::printf("  least arena %zu, told exactly: %s\n", least,
              any_exact ? "yes" : "no");
}

}  // namespace

TEST(SmallNet_ToldWhatItWants) {
  CheckModel(mcu_eval_test::SmallNet().Bytes());
}

TEST(MicroSpeech_ToldWhatItWants) {
  CheckModel(PackageFile("micro_speech.tflite"));
}

TEST(PersonDetection_ToldWhatItWants) {
  const std::vector<uint8_t> model =
      PackageFile("person_detection_grayscale.tflite");
  const size_t least = Least(model);
  const ModelStatus status = LoadBytes(model, least - 16);
  CHECK_EQ(status.arena_wanted, least);
  CHECK(status.arena_wanted_exact);
}

TEST(RealModel_ToldWhatItWants) {
  CheckModel(mcu_eval_test::ReadFile("models/cifar10-resnet8/int8.tflite"));
}

MCU_EVAL_TEST_MAIN()
