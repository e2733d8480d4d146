#include "firmware/infer/region.h"

#include "firmware/infer/text.h"
#include "firmware/link/crc.h"

namespace mcu_eval {
namespace {

constexpr uint32_t kMagic = 0x4D45434D;  // "MCEM"

uint32_t Word(const uint8_t* p) {
  return p[0] | p[1] << 8 | p[2] << 16 | static_cast<uint32_t>(p[3]) << 24;
}

bool IsErased(const uint8_t* header) {
  for (size_t i = 1; i < kRegionHeaderBytes; ++i) {
    if (header[i] != header[0]) return false;
  }
  return header[0] == 0x00 || header[0] == 0xFF;
}

}  // namespace

ModelStatus FindModel(const uint8_t* region, size_t region_bytes,
                      RegionModel* out) {
  ModelStatus status;
  Text text(status.detail, kDetailBytes);
  *out = {};
  if (region == nullptr || region_bytes < kRegionHeaderBytes ||
      IsErased(region)) {
    text.Add("the model region is empty");
    return status;
  }
  if (Word(region) != kMagic) {
    text.Add("the model region begins with 0x").Hex(Word(region));
    text.Add(", not with MCEM");
    return status;
  }
  const uint32_t version = Word(region + 4);
  if (Word(region + 28) != Crc32(0, region, 28) || version != kRegionVersion) {
    status.reason = ModelReason::kBadHeader;
    text.Add("the model region's header is damaged or not of version 1");
    return status;
  }
  out->size = Word(region + 8);
  out->crc32 = Word(region + 12);
  if (out->size == 0 || out->size > region_bytes - kRegionHeaderBytes) {
    status.reason = ModelReason::kBadSize;
    text.Add("the model has ")
        .Add(int64_t{out->size})
        .Add(" bytes, the region");
    text.Add(" takes 1 to ");
    text.Add(static_cast<int64_t>(region_bytes - kRegionHeaderBytes));
    return status;
  }
  const uint8_t* data = region + kRegionHeaderBytes;
  const uint32_t crc = Crc32(0, data, out->size);
  if (crc != out->crc32) {
    status.reason = ModelReason::kBadCrc;
    text.Add("the model's CRC-32 is 0x").Hex(crc).Add(", its header says 0x");
    text.Hex(out->crc32);
    return status;
  }
  out->data = data;
  status.reason = ModelReason::kOk;
  return status;
}

}  // namespace mcu_eval
