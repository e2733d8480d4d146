// The model region: where a model waits for the firmware, in flash, in
// emulated RAM or in a mapped file. Written by the host, read-only here.
//
//   offset  bytes
//        0      4  magic "MCEM"
//        4      4  header version, u32 LE, 1
//        8      4  model size in bytes, u32 LE
//       12      4  CRC-32 (zlib) of the model, u32 LE
//       16     12  zero
//       28      4  CRC-32 of bytes 0..27, u32 LE
//       32   size  the .tflite file, unchanged
#ifndef MCU_EVAL_INFER_REGION_H_
#define MCU_EVAL_INFER_REGION_H_

#include "firmware/infer/infer.h"

namespace mcu_eval {

constexpr size_t kRegionHeaderBytes = 32;
constexpr uint32_t kRegionVersion = 1;

struct RegionModel {
  const uint8_t* data = nullptr;  // 16-byte aligned if the region is
  uint32_t size = 0;
  uint32_t crc32 = 0;
};

// Finds the model in `region` and checks header, size and CRC.
//
// Fills `out` as far as the header can be trusted (size and crc32 are set for
// kBadCrc too, so that they can be reported). Reasons: kNoModel (erased or
// zero), kBadHeader, kBadSize, kBadCrc, kOk.
ModelStatus FindModel(const uint8_t* region, size_t region_bytes,
                      RegionModel* out);

}  // namespace mcu_eval

#endif  // MCU_EVAL_INFER_REGION_H_
