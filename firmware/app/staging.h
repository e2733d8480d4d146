// Inputs under assembly. They live outside the arena, because the runtime
// reuses the input tensor's memory during Invoke().
//
// Chunks are not requests: nothing here answers. What went wrong with a chunk
// is remembered in its slot and told when the input is asked for.
#ifndef MCU_EVAL_APP_STAGING_H_
#define MCU_EVAL_APP_STAGING_H_

#include <cstddef>
#include <cstdint>

#include "firmware/app/ranges.h"

namespace mcu_eval {

// A chunk's place, as in LoadInput.
struct ChunkPlace {
  uint32_t slot;
  uint32_t input_id;
  uint32_t total_bytes;
  uint32_t offset;
};

// A chunk as packed signed differences of `bits` bits each, least significant
// bit first, from the same range of another slot's input.
struct DeltaChunk {
  uint32_t base_crc;
  uint32_t length;  // bytes covered, not packed
  uint32_t bits;    // 1 to 8
  const uint8_t* packed;
  size_t packed_size;
};

// Values are those of the wire's IncompleteReason.
enum class InputState : uint8_t {
  kReady = 0,
  kMissingBytes = 1,
  kCrcDiffers = 2,
  kBaseMissing = 3,
  kOtherInput = 4,
  kBadChunk = 5,
};

class Staging {
 public:
  static constexpr size_t kMaxSlots = 4;

  // Divides `bytes` of `memory` into as many slots of `input_bytes` as fit, up
  // to kMaxSlots. The memory must outlive this object. No slots if an input
  // does not fit, or if input_bytes is 0.
  void Init(uint8_t* memory, size_t bytes, uint32_t input_bytes);

  size_t slots() const { return slots_; }

  // Forgets all inputs.
  void Clear();

  // Forgets what `slot` holds, keeping its input_id.
  void Drop(uint32_t slot);

  // Takes a chunk. A newer input_id than the slot's begins a new assembly; an
  // older one is late and dropped. An empty chunk, one outside the input or of
  // another total than the model's is not stored and marks the assembly as
  // kBadChunk. One that would leave more than RangeSet::kMax ranges is not
  // stored either: its bytes stay missing.
  void LoadRaw(const ChunkPlace& place, const uint8_t* data, size_t size);

  // The same for a packed chunk. Without a complete input of that CRC in
  // another slot the assembly is marked as kBaseMissing.
  void LoadDelta(const ChunkPlace& place, const DeltaChunk& delta);

  // The same for a chunk that cannot be understood at all.
  void LoadBad(const ChunkPlace& place);

  // Whether `slot`, below slots(), holds all of `input_id` with CRC-32 `crc`,
  // else the first reason in wire.md's order. Marks are forgotten once told.
  InputState Check(uint32_t slot, uint32_t input_id, uint32_t crc);

  // For messages: the slot's first missing ranges, and the CRC of its bytes
  // where none is missing (else 0).
  size_t Missing(uint32_t slot, ByteRange* gaps, size_t capacity) const;
  uint32_t ActualCrc(uint32_t slot);

  const uint8_t* Data(uint32_t slot) const {
    return memory_ + slot * slot_bytes_;
  }

 private:
  struct Slot {
    bool used;
    bool bad_chunk;
    bool base_missing;
    bool crc_known;
    uint32_t input_id;
    uint32_t crc;
    RangeSet received;
  };

  Slot* FindAssembly(const ChunkPlace& place);
  Slot* Begin(const ChunkPlace& place, uint32_t length);
  bool Complete(const Slot& slot) const;
  const uint8_t* FindBase(uint32_t except, uint32_t crc);
  uint8_t* At(const ChunkPlace& place) {
    return memory_ + place.slot * slot_bytes_ + place.offset;
  }

  uint8_t* memory_ = nullptr;
  size_t slot_bytes_ = 0;
  uint32_t input_bytes_ = 0;
  size_t slots_ = 0;
  Slot slot_[kMaxSlots] = {};
};

}  // namespace mcu_eval

#endif  // MCU_EVAL_APP_STAGING_H_
