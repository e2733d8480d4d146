// Real models, with the outputs that the runtime's authors publish for them.
#include <cstring>

#include "firmware/infer/region.h"
#include "firmware/link/crc.h"
#include "test/firmware/check.h"
#include "test/firmware/infer/models.h"

using mcu_eval::IntactTensorData;
using mcu_eval::ModelReason;
using mcu_eval::ModelStatus;
using mcu_eval_test::Block;
using mcu_eval_test::LoadBytes;
using mcu_eval_test::PackageFile;
using mcu_eval_test::SmallNet;

namespace {

std::string RunOn(const std::string& input) {
  const std::vector<uint8_t> bytes = PackageFile(input);
  const mcu_eval::TensorInfo info = mcu_eval::InputInfo(0);
  if (bytes.size() < info.bytes) return "input too short";
  std::memcpy(mcu_eval::InputData(0), bytes.data(), info.bytes);
  if (!mcu_eval::Invoke()) return mcu_eval::LastError();
  std::string text;
  for (uint32_t i = 0; i < mcu_eval::OutputInfo(0).bytes; ++i) {
    text += std::to_string(mcu_eval::OutputData(0)[i]) + " ";
  }
  return text;
}

std::vector<uint8_t> Region(const std::vector<uint8_t>& model) {
  std::vector<uint8_t> region(32, 0);
  const auto put = [&](size_t at, uint32_t value) {
    for (int i = 0; i < 4; ++i) region[at + i] = value >> (8 * i) & 255;
  };
  std::memcpy(region.data(), "MCEM", 4);
  put(4, 1);
  put(8, static_cast<uint32_t>(model.size()));
  put(12, mcu_eval::Crc32(0, model.data(), model.size()));
  put(28, mcu_eval::Crc32(0, region.data(), 28));
  region.insert(region.end(), model.begin(), model.end());
  return region;
}

ModelReason FindIn(const std::vector<uint8_t>& region) {
  Block block(region);
  mcu_eval::RegionModel found;
  return mcu_eval::FindModel(block.data(), block.size(), &found).reason;
}

}  // namespace

// The classes of tensorflow/lite/micro's examples: silence, unknown, yes, no.
TEST(MicroSpeech_TellsYesFromNo) {
  CHECK_EQ(LoadBytes(PackageFile("micro_speech.tflite")).reason,
           ModelReason::kOk);
  CHECK_EQ(RunOn("yes_micro_f2e59fea_nohash_1.data"),
           std::string("0 0 255 0 "));
  CHECK_EQ(RunOn("no_micro_f9643d42_nohash_4.data"),
           std::string("0 17 0 239 "));
}

TEST(EveryPackagedModel_Loads) {
  for (const char* name : {"hello_world.tflite", "magic_wand.tflite",
                           "person_detection_grayscale.tflite"}) {
    const ModelStatus status = LoadBytes(PackageFile(name));
    CHECK_EQ(std::string(status.detail), std::string());
    CHECK(mcu_eval::ArenaUsedBytes() > 0);
  }
}

TEST(Description_IsTheModels) {
  CHECK(LoadBytes(SmallNet().Bytes()).ok());
  CHECK_EQ(mcu_eval::InputCount(), 1u);
  CHECK_EQ(mcu_eval::TensorCount(), 12u);
  const mcu_eval::TensorInfo input = mcu_eval::InputInfo(0);
  CHECK_EQ(input.bytes, 72u);
  CHECK_EQ(input.rank, 4);
  CHECK_EQ(input.dims[2], 6);
  CHECK_EQ(input.scale, 0.05f);
  CHECK_EQ(input.zero_point, -1);
  CHECK_EQ(mcu_eval::OutputInfo(0).index, 11);
  CHECK_EQ(mcu_eval::OutputInfo(1).index, -1);
  CHECK_EQ(mcu_eval::OperatorCount(), 6u);
  CHECK_EQ(std::string(mcu_eval::OperatorAt(0).name), std::string("CONV_2D"));
  CHECK_EQ(mcu_eval::OperatorAt(0).version, 3u);
}

// Softmax of the logits that were read back gives the output.
TEST(SoftmaxInput_IsIntactAfterInvoke) {
  CHECK(LoadBytes(SmallNet().Bytes()).ok());
  mcu_eval_test::FillInput(0, 3);
  CHECK(mcu_eval::Invoke());
  const uint8_t* logits = IntactTensorData(10);
  const int8_t* output =
      reinterpret_cast<const int8_t*>(mcu_eval::OutputData(0));
  CHECK(logits != nullptr);
  if (logits == nullptr) return;
  int most_likely = 0, largest = 0;
  for (int i = 1; i < 3; ++i) {
    if (output[i] > output[most_likely]) most_likely = i;
    if (static_cast<int8_t>(logits[i]) > static_cast<int8_t>(logits[largest]))
      largest = i;
  }
  CHECK_EQ(largest, most_likely);
  CHECK(IntactTensorData(1) != nullptr);  // a constant
  CHECK(IntactTensorData(12) == nullptr);
}

TEST(OverwrittenTensor_IsNotHandedOut) {
  CHECK(LoadBytes(SmallNet().Bytes()).ok());
  const uint8_t* input = mcu_eval::InputData(0);
  bool reused = false;
  for (size_t i = 3; i < 12; ++i) {
    const uint8_t* data = IntactTensorData(i);
    if (data != nullptr && data >= input && data < input + 72) reused = true;
  }
  // Either a later tensor lies over the input, or the input is whole.
  CHECK_EQ(IntactTensorData(0) == nullptr, reused);
}

TEST(Profile_SeesEachOperatorOnce) {
  CHECK(LoadBytes(SmallNet().Bytes()).ok());
  std::vector<int> seen;  // n before operator n, -n behind it
  const mcu_eval::NodeHooks hooks = {
      [](void* list, size_t node) {
        static_cast<std::vector<int>*>(list)->push_back(static_cast<int>(node));
      },
      [](void* list, size_t node) {
        static_cast<std::vector<int>*>(list)->push_back(
            -static_cast<int>(node));
      },
      &seen};
  mcu_eval::SetNodeHooks(&hooks);
  CHECK(mcu_eval::Invoke());
  CHECK(seen == std::vector<int>({0, 0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5}));
  mcu_eval::InvokeNothing();
  CHECK(seen ==
        std::vector<int>({0, 0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6}));
  mcu_eval::SetNodeHooks(nullptr);
  seen.clear();
  CHECK(mcu_eval::Invoke());
  CHECK(seen.empty());
}

TEST(SameInput_SameBytesWhateverRanBefore) {
  CHECK(LoadBytes(SmallNet().Bytes()).ok());
  std::vector<uint8_t> first;
  for (uint32_t seed : {5u, 9u, 5u}) {
    mcu_eval_test::FillInput(0, seed);
    CHECK(mcu_eval::Invoke());
    const uint8_t* out = mcu_eval::OutputData(0);
    if (first.empty()) first.assign(out, out + 3);
    if (seed == 5) CHECK(std::memcmp(first.data(), out, 3) == 0);
  }
}

TEST(Region_IsCheckedFromHeaderToLastByte) {
  const std::vector<uint8_t> good = Region(SmallNet().Bytes());
  CHECK_EQ(FindIn(good), ModelReason::kOk);
  CHECK_EQ(FindIn(std::vector<uint8_t>(64, 0)), ModelReason::kNoModel);
  CHECK_EQ(FindIn(std::vector<uint8_t>(64, 0xFF)), ModelReason::kNoModel);
  CHECK_EQ(FindIn({1, 2, 3}), ModelReason::kNoModel);
  for (size_t i = 0; i < good.size(); i += i < 32 ? 1 : 97) {
    std::vector<uint8_t> bad = good;
    bad[i] ^= 0x10;
    const ModelReason expected = i < 4    ? ModelReason::kNoModel
                                 : i < 32 ? ModelReason::kBadHeader
                                          : ModelReason::kBadCrc;
    CHECK_EQ(FindIn(bad), expected);
  }
  CHECK_EQ(FindIn({good.begin(), good.end() - 1}), ModelReason::kBadSize);
}

MCU_EVAL_TEST_MAIN()
